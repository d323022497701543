//! Revoked means now.

use std::collections::HashSet;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::HandshakeFailure;
use lichtbild::transport::tls::rejected_certificates::RejectionCause;
use rustls::AlertDescription;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::test_listener::{TestListener, send_raw, wait_until, wait_until_closed};

#[tokio::test]
async fn a_revoked_device_is_told_so_in_the_handshake() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    let refusal = listener.refusal(listener.client(Some(&device))).await;
    assert_eq!(refusal, rustls::Error::AlertReceived(AlertDescription::CertificateRevoked));
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::Revoked).get(), 1);
    assert_eq!(listener.service.served(), 0);
    assert_eq!(listener.revoked.rejected().drain(), [(Sha256Digest::of(&device.der), RejectionCause::Revoked)]);
}

#[tokio::test]
async fn a_refused_device_that_sends_before_it_reads_still_learns_why() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let device = listener.studio_ca.device();
    listener.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    // In TLS 1.3 the handshake ends for the client before the server has checked its certificate.
    let mut stream = listener.connect(listener.client(Some(&device))).await.unwrap();
    stream.write_all(&vec![b'x'; 4_000_000]).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert!(error.to_string().contains("CertificateRevoked"), "{error}");
}

#[tokio::test]
async fn the_open_connections_of_a_revoked_device_are_cut_and_no_others() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let (device, other) = (listener.studio_ca.device(), listener.studio_ca.device());
    let mut resting = listener.connect(listener.client(Some(&device))).await.unwrap();
    send_raw(&mut resting, "GET / HTTP/1.1").await.unwrap();
    let mut busy = listener.connect(listener.client(Some(&device))).await.unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;
    let mut bystander = listener.connect(listener.client(Some(&other))).await.unwrap();
    send_raw(&mut bystander, "GET / HTTP/1.1").await.unwrap();

    listener.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    assert_eq!(listener.connections.cancel_revoked(|certificate| listener.revoked.contains(certificate)), 2);
    wait_until_closed(&mut resting).await;
    wait_until_closed(&mut busy).await;
    wait_until("both are gone", || listener.metrics.open() == 1).await;
    assert_eq!(listener.metrics.cancelled.get(), 2);
    assert_eq!(send_raw(&mut bystander, "GET / HTTP/1.1").await.unwrap(), "served");
}
