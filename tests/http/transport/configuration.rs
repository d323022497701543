//! Certificates and keys from the configuration.

use std::error::Error;
use std::path::Path;

use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, PemSource, ServerIdentity, ServerTls, TlsConfigError};
use rustls::AlertDescription;

use super::test_listener::{TestListener, identity_of, send_raw, test_clock, trust_in};
use crate::support::pki::TestCa;

#[tokio::test]
async fn new_authorities_hold_from_the_next_connection_on() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut open = listener.device_connection().await;
    // Only now the gateway has accepted it, too: in TLS 1.3 the handshake ends earlier for the client.
    assert_eq!(send_raw(&mut open, "GET / HTTP/1.1").await.unwrap(), "served");
    let successor = TestCa::new("Studio CA 2");
    let trust = trust_in(&successor, &listener.revoked);
    let reloaded = ServerTls::with_client_certificates(identity_of(&listener.server_ca), trust, test_clock()).unwrap();
    listener.tls.send_replace(reloaded);

    let refusal = listener.refusal(listener.client(Some(&listener.studio_ca.device()))).await;
    assert_eq!(refusal, rustls::Error::AlertReceived(AlertDescription::UnknownCA));
    let mut new = listener.connect(listener.client(Some(&successor.device()))).await.unwrap();
    assert_eq!(send_raw(&mut new, "GET / HTTP/1.1").await.unwrap(), "served");
    assert_eq!(send_raw(&mut open, "GET / HTTP/1.1").await.unwrap(), "served");
}

#[test]
fn every_complaint_names_the_file_and_what_to_do() {
    let ca = TestCa::new("Studio CA");
    let (one, other) = (ca.server(), ca.server());
    let key = PemSource::new("server.key", one.key_pem.as_str());

    let missing = PemSource::read(Path::new("/nonexistent/server.pem")).unwrap_err();
    assert_eq!(missing.to_string(), "cannot read /nonexistent/server.pem: check that it exists and who may read it");
    let empty = ServerIdentity::parse(&PemSource::new("server.pem", "no PEM"), &key).unwrap_err();
    assert!(empty.to_string().starts_with("server.pem holds no certificate"), "{empty}");
    let damaged = one.certificate_pem.replacen("MII", "M!!", 1);
    let damaged = ServerIdentity::parse(&PemSource::new("server.pem", damaged), &key).unwrap_err();
    assert!(damaged.to_string().starts_with("server.pem holds a damaged certificate"), "{damaged}");
    let swapped = PemSource::new("ca.pem", one.key_pem.as_str());
    let swapped = ClientTrust::parse(&swapped, RevokedCertificates::default()).unwrap_err();
    assert!(swapped.to_string().starts_with("ca.pem holds no certificate"), "{swapped}");

    let identity = ServerIdentity::parse(&PemSource::new("server.pem", other.certificate_pem), &key).unwrap();
    let mismatch = ServerTls::without_client_certificates(identity, test_clock()).unwrap_err();
    assert!(matches!(mismatch, TlsConfigError::Identity(_)), "{mismatch:?}");
    assert!(mismatch.source().is_some());
}

#[test]
fn a_private_key_does_not_show_in_debug_output() {
    let key = PemSource::new("server.key", "-----BEGIN PRIVATE KEY-----");
    assert_eq!(format!("{key:?}"), "PemSource { name: \"server.key\", .. }");
}
