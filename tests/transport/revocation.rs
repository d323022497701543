//! Revoked means now.

use std::collections::HashSet;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::transport::limits::ListenerLimits;
use lichtbild::transport::metrics::HandshakeFailure;
use lichtbild::transport::turned_away::Cause;
use rustls::AlertDescription;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::line::{Line, ask, closed, until};

#[tokio::test]
async fn a_revoked_device_is_told_so_in_the_handshake() {
    let line = Line::start(ListenerLimits::default()).await;
    let device = line.studio_ca.device();
    line.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    let refusal = line.refusal(line.client(Some(&device))).await;
    assert_eq!(refusal, rustls::Error::AlertReceived(AlertDescription::CertificateRevoked));
    assert_eq!(line.metrics.handshake_failed(HandshakeFailure::Revoked), 1);
    assert_eq!(line.service.served(), 0);
    assert_eq!(line.revoked.turned_away().take(), [(Sha256Digest::of(&device.der), Cause::Revoked)]);
}

#[tokio::test]
async fn a_refused_device_that_sends_before_it_reads_still_learns_why() {
    let line = Line::start(ListenerLimits::default()).await;
    let device = line.studio_ca.device();
    line.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    // In TLS 1.3 the handshake is over for the client before its certificate has been looked at.
    let mut stream = line.connect(line.client(Some(&device))).await.unwrap();
    stream.write_all(&vec![b'x'; 4_000_000]).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert!(error.to_string().contains("CertificateRevoked"), "{error}");
}

#[tokio::test]
async fn the_open_connections_of_a_revoked_device_are_cut_and_no_others() {
    let line = Line::start(ListenerLimits::default()).await;
    let (device, other) = (line.studio_ca.device(), line.studio_ca.device());
    let mut resting = line.connect(line.client(Some(&device))).await.unwrap();
    ask(&mut resting, "GET / HTTP/1.1").await.unwrap();
    let mut busy = line.connect(line.client(Some(&device))).await.unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    line.service.begun.notified().await;
    let mut bystander = line.connect(line.client(Some(&other))).await.unwrap();
    ask(&mut bystander, "GET / HTTP/1.1").await.unwrap();

    line.revoked.replace(HashSet::from([Sha256Digest::of(&device.der)]));
    assert_eq!(line.connections.cut(|certificate| line.revoked.contains(certificate)), 2);
    closed(&mut resting).await;
    closed(&mut busy).await;
    until("both are gone", || line.metrics.open() == 1).await;
    assert_eq!(line.metrics.cut_revoked(), 2);
    assert_eq!(ask(&mut bystander, "GET / HTTP/1.1").await.unwrap(), "served");
}
