//! A listener that explains to clients without a certificate what is missing, without serving unauthorised clients.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use lichtbild::transport::tls::rejected_certificates::RejectionCause;
use rcgen::ExtendedKeyUsagePurpose;
use rustls::client::ResolvesClientCert;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::test_listener::{GENEROUS_TIMEOUT, ListenerTrust, TestListener, send_raw, wait_until, wait_until_closed};
use crate::support::pki::{Leaf, LeafKey, LeafOptions, TestCa, new_year};

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Limits with times so long that no test reaches them.
fn long_limits() -> ListenerLimits {
    ListenerLimits { handshake: GENEROUS_TIMEOUT, headers: GENEROUS_TIMEOUT, ..ListenerLimits::default() }
}

/// An anonymous client with an accepted connection and half a request.
async fn half_a_request(listener: &TestListener, client: &Arc<ClientConfig>, number: u64) -> TlsStream<TcpStream> {
    let mut stream = listener.connect_shared(client).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    wait_until("the stranger is let in", || listener.metrics.without_certificate.get() == number).await;
    stream
}

#[tokio::test]
async fn a_caller_without_certificate_gets_one_response_and_is_disconnected() {
    for version in VERSIONS {
        let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplained).await;
        let mut stream = listener.connect(listener.client_with(None, default_provider(), &[version])).await.unwrap();
        // Of two connections at once, the second is dropped unread.
        stream.write_all("GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2).as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(GENEROUS_TIMEOUT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n") && answer.ends_with("NoCertificate none"), "{answer}");
        assert_eq!((listener.service.served(), listener.metrics.without_certificate.get()), (1, 1));
        assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::NoCertificate).get(), 0);
        assert_eq!(listener.connections.count(), 0);
    }
}

#[tokio::test]
async fn a_certificate_that_is_shown_and_wrong_gets_one_response_and_counts_as_nobody() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplained).await;
    let ca = &listener.studio_ca;
    let options = LeafOptions::default;
    let foreign_ca = TestCa::new("Somebody Else's CA");
    // It has the name of the studio CA but another key.
    let impostor = TestCa::new("Studio CA").device();
    let self_signed = self_signed();
    let (foreign, revoked) = (foreign_ca.device(), ca.device());
    let expired = ca.issue(LeafOptions { validity: [2025, 2026].map(new_year), ..options() });
    let foreign_expired = foreign_ca.issue(LeafOptions { validity: [2025, 2026].map(new_year), ..options() });
    let early = ca.issue(LeafOptions { validity: [2027, 2028].map(new_year), ..options() });
    let purposeless = ca.issue(LeafOptions { purpose: None, ..options() });
    let server = ca.issue(LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..options() });
    let weak = ca.issue(LeafOptions { key: LeafKey::Rsa(rcgen::RsaKeySize::_2048), ..options() });
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));
    let cases: [(&Leaf, CertificateFault, HandshakeFailure); 10] = [
        (&foreign, CertificateFault::UnknownIssuer, HandshakeFailure::UnknownIssuer),
        (&foreign_expired, CertificateFault::UnknownIssuer, HandshakeFailure::UnknownIssuer),
        (&self_signed, CertificateFault::UnknownIssuer, HandshakeFailure::UnknownIssuer),
        (&impostor, CertificateFault::Other, HandshakeFailure::BadCertificate),
        (&revoked, CertificateFault::Revoked, HandshakeFailure::Revoked),
        (&expired, CertificateFault::Expired { at: new_year(2026) }, HandshakeFailure::Expired),
        (&early, CertificateFault::NotYetValid { from: new_year(2027) }, HandshakeFailure::NotYetValid),
        (&purposeless, CertificateFault::WrongPurpose, HandshakeFailure::WrongPurpose),
        (&server, CertificateFault::WrongPurpose, HandshakeFailure::WrongPurpose),
        (&weak, CertificateFault::WeakKey, HandshakeFailure::WeakKey),
    ];
    for version in VERSIONS {
        for (leaf, fault, failure) in cases {
            let before = listener.metrics.handshake_failed(failure).get();
            let client = listener.client_with(Some(leaf), default_provider(), &[version]);
            let mut stream = listener.connect(client).await.unwrap();
            // Of two connections at once, the second is dropped unread, and the first sends no certificate.
            stream.write_all("GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2).as_bytes()).await.unwrap();
            let mut answer = String::new();
            timeout(GENEROUS_TIMEOUT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
            assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{fault:?}: {answer}");
            assert!(answer.ends_with(&format!("CertificateRejected({fault:?}) none")), "{answer}");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
            assert_eq!(listener.metrics.handshake_failed(failure).get(), before + 1, "{fault:?}");
            assert_eq!(listener.connections.count_of(&Sha256Digest::of(&leaf.der)), 0);
        }
    }
    assert_eq!((listener.connections.count(), listener.metrics.without_certificate.get()), (0, 0));
    // The audit log distinguishes a known device from an unknown client.
    let known = [
        (Sha256Digest::of(&revoked.der), RejectionCause::Revoked),
        (Sha256Digest::of(&expired.der), RejectionCause::Expired),
    ];
    assert_eq!(listener.revoked.rejected().drain(), known);
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
}

/// TLS clients sign with the key of their certificate; this one sends another device's certificate.
#[tokio::test]
async fn a_certificate_without_its_key_ends_the_handshake() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplained).await;
    let (device, other) = (listener.studio_ca.device(), listener.studio_ca.device());
    let stolen = Leaf { key_pem: other.key_pem, ..device };
    for version in VERSIONS {
        let mut client = listener.client_with(None, default_provider(), &[version]);
        client.client_auth_cert_resolver = Arc::new(AlwaysThis::new(&stolen));
        let refusal = listener.refusal(client).await;
        assert_eq!(refusal, rustls::Error::AlertReceived(AlertDescription::DecryptError));
    }
    assert_eq!(listener.service.served(), 0);
}

/// Sends a certificate with a key that may belong to another one.
#[derive(Debug)]
struct AlwaysThis(Arc<CertifiedKey>);

impl AlwaysThis {
    fn new(leaf: &Leaf) -> Self {
        let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).unwrap();
        let key = default_provider().key_provider.load_private_key(key).unwrap();
        Self(Arc::new(CertifiedKey::new(vec![leaf.der.clone().into()], key)))
    }
}

impl ResolvesClientCert for AlwaysThis {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn self_signed() -> Leaf {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::default();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let certificate = params.self_signed(&key).unwrap();
    Leaf { der: certificate.der().to_vec(), certificate_pem: certificate.pem(), key_pem: key.serialize_pem() }
}

#[tokio::test]
async fn a_listener_full_of_anonymous_callers_keeps_no_device_out() {
    for (max_handshakes, max_handshakes_per_address) in [(4, 100), (100, 4)] {
        let limits = ListenerLimits { max_connections: 1, max_handshakes, max_handshakes_per_address, ..long_limits() };
        let listener = TestListener::start_with(limits, ListenerTrust::StudioCaExplained).await;
        let client = Arc::new(listener.client(None));
        let mut anonymous_callers = Vec::new();
        for number in 1..=20 {
            anonymous_callers.push(half_a_request(&listener, &client, number).await);
        }
        let mut device = listener.device_connection().await;
        assert_eq!(send_raw(&mut device, "GET / HTTP/1.1").await.unwrap(), "served");
        wait_until("all but four made way", || listener.metrics.rejected.get() == 16).await;
        for oldest in &mut anonymous_callers[..16] {
            wait_until_closed(oldest).await;
        }
        assert_eq!(listener.metrics.open(), 5);
        assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::Evicted).get(), 0);
        assert_eq!(send_raw(&mut device, "GET / HTTP/1.1").await.unwrap(), "served");
    }
}

#[tokio::test]
async fn anonymous_callers_evict_no_handshake_that_waits_for_a_pin() {
    let limits = ListenerLimits { max_handshakes: 2, max_handshakes_per_address: 2, ..long_limits() };
    let listener = TestListener::start_with(limits, ListenerTrust::StudioCaExplained).await;
    let typing = TcpStream::connect(listener.address).await.unwrap();
    wait_until("the handshake has begun", || listener.metrics.open() == 1).await;
    let client = Arc::new(listener.client(None));
    let mut anonymous_callers = Vec::new();
    for number in 1..=8 {
        anonymous_callers.push(half_a_request(&listener, &client, number).await);
    }
    let device = Arc::new(listener.client(Some(&listener.studio_ca.device())));
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(device).connect(name, typing).await.unwrap();
    assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
}

#[tokio::test]
async fn an_anonymous_caller_that_sends_nothing_is_cut_by_the_header_limit() {
    let limits = ListenerLimits { headers: Duration::from_millis(200), ..ListenerLimits::default() };
    let listener = TestListener::start_with(limits, ListenerTrust::StudioCaExplained).await;
    wait_until_closed(&mut listener.connect(listener.client(None)).await.unwrap()).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 1);
}
