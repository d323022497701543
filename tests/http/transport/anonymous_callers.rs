//! A listener that tells who shows no certificate what is missing, and lets nobody else in for it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig, SupportedProtocolVersion};
use time::macros::datetime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::test_listener::{GENEROUS_TIMEOUT, ListenerTrust, TestListener, send_raw, wait_until, wait_until_closed};
use crate::support::pki::{Leaf, LeafKey, LeafOptions, TestCa};

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// Limits whose spans nothing here waits for.
fn long_limits() -> ListenerLimits {
    ListenerLimits { handshake: GENEROUS_TIMEOUT, headers: GENEROUS_TIMEOUT, ..ListenerLimits::default() }
}

/// A stranger whom the line has let in, with half a request.
async fn half_a_request(listener: &TestListener, client: &Arc<ClientConfig>, number: u64) -> TlsStream<TcpStream> {
    let mut stream = listener.connect_shared(client).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    wait_until("the stranger is let in", || listener.metrics.without_certificate() == number).await;
    stream
}

#[tokio::test]
async fn a_caller_without_certificate_gets_one_response_and_is_disconnected() {
    for version in VERSIONS {
        let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplained).await;
        let mut stream = listener.connect(listener.client_with(None, default_provider(), &[version])).await.unwrap();
        // Two at once: the second is not even looked at.
        stream.write_all("GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2).as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(GENEROUS_TIMEOUT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n") && answer.ends_with("NoCertificate none"), "{answer}");
        assert_eq!((listener.service.served(), listener.metrics.without_certificate()), (1, 1));
        assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::NoCertificate), 0);
        assert_eq!(listener.connections.count(), 0);
    }
}

#[tokio::test]
async fn a_certificate_that_is_shown_and_wrong_is_refused_by_an_alert_all_the_same() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::StudioCaExplained).await;
    let ca = &listener.studio_ca;
    let options = LeafOptions::default;
    let validity = (datetime!(2025-01-01 0:00 UTC), datetime!(2026-01-01 0:00 UTC));
    let (external, revoked) = (TestCa::new("Somebody Else's CA").device(), ca.device());
    let expired = ca.issue(LeafOptions { validity, ..options() });
    let purposeless = ca.issue(LeafOptions { purpose: None, ..options() });
    let weak = ca.issue(LeafOptions { key: LeafKey::Rsa(rcgen::RsaKeySize::_2048), ..options() });
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));
    let cases: [(&str, &Leaf, AlertDescription); 5] = [
        ("foreign", &external, AlertDescription::UnknownCA),
        ("revoked", &revoked, AlertDescription::CertificateRevoked),
        ("expired", &expired, AlertDescription::CertificateExpired),
        ("purposeless", &purposeless, AlertDescription::UnsupportedCertificate),
        ("weak", &weak, AlertDescription::CertificateUnknown),
    ];
    for version in VERSIONS {
        for (name, leaf, alert) in cases {
            let refusal = listener.refusal(listener.client_with(Some(leaf), default_provider(), &[version])).await;
            assert_eq!(refusal, rustls::Error::AlertReceived(alert), "{name}");
        }
    }
    assert_eq!((listener.service.served(), listener.metrics.without_certificate()), (0, 0));
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
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
        wait_until("all but four made way", || listener.metrics.rejected() == 16).await;
        for oldest in &mut anonymous_callers[..16] {
            wait_until_closed(oldest).await;
        }
        assert_eq!(listener.metrics.open(), 5);
        assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::Evicted), 0);
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
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers), 1);
}
