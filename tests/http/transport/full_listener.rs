//! A full listener: it closes a connection of the device with the most connections.

use std::sync::Arc;
use std::time::Duration;

use lichtbild::clock::Timestamp;
use lichtbild::domain::id::{DeviceId, PartyId};
use lichtbild::domain::party::Role;
use lichtbild::entropy::SeededEntropy;
use lichtbild::identity::issue::ClientSubject;
use lichtbild::transport::http::limits::ListenerLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::test_listener::{ListenerTrust, TestListener, send_raw, wait_until, wait_until_closed};
use crate::support::pki::LeafOptions;

#[tokio::test]
async fn a_full_listener_closes_what_comes_and_recovers() {
    let listener = TestListener::start(ListenerLimits { max_connections: 1, ..ListenerLimits::default() }).await;
    let mut first = listener.device_connection().await;
    first.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;
    let mut second = listener.device_connection().await;
    assert!(send_raw(&mut second, "GET / HTTP/1.1").await.is_err(), "one too many was served");
    assert_eq!(listener.metrics.rejected.get(), 1);

    drop(first);
    wait_until("a place is free", || listener.metrics.open() == 0).await;
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
}

#[tokio::test]
async fn an_idle_connection_makes_way_on_a_full_listener() {
    let listener = TestListener::start(ListenerLimits { max_connections: 1, ..ListenerLimits::default() }).await;
    let mut first = listener.device_connection().await;
    send_raw(&mut first, "GET / HTTP/1.1").await.unwrap();
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
    wait_until_closed(&mut first).await;
    assert_eq!((listener.metrics.rejected.get(), listener.metrics.cancelled.get()), (1, 0));
}

#[tokio::test]
async fn a_stream_that_its_client_can_resume_makes_way_on_a_full_listener_and_lives_long_otherwise() {
    let limits = ListenerLimits { max_connections: 1, idle: Duration::from_millis(50), ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let mut stream = listener.device_connection().await;
    stream.write_all(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut begun = Vec::new();
    while !begun.ends_with(b"begun\r\n") {
        begun.push(stream.read_u8().await.unwrap());
    }
    let rest = tokio::time::timeout(Duration::from_millis(200), stream.read_u8()).await;
    assert!(rest.is_err(), "the idle limit does not count during a response");
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
    wait_until_closed(&mut stream).await;
    assert_eq!((listener.metrics.rejected.get(), listener.metrics.cancelled.get()), (1, 0));
}

fn subject(seed: u64) -> ClientSubject {
    let (now, entropy) = (Timestamp::from_unix_milliseconds(1_795_339_800_000), SeededEntropy::new(seed));
    ClientSubject {
        role: Role::Studio,
        party_id: PartyId::generate(now, &entropy).unwrap(),
        device_id: DeviceId::generate(now, &entropy).unwrap(),
    }
}

#[tokio::test]
async fn a_device_with_many_certificates_fills_no_listener() {
    let limits = ListenerLimits { max_connections: 24, max_connections_per_device: 16, ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let named = |seed| LeafOptions { subject: Some(subject(seed)), ..LeafOptions::default() };
    let mut greedy = Vec::new();
    for _ in 0..8 {
        let client = Arc::new(listener.client(Some(&listener.studio_ca.issue(named(1)))));
        for _ in 0..4 {
            let mut stream = listener.connect_shared(&client).await.unwrap();
            // A request that never ends: no connection is idle.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\n").await;
            greedy.push(stream);
        }
    }
    wait_until("its limit holds for all certificates together", || listener.metrics.over_device_limit.get() >= 8).await;
    let mut others = Vec::new();
    for seed in 2..10 {
        let client = listener.client(Some(&listener.studio_ca.issue(named(seed))));
        let mut stream = listener.connect(client).await.unwrap();
        assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
        others.push(stream);
    }
    for stream in &mut others {
        assert_eq!(send_raw(stream, "GET / HTTP/1.1").await.unwrap(), "served", "of the others none made way");
    }
}

#[tokio::test]
async fn idle_connections_of_one_address_do_not_fill_the_plain_listener() {
    let limits = ListenerLimits { max_connections: 16, max_handshakes_per_address: 4, ..ListenerLimits::default() };
    let listener = TestListener::start_with(limits, ListenerTrust::NoTls).await;
    let mut idle = Vec::new();
    for _ in 0..16 {
        idle.push(TcpStream::connect(listener.address).await.unwrap());
    }
    let mut monitoring = TcpStream::connect(listener.address).await.unwrap();
    assert_eq!(send_raw(&mut monitoring, "GET / HTTP/1.1").await.unwrap(), "served");
    for oldest in &mut idle[..13] {
        wait_until_closed(oldest).await;
    }
}
