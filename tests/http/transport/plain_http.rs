//! Plain HTTP on ports for TLS.

use std::time::Duration;

use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::test_listener::{GENEROUS_TIMEOUT, ListenerTrust, TestListener, send_raw, wait_until_closed};

async fn exchange(listener: &TestListener, request: &[u8]) -> String {
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    timeout(GENEROUS_TIMEOUT, tcp.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_client_that_forgot_the_s_of_https_is_told_so_on_every_tls_listener() {
    for trust in [ListenerTrust::StudioCa, ListenerTrust::StudioCaExplained, ListenerTrust::Anybody] {
        let listener = TestListener::start_with(ListenerLimits::default(), trust).await;
        let large = [b"POST /v1/photos HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), vec![b'x'; 300_000]].concat();
        for (number, request) in [b"GET /secret HTTP/1.1\r\n".as_slice(), b"H", &large].into_iter().enumerate() {
            let answer = exchange(&listener, request).await;
            assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n") && answer.contains("https://"), "{answer}");
            assert!(answer.contains("connection: close\r\n") && !answer.contains("secret"), "{answer}");
            assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::PlainHttp).get(), number as u64 + 1);
        }
        assert_eq!(listener.service.served(), 0);
        assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::Other).get(), 0);
    }
}

#[tokio::test]
async fn what_is_no_http_is_the_handshake_s_and_tls_is_served_as_before() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    for bytes in [b"get / http/1.1\r\n\r\n".as_slice(), b"\x00\x00\x00\x00\x00", b"\x80\x2e\x01\x03\x01"] {
        assert!(!exchange(&listener, bytes).await.contains("HTTP"), "{bytes:?}");
    }
    assert_eq!(listener.metrics.handshake_failed(HandshakeFailure::PlainHttp).get(), 0);
    let mut stream = listener.device_connection().await;
    assert!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap().contains("served"));
}

#[tokio::test]
async fn nobody_holds_a_connection_by_plain_http() {
    let limits = ListenerLimits {
        handshake: Duration::from_millis(200),
        linger: Duration::from_millis(200),
        ..ListenerLimits::default()
    };
    let listener = TestListener::start(limits).await;
    // It gets the response, and then neither reads nor closes.
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    super::test_listener::wait_until("the connection has ended", || listener.metrics.open() == 0).await;
    // It sends no byte at all.
    let mut silent = TcpStream::connect(listener.address).await.unwrap();
    wait_until_closed(&mut silent).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Handshake).get(), 1);
}
