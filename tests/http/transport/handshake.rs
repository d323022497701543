//! Handshakes: accepted and rejected peers, and the negotiated parameters.

use std::sync::Arc;

use lichtbild::atomic_file::{FileMode, write_new};
use lichtbild::client::config::StudioConfig;
use lichtbild::client::gateway_client::load_tls_config;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::HandshakeFailure;
use lichtbild::transport::tls::rejected_certificates::RejectionCause;
use rcgen::{ExtendedKeyUsagePurpose, RsaKeySize};
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::{AlertDescription, HandshakeKind, NamedGroup, SupportedCipherSuite};
use tokio::net::TcpStream;

use super::test_listener::{ListenerTrust, TestListener, send_raw, wait_until};
use crate::support::pki::{Leaf, LeafKey, LeafOptions, NOW, TestCa, new_year};
use crate::support::test_gateway::DAY;

#[tokio::test]
async fn a_device_of_the_studio_ca_is_served_and_known_by_its_fingerprint() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let mut stream = listener.connect(listener.client(Some(&device))).await.unwrap();
    let fingerprint = lichtbild::domain::digest::Sha256Digest::of(&device.der);
    assert_eq!(send_raw(&mut stream, "GET /peer HTTP/1.1").await.unwrap(), format!("WithinLimit {fingerprint}"));
    assert_eq!(listener.connections.count_of(&fingerprint), 1);
    drop(stream);
    wait_until("the connection leaves the registry", || listener.connections.count() == 0).await;
}

#[tokio::test]
async fn an_rsa_key_of_3072_bits_is_served() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device =
        listener.studio_ca.issue(LeafOptions { key: LeafKey::Rsa(RsaKeySize::_3072), ..LeafOptions::default() });
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let client = listener.client_with(Some(&device), default_provider(), &[version]);
        let mut stream = listener.connect(client).await.unwrap();
        assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
    }
}

#[tokio::test]
async fn every_unfit_certificate_is_refused_by_an_alert_before_the_service_runs() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let ca = &listener.studio_ca;
    let options = LeafOptions::default;
    let external = TestCa::new("Somebody Else's CA").device();
    let expired = ca.issue(LeafOptions { validity: [2025, 2026].map(new_year), ..options() });
    let early = ca.issue(LeafOptions { validity: [2027, 2028].map(new_year), ..options() });
    let server_only = ca.issue(LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..options() });
    let purposeless = ca.issue(LeafOptions { purpose: None, ..options() });
    let short = ca.issue(LeafOptions { key: LeafKey::Rsa(RsaKeySize::_2048), ..options() });

    let cases: [(&str, Option<&Leaf>, AlertDescription, HandshakeFailure); 7] = [
        ("none", None, AlertDescription::CertificateRequired, HandshakeFailure::NoCertificate),
        ("foreign", Some(&external), AlertDescription::UnknownCA, HandshakeFailure::UnknownIssuer),
        ("expired", Some(&expired), AlertDescription::CertificateExpired, HandshakeFailure::Expired),
        ("early", Some(&early), AlertDescription::CertificateExpired, HandshakeFailure::NotYetValid),
        ("server", Some(&server_only), AlertDescription::UnsupportedCertificate, HandshakeFailure::WrongPurpose),
        ("purposeless", Some(&purposeless), AlertDescription::UnsupportedCertificate, HandshakeFailure::WrongPurpose),
        ("short", Some(&short), AlertDescription::CertificateUnknown, HandshakeFailure::WeakKey),
    ];
    for (name, leaf, alert, failure) in cases {
        let before = listener.metrics.handshake_failed(failure).get();
        assert_eq!(listener.refusal(listener.client(leaf)).await, rustls::Error::AlertReceived(alert), "{name}");
        assert_eq!(listener.metrics.handshake_failed(failure).get(), before + 1, "{name}");
    }
    // The audit log distinguishes clients that once had a valid certificate from unknown clients.
    assert_eq!(listener.revoked.rejected().drain(), [(Sha256Digest::of(&expired.der), RejectionCause::Expired)]);
    // The listener does not offer P-521 signatures, so the client does not send the certificate.
    let odd = ca.issue(LeafOptions { key: LeafKey::P521, ..options() });
    listener.refusal(listener.client(Some(&odd))).await;

    assert_eq!(listener.service.served(), 0);
    wait_until("refused connections end", || listener.metrics.open() == 0).await;
}

#[tokio::test]
async fn tls_12_refuses_the_same() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let purposeless = listener.studio_ca.issue(LeafOptions { purpose: None, ..LeafOptions::default() });
    let client = |leaf| listener.client_with(leaf, default_provider(), &[&rustls::version::TLS12]);
    let refusal = listener.refusal(client(Some(&purposeless))).await;
    assert_eq!(refusal, rustls::Error::AlertReceived(AlertDescription::UnsupportedCertificate));
    listener.refusal(client(None)).await;
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn an_expired_foreign_list_refuses_those_it_watches_over_and_nobody_else() {
    for (next_update, is_served) in [(NOW + DAY, true), (NOW - DAY, false)] {
        let ca = TestCa::new("Somebody Else's CA");
        let external = ca.device();
        let listener = TestListener::start_with(
            ListenerLimits::default(),
            ListenerTrust::WithExternalCa { ca: Box::new(ca), next_update },
        )
        .await;
        assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
        if is_served {
            let mut stream = listener.connect(listener.client(Some(&external))).await.unwrap();
            assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
        } else {
            listener.refusal(listener.client(Some(&external))).await;
            assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::BadCertificate).get(), 1);
            assert_eq!(listener.service.served(), 1);
        }
    }
}

#[tokio::test]
async fn the_enrolment_listener_asks_for_no_certificate() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::Anybody).await;
    let mut stream = listener.connect(listener.client(None)).await.unwrap();
    assert_eq!(send_raw(&mut stream, "GET /peer HTTP/1.1").await.unwrap(), "WithinLimit none");
}

#[tokio::test]
async fn a_session_is_never_resumed() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        // One configuration for both connections: it holds the client's session store.
        let config = Arc::new(listener.client_with(Some(&device), default_provider(), &[version]));
        for _ in 0..2 {
            let mut stream = listener.connect_shared(&config).await.unwrap();
            send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap();
            let connection = stream.get_ref().1;
            let kind = connection.handshake_kind();
            assert!(matches!(kind, Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)), "{kind:?}");
            assert_eq!(connection.tls13_tickets_received(), 0);
        }
    }
}

#[tokio::test]
async fn the_post_quantum_group_is_taken_where_offered_and_p256_or_p384_otherwise() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    // The client's order decides, and clients that support the hybrid group list it first.
    let cases: [(Vec<&'static dyn SupportedKxGroup>, NamedGroup); 3] = [
        (vec![kx_group::X25519, kx_group::SECP256R1MLKEM768, kx_group::SECP256R1], NamedGroup::secp256r1MLKEM768),
        (vec![kx_group::X25519, kx_group::SECP256R1], NamedGroup::secp256r1),
        (vec![kx_group::SECP384R1], NamedGroup::secp384r1),
    ];
    for (kx_groups, expected) in cases {
        let provider = CryptoProvider { kx_groups, ..default_provider() };
        let client = listener.client_with(Some(&device), provider, rustls::ALL_VERSIONS);
        let stream = listener.connect(client).await.unwrap();
        assert_eq!(stream.get_ref().1.negotiated_key_exchange_group().unwrap().name(), expected);
    }
}

#[tokio::test]
async fn the_studio_program_agrees_on_the_post_quantum_group_in_one_round_trip() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let directory = tempfile::tempdir().unwrap();
    let write =
        |name: &str, text: &str| write_new(&directory.path().join(name), text.as_bytes(), FileMode::OwnerOnly).unwrap();
    write("device.pem", &device.certificate_pem);
    write("device.key", &device.key_pem);
    write("ca.pem", &listener.server_ca.certificate_pem);
    let gateway = format!("https://{}", listener.address);
    let text =
        format!("gateway = \"{gateway}\"\ncertificate = \"device.pem\"\nkey = \"device.key\"\nca = \"ca.pem\"\n");
    write("studio.toml", &text);

    let config = StudioConfig::load(&directory.path().join("studio.toml")).unwrap();
    let mut stream = listener.connect(load_tls_config(&config).unwrap()).await.unwrap();
    assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
    let connection = stream.get_ref().1;
    assert_eq!(connection.negotiated_key_exchange_group().unwrap().name(), NamedGroup::secp256r1MLKEM768);
    assert_eq!(connection.handshake_kind(), Some(HandshakeKind::Full), "no HelloRetryRequest");
}

#[tokio::test]
async fn what_is_not_offered_is_not_spoken() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    let chacha: Vec<SupportedCipherSuite> =
        vec![cipher_suite::TLS13_CHACHA20_POLY1305_SHA256, cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256];
    let no_aes = CryptoProvider { cipher_suites: chacha, ..default_provider() };
    let no_nist = CryptoProvider { kx_groups: vec![kx_group::X25519], ..default_provider() };
    for provider in [no_aes, no_nist] {
        let client = listener.client_with(Some(&device), provider, rustls::ALL_VERSIONS);
        assert_eq!(listener.refusal(client).await, rustls::Error::AlertReceived(AlertDescription::HandshakeFailure));
    }
    let mut http2 = listener.client(Some(&device));
    http2.alpn_protocols = vec![b"h2".to_vec()];
    assert_eq!(listener.refusal(http2).await, rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol));
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::NothingInCommon).get(), 3);
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn a_client_that_leaves_in_the_handshake_is_counted_and_forgotten() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    drop(TcpStream::connect(listener.address).await.unwrap());
    wait_until("counted", || listener.metrics.handshake_failed(HandshakeFailure::PeerLeft).get() == 1).await;
    wait_until("forgotten", || listener.metrics.open() == 0).await;
}
