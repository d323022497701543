//! Connections of load balancers that send a PROXY header, and of clients that must not.
//!
//! The listed peer is 127.0.0.9; other clients of the tests connect from 127.0.0.1.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use rustls::ClientConfig;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::client::TlsStream;

use super::test_listener::{ListenerTrust, TestListener, handshake_over, send_raw, wait_until, wait_until_closed};

const BALANCER: &str = "127.0.0.9";

const ADDRESS: &str = "GET /address HTTP/1.1";

/// A header of version 2 for a client with this IPv4 address and port 50000.
fn header_of(client: [u8; 4]) -> Vec<u8> {
    let ports = [50_000_u16.to_be_bytes(), 443_u16.to_be_bytes()].concat();
    [SIGNATURE, &[0x21, 0x11, 0, 12], &client, &[10, 0, 0, 5], &ports].concat()
}

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The header of a health check.
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00";
/// A header for a connection of a kind that the load balancer does not name.
const UNSPEC: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x00\x00\x00";

/// The client that [`header_of`] names in most tests.
const CLIENT: [u8; 4] = [203, 0, 113, 7];

async fn behind_balancer(limits: ListenerLimits) -> TestListener {
    TestListener::start_behind(limits, ListenerTrust::StudioCa, &[BALANCER]).await
}

/// A TCP connection of the listed peer.
async fn balancer_connection(listener: &TestListener) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{BALANCER}:0").parse().unwrap()).unwrap();
    socket.connect(listener.address).await.unwrap()
}

/// A TLS connection of a device behind the listed peer, which sends these bytes before it.
async fn forwarded(listener: &TestListener, header: &[u8]) -> io::Result<TlsStream<TcpStream>> {
    let config = Arc::new(listener.client(Some(&listener.studio_ca.device())));
    forwarded_with(listener, header, &config).await
}

async fn forwarded_with(
    listener: &TestListener,
    header: &[u8],
    config: &Arc<ClientConfig>,
) -> io::Result<TlsStream<TcpStream>> {
    let mut tcp = balancer_connection(listener).await;
    tcp.write_all(header).await?;
    handshake_over(tcp, config).await
}

fn count(listener: &TestListener, failure: HandshakeFailure) -> u64 {
    listener.metrics.handshake_failed(failure).get()
}

#[tokio::test]
async fn a_device_behind_a_listed_peer_has_the_address_of_its_header() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    let text = |line: &str| line.as_bytes().to_vec();
    for (header, expected) in [
        (header_of(CLIENT), "203.0.113.7:50000"),
        (text("PROXY TCP4 203.0.113.8 10.0.0.5 50001 443\r\n"), "203.0.113.8:50001"),
        (text("PROXY TCP6 2001:db8::7 2001:db8::5 50000 443\r\n"), "[2001:db8::7]:50000"),
        (text("PROXY TCP6 ::ffff:203.0.113.9 ::1 50000 443\r\n"), "203.0.113.9:50000"),
        // A loopback address is an address like any other.
        (header_of([127, 0, 0, 1]), "127.0.0.1:50000"),
    ] {
        let mut stream = forwarded(&listener, &header).await.unwrap();
        assert_eq!(send_raw(&mut stream, ADDRESS).await.unwrap(), expected, "{}", header.escape_ascii());
        assert!(send_raw(&mut stream, "GET /peer HTTP/1.1").await.unwrap().starts_with("WithinLimit "));
    }
    for header in [LOCAL, UNSPEC, b"PROXY UNKNOWN\r\n"] {
        let mut stream = forwarded(&listener, header).await.unwrap();
        let address = send_raw(&mut stream, ADDRESS).await.unwrap();
        assert!(address.starts_with("127.0.0.9:"), "{}: {address}", header.escape_ascii());
    }
}

#[tokio::test]
async fn tls_begins_exactly_behind_a_header_however_its_bytes_arrive() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    let config = Arc::new(listener.client(Some(&listener.studio_ca.device())));
    let line = b"PROXY TCP4 203.0.113.7 10.0.0.5 50000 443\r\n".to_vec();
    for header in [header_of(CLIENT), line] {
        let mut tcp = balancer_connection(&listener).await;
        tcp.set_nodelay(true).unwrap();
        for byte in &header {
            tcp.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let mut stream = handshake_over(tcp, &config).await.unwrap();
        assert_eq!(send_raw(&mut stream, ADDRESS).await.unwrap(), "203.0.113.7:50000");
    }
}

#[tokio::test]
async fn a_header_from_an_unlisted_peer_is_refused_and_tls_from_it_is_served() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    let without_list = TestListener::start(ListenerLimits::default()).await;
    let line = b"PROXY TCP4 203.0.113.7 10.0.0.5 50000 443\r\n".to_vec();
    for listener in [&listener, &without_list] {
        let config = Arc::new(listener.client(Some(&listener.studio_ca.device())));
        for (number, header) in [header_of(CLIENT), line.clone(), LOCAL.to_vec()].into_iter().enumerate() {
            let mut tcp = TcpStream::connect(listener.address).await.unwrap();
            tcp.write_all(&header).await.unwrap();
            assert!(handshake_over(tcp, &config).await.is_err(), "{}", header.escape_ascii());
            assert_eq!(count(listener, HandshakeFailure::ProxyHeaderUnlisted), number as u64 + 1);
        }
        assert_eq!(listener.service.served(), 0);
        let address = send_raw(&mut listener.device_connection().await, ADDRESS).await.unwrap();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
    }
}

#[tokio::test]
async fn a_listed_peer_without_a_header_is_refused_at_its_first_bytes() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    assert!(forwarded(&listener, b"").await.is_err(), "a TLS handshake");
    assert_eq!(count(&listener, HandshakeFailure::ProxyHeaderMissing), 1);
    let mut plain = balancer_connection(&listener).await;
    plain.write_all(b"GET /readyz HTTP/1.1\r\n\r\n").await.unwrap();
    wait_until_closed(&mut plain).await;
    assert_eq!(count(&listener, HandshakeFailure::ProxyHeaderMissing), 2);

    // A health check that only connects.
    drop(balancer_connection(&listener).await);
    wait_until("it has left", || count(&listener, HandshakeFailure::PeerLeft) == 1).await;
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn a_header_that_names_no_client_is_refused() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    let with = |command_and_family: [u8; 2], length: u16| {
        let content = vec![0; usize::from(length.min(300))];
        [SIGNATURE, &command_and_family, &length.to_be_bytes(), &content].concat()
    };
    let headers = [
        header_of([0, 0, 0, 0]),
        with([0x21, 0x31], 216),
        with([0x21, 0x12], 12),
        with([0x21, 0x11], u16::MAX),
        with([0x11, 0x11], 12),
        b"PROXY TCP4 here there 1 2\r\n".to_vec(),
    ];
    for (number, header) in headers.iter().enumerate() {
        let mut tcp = balancer_connection(&listener).await;
        tcp.write_all(header).await.unwrap();
        wait_until_closed(&mut tcp).await;
        assert_eq!(
            count(&listener, HandshakeFailure::ProxyHeaderInvalid),
            number as u64 + 1,
            "{}",
            header.escape_ascii()
        );
    }
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn a_client_behind_a_listed_peer_claims_no_other_address_by_a_second_header() {
    let listener = behind_balancer(ListenerLimits::default()).await;
    for second in [header_of([198, 51, 100, 1]), b"PROXY TCP4 198.51.100.1 10.0.0.5 1 443\r\n".to_vec()] {
        assert!(forwarded(&listener, &[header_of(CLIENT), second].concat()).await.is_err());
    }
    assert_eq!(count(&listener, HandshakeFailure::ProxyHeaderRepeated), 2);
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn header_and_handshake_share_one_time_limit() {
    let limits = ListenerLimits { handshake: Duration::from_millis(300), ..ListenerLimits::default() };
    let listener = behind_balancer(limits).await;
    let mut silent = balancer_connection(&listener).await;
    let mut trickling = balancer_connection(&listener).await;
    let mut halfway = balancer_connection(&listener).await;
    halfway.write_all(&header_of(CLIENT)).await.unwrap();
    let trickle = tokio::spawn(async move {
        let mut pause = tokio::time::interval(Duration::from_millis(20));
        // More bytes than arrive within the limit.
        for byte in [SIGNATURE, &[0x21, 0x11, 4, 0], &[0; 1024]].concat() {
            pause.tick().await;
            if trickling.write_all(&[byte]).await.is_err() {
                break;
            }
        }
    });
    wait_until("all three are closed", || listener.metrics.timed_out(TimeLimit::Handshake).get() == 3).await;
    for stream in [&mut silent, &mut halfway] {
        wait_until_closed(stream).await;
    }
    trickle.abort();
    wait_until("nothing is left", || listener.metrics.open() == 0).await;
}

#[tokio::test]
async fn handshakes_behind_a_listed_peer_are_limited_by_the_address_of_the_client() {
    let limits = ListenerLimits { max_handshakes_per_address: 2, ..ListenerLimits::default() };
    let listener = behind_balancer(limits).await;
    let mut silent = Vec::new();
    let waiting_client = async |number: u8| {
        let mut tcp = balancer_connection(&listener).await;
        tcp.write_all(&header_of([203, 0, 113, number])).await.unwrap();
        tcp
    };
    for number in 1..=20 {
        silent.push(waiting_client(number).await);
    }
    let mut of_one_client = Vec::new();
    for _ in 0..5 {
        of_one_client.push(waiting_client(100).await);
    }
    wait_until("three of one client are evicted", || count(&listener, HandshakeFailure::Evicted) == 3).await;
    let mut stream = forwarded(&listener, &header_of([203, 0, 113, 101])).await.unwrap();
    assert_eq!(send_raw(&mut stream, ADDRESS).await.unwrap(), "203.0.113.101:50000");
    wait_until("twenty clients, two of the busy one, and the device", || listener.metrics.open() == 23).await;
}

#[tokio::test]
async fn connections_that_send_no_header_are_bounded_and_keep_no_device_out() {
    let limits = ListenerLimits { max_handshakes: 8, max_handshakes_per_address: 2, ..ListenerLimits::default() };
    let listener = behind_balancer(limits).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(balancer_connection(&listener).await);
    }
    let mut stream = forwarded(&listener, &header_of(CLIENT)).await.unwrap();
    assert_eq!(send_raw(&mut stream, ADDRESS).await.unwrap(), "203.0.113.7:50000");
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
    wait_until("all but eight made way", || count(&listener, HandshakeFailure::Evicted) == 33).await;
    for oldest in &mut silent[..33] {
        wait_until_closed(oldest).await;
    }
    assert_eq!(count(&listener, HandshakeFailure::ProxyHeaderMissing), 0);
}

#[tokio::test]
async fn a_client_without_a_certificate_is_served_by_its_own_address_too() {
    let listener =
        TestListener::start_behind(ListenerLimits::default(), ListenerTrust::Anybody, &["127.0.0.0/29", BALANCER])
            .await;
    let config = Arc::new(listener.client(None));
    let mut stream = forwarded_with(&listener, &header_of(CLIENT), &config).await.unwrap();
    assert_eq!(send_raw(&mut stream, ADDRESS).await.unwrap(), "203.0.113.7:50000");
}

#[tokio::test]
async fn a_listener_without_tls_expects_no_header() {
    let listener = TestListener::start_behind(ListenerLimits::default(), ListenerTrust::NoTls, &[BALANCER]).await;
    let mut tcp = balancer_connection(&listener).await;
    let address = send_raw(&mut tcp, ADDRESS).await.unwrap();
    assert!(address.starts_with("127.0.0.9:"), "{address}");
    let mut tcp = balancer_connection(&listener).await;
    tcp.write_all(&header_of(CLIENT)).await.unwrap();
    wait_until_closed(&mut tcp).await;
    assert_eq!(listener.service.served(), 1);
}
