//! A listener that explains a missing or rejected certificate to browsers, and refuses programs by an alert.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use lichtbild::transport::tls::rejected_certificates::RejectionCause;
use rcgen::ExtendedKeyUsagePurpose;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{cipher_suite as suite, default_provider};
use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, ClientConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::test_listener::{GENEROUS_TIMEOUT, ListenerTrust, TestListener, send_raw, wait_until, wait_until_closed};
use crate::support::pki::{Leaf, LeafKey, LeafOptions, TestCa, new_year};

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];
const BROWSER: &str =
    "GET /peer HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n\r\n";
const PROGRAM: &str = "GET /peer HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";

async fn start(limits: ListenerLimits) -> TestListener {
    TestListener::start_with(limits, ListenerTrust::StudioCaExplainedToBrowsers).await
}

/// TLS settings of a client that offers HTTP/2, as browsers do.
fn offering_http2(
    listener: &TestListener,
    leaf: Option<&Leaf>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut client = listener.client_with(leaf, default_provider(), versions);
    client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    client
}

/// Sends these bytes, and reads until the connection ends.
async fn exchange(stream: &mut TlsStream<TcpStream>, sent: &[u8]) -> io::Result<String> {
    // An error of the alert is read below.
    let _ = stream.write_all(sent).await;
    let _ = stream.flush().await;
    let mut answer = String::new();
    timeout(GENEROUS_TIMEOUT, stream.read_to_string(&mut answer)).await.expect("an end in time").map(|_| answer)
}

/// The alert with which a connection ended.
fn alert(outcome: io::Result<String>) -> AlertDescription {
    let error = outcome.expect_err("the client was served");
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::AlertReceived(alert)) => *alert,
        _ => panic!("not an alert but {error:?}"),
    }
}

/// The alert that a client gets in its handshake, or for its request.
async fn alert_of(listener: &TestListener, client: ClientConfig, request: &str) -> AlertDescription {
    alert(match listener.connect(client).await {
        Ok(mut stream) => exchange(&mut stream, request.as_bytes()).await,
        Err(error) => Err(error),
    })
}

#[tokio::test]
async fn every_cause_is_explained_to_a_browser_and_an_alert_for_a_program() {
    let listener = start(ListenerLimits::default()).await;
    let ca = &listener.studio_ca;
    let options = LeafOptions::default;
    let (foreign, revoked) = (TestCa::new("Somebody Else's CA").device(), ca.device());
    let expired = ca.issue(LeafOptions { validity: [2025, 2026].map(new_year), ..options() });
    let early = ca.issue(LeafOptions { validity: [2027, 2028].map(new_year), ..options() });
    let server = ca.issue(LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..options() });
    let weak = ca.issue(LeafOptions { key: LeafKey::Rsa(rcgen::RsaKeySize::_2048), ..options() });
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&revoked.der)]));
    let cases: [(Option<&Leaf>, Option<CertificateFault>, AlertDescription, HandshakeFailure); 7] = [
        (None, None, AlertDescription::CertificateRequired, HandshakeFailure::NoCertificate),
        (
            Some(&foreign),
            Some(CertificateFault::UnknownIssuer),
            AlertDescription::UnknownCA,
            HandshakeFailure::UnknownIssuer,
        ),
        (
            Some(&revoked),
            Some(CertificateFault::Revoked),
            AlertDescription::CertificateRevoked,
            HandshakeFailure::Revoked,
        ),
        (
            Some(&expired),
            Some(CertificateFault::Expired { at: new_year(2026) }),
            AlertDescription::CertificateExpired,
            HandshakeFailure::Expired,
        ),
        (
            Some(&early),
            Some(CertificateFault::NotYetValid { from: new_year(2027) }),
            AlertDescription::CertificateExpired,
            HandshakeFailure::NotYetValid,
        ),
        (
            Some(&server),
            Some(CertificateFault::WrongPurpose),
            AlertDescription::UnsupportedCertificate,
            HandshakeFailure::WrongPurpose,
        ),
        (Some(&weak), Some(CertificateFault::WeakKey), AlertDescription::CertificateUnknown, HandshakeFailure::WeakKey),
    ];
    let explained = |failure| match failure {
        HandshakeFailure::NoCertificate => listener.metrics.without_certificate.get(),
        failure => listener.metrics.handshake_failed(failure).get(),
    };
    for version in VERSIONS {
        for (leaf, fault, expected, failure) in cases {
            let (served, counted) = (listener.service.served(), explained(failure));
            let mut browser = listener.connect(offering_http2(&listener, leaf, &[version])).await.unwrap();
            let answer = exchange(&mut browser, BROWSER.repeat(2).as_bytes()).await.unwrap();
            let admission = fault.map_or("NoCertificate".to_owned(), |fault| format!("CertificateRejected({fault:?})"));
            assert!(answer.ends_with(&format!("{admission} none")), "{answer}");
            assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
            assert_eq!(listener.service.served(), served + 1);
            wait_until("the explanation is counted", || explained(failure) == counted + 1).await;

            let counted = listener.metrics.handshake_failed(failure).get();
            // The second request is not read.
            for request in [PROGRAM.to_owned(), format!("{PROGRAM}{BROWSER}")] {
                let program = offering_http2(&listener, leaf, &[version]);
                assert_eq!(alert_of(&listener, program, &request).await, expected, "{failure:?}");
            }
            // No browser, whatever it accepts.
            let other = listener.client_with(leaf, default_provider(), &[version]);
            assert_eq!(alert_of(&listener, other, BROWSER).await, expected, "{failure:?}");
            assert_eq!(listener.metrics.handshake_failed(failure).get(), counted + 3, "{failure:?}");
            assert_eq!(listener.service.served(), served + 1);
        }
    }
    assert_eq!((listener.connections.count(), listener.metrics.without_certificate.get()), (0, 2));
    let known = [
        (Sha256Digest::of(&revoked.der), RejectionCause::Revoked),
        (Sha256Digest::of(&expired.der), RejectionCause::Expired),
    ];
    assert_eq!(listener.revoked.rejected().drain(), known);
    wait_until("refused connections end", || listener.metrics.open() == 0).await;
}

#[tokio::test]
async fn the_alert_is_readable_with_every_cipher_suite() {
    let listener = start(ListenerLimits::default()).await;
    for cipher_suite in [
        suite::TLS13_AES_128_GCM_SHA256,
        suite::TLS13_AES_256_GCM_SHA384,
        suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ] {
        let provider = CryptoProvider { cipher_suites: vec![cipher_suite], ..default_provider() };
        let version = if cipher_suite.tls13().is_some() { &TLS13 } else { &TLS12 };
        let mut client = listener.client_with(None, provider, &[version]);
        client.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut stream = listener.connect(client).await.unwrap();
        let ended = exchange(&mut stream, PROGRAM.as_bytes()).await;
        assert_eq!(alert(ended), AlertDescription::CertificateRequired, "{cipher_suite:?}");
    }
}

#[tokio::test]
async fn the_alert_is_readable_after_a_key_update_that_asks_for_another() {
    let listener = start(ListenerLimits::default()).await;
    for updates in 1..=3 {
        let mut stream = listener.connect(offering_http2(&listener, None, &[&TLS13])).await.unwrap();
        for _ in 0..updates {
            stream.get_mut().1.refresh_traffic_keys().unwrap();
        }
        let ended = exchange(&mut stream, PROGRAM.as_bytes()).await;
        assert_eq!(alert(ended), AlertDescription::CertificateRequired, "{updates} updates");
    }
}

#[tokio::test]
async fn a_head_in_many_pieces_is_read_to_its_end() {
    let listener = start(ListenerLimits::default()).await;
    for (head, is_browser) in [(BROWSER, true), (PROGRAM, false)] {
        let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
        for byte in head.as_bytes() {
            stream.write_all(&[*byte]).await.unwrap();
            stream.flush().await.unwrap();
        }
        let answer = exchange(&mut stream, b"").await;
        assert_eq!(answer.is_ok_and(|answer| answer.ends_with("NoCertificate none")), is_browser, "{head}");
    }
}

#[tokio::test]
async fn a_client_that_sends_no_head_in_time_gets_the_alert() {
    let limits = ListenerLimits { headers: Duration::from_millis(200), ..ListenerLimits::default() };
    let listener = start(limits).await;
    for begun in ["", "GET /peer HTTP/1.1\r\nAccept: text/html\r\n"] {
        let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
        assert_eq!(alert(exchange(&mut stream, begun.as_bytes()).await), AlertDescription::CertificateRequired);
    }
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 2);
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::NoCertificate).get(), 2);
    assert_eq!((listener.service.served(), listener.metrics.without_certificate.get()), (0, 0));
}

#[tokio::test]
async fn a_client_that_speaks_http_2_gets_the_alert_and_another_unreadable_head_400() {
    let listener = start(ListenerLimits::default()).await;
    let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert_eq!(alert(exchange(&mut stream, preface).await), AlertDescription::CertificateRequired);
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::NoCertificate).get(), 1);
    let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
    let answer = exchange(&mut stream, b"no HTTP at all\r\n\r\n").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_by_its_size() {
    let listener = start(ListenerLimits::default()).await;
    let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nX-Filler: {}\r\n\r\n", "x".repeat(20_000));
    let answer = exchange(&mut stream, head.as_bytes()).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn no_body_is_waited_for() {
    let listener = start(ListenerLimits::default()).await;
    let post = |accept: &str| {
        format!("POST /early HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nContent-Length: 4000000\r\n\r\n")
    };
    let bodies: [&[u8]; 2] = [b"", &[b'x'; 4_000_000]];
    for body in bodies {
        let connect = async || listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
        let answer = exchange(&mut connect().await, &[post("text/html").as_bytes(), body].concat()).await.unwrap();
        assert!(answer.ends_with("\r\nearly"), "{answer}");
        let ended = exchange(&mut connect().await, &[post("*/*").as_bytes(), body].concat()).await;
        assert_eq!(alert(ended), AlertDescription::CertificateRequired);
    }
}

#[tokio::test]
async fn the_script_of_a_page_gets_a_response_too() {
    let listener = start(ListenerLimits::default()).await;
    let mut stream = listener.connect(offering_http2(&listener, None, &VERSIONS)).await.unwrap();
    let request = PROGRAM.replace("Accept: */*", "Accept: application/json\r\nSec-Fetch-Site: same-origin");
    assert!(exchange(&mut stream, request.as_bytes()).await.unwrap().ends_with("NoCertificate none"));
}

#[tokio::test]
async fn a_device_that_offers_http_2_is_served_http_1_as_ever() {
    let listener = start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let sha256 = Sha256Digest::of(&device.der);
    for version in VERSIONS {
        let mut stream = listener.connect(offering_http2(&listener, Some(&device), &[version])).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        for _ in 0..2 {
            assert_eq!(send_raw(&mut stream, "GET /peer HTTP/1.1").await.unwrap(), format!("WithinLimit {sha256}"));
        }
        assert_eq!(listener.connections.count_of(&sha256), 1);
        listener.connections.cancel_revoked(|digest| *digest == sha256);
        wait_until_closed(&mut stream).await;
        wait_until("the connection leaves the registry", || listener.connections.count() == 0).await;
    }
    let mut only_http2 = listener.client(Some(&device));
    only_http2.alpn_protocols = vec![b"h2".to_vec()];
    assert_eq!(
        listener.refusal(only_http2).await,
        rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)
    );
}

#[tokio::test]
async fn a_listener_full_of_anonymous_browsers_keeps_no_device_out() {
    let limits = ListenerLimits {
        max_connections: 1,
        max_handshakes_per_address: 4,
        headers: GENEROUS_TIMEOUT,
        ..ListenerLimits::default()
    };
    let listener = start(limits).await;
    let client = Arc::new(offering_http2(&listener, None, &VERSIONS));
    let mut browsers = Vec::new();
    for _ in 0..20 {
        let mut stream = listener.connect_shared(&client).await.unwrap();
        stream.write_all(&BROWSER.as_bytes()[..40]).await.unwrap();
        browsers.push(stream);
    }
    wait_until("all but four made way", || listener.metrics.rejected.get() == 16).await;
    let refused = listener.metrics.handshake_failed(HandshakeFailure::NoCertificate);
    wait_until("each of the others counts as refused", || refused.get() == 16).await;
    let mut device = listener.device_connection().await;
    assert_eq!(send_raw(&mut device, "GET / HTTP/1.1").await.unwrap(), "served");
    assert_eq!(listener.metrics.open(), 5);
    assert!(exchange(&mut browsers[19], &BROWSER.as_bytes()[40..]).await.unwrap().ends_with("NoCertificate none"));
    wait_until("the explanation is counted", || listener.metrics.without_certificate.get() == 1).await;
    assert_eq!(refused.get(), 16);
}

#[tokio::test]
async fn bytes_that_are_no_handshake_are_refused_as_on_every_listener() {
    let listener = start(ListenerLimits { handshake: Duration::from_millis(300), ..ListenerLimits::default() }).await;
    let mut garbage = TcpStream::connect(listener.address).await.unwrap();
    garbage.write_all(&[0x16, 3, 1, 0, 2, 0xff, 0xff, 0, 0, 0, 0, 0]).await.unwrap();
    let mut answer = Vec::new();
    timeout(GENEROUS_TIMEOUT, garbage.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer.first(), Some(&21), "an alert");
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::Other).get(), 1);
    let mut half = TcpStream::connect(listener.address).await.unwrap();
    half.write_all(&[0x16, 3, 1, 2, 0, 1]).await.unwrap();
    wait_until_closed(&mut half).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Handshake).get(), 1);
}
