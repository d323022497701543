//! Limits for peers that are silent, send or read too slowly, or connect too often.

use std::sync::Arc;
use std::time::Duration;

use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::metrics::{HandshakeFailure, TimeLimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;

use super::test_listener::{
    GENEROUS_TIMEOUT, LARGE, ListenerTrust, TestListener, read_response, send_raw, wait_until, wait_until_closed,
};

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[tokio::test]
async fn a_client_silent_before_the_handshake_is_cut() {
    let listener =
        TestListener::start(ListenerLimits { handshake: milliseconds(200), ..ListenerLimits::default() }).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    wait_until_closed(&mut tcp).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Handshake).get(), 1);
}

#[tokio::test]
async fn a_client_silent_after_the_handshake_is_cut() {
    let listener =
        TestListener::start(ListenerLimits { headers: milliseconds(200), ..ListenerLimits::default() }).await;
    let mut stream = listener.device_connection().await;
    assert!(wait_until_closed(&mut stream).await < milliseconds(5000));
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 1);
}

#[tokio::test]
async fn half_a_head_is_cut_however_it_trickles() {
    let listener =
        TestListener::start(ListenerLimits { headers: milliseconds(300), ..ListenerLimits::default() }).await;
    let (mut reading, mut writing) = tokio::io::split(listener.device_connection().await);
    let trickle = tokio::spawn(async move {
        let mut pause = time::interval(milliseconds(20));
        while writing.write_all(b"GET / HTTP/1.1\r\nX-Filler: ").await.is_ok() && writing.flush().await.is_ok() {
            pause.tick().await;
        }
    });
    let rest = time::timeout(GENEROUS_TIMEOUT, reading.read_to_end(&mut Vec::new())).await.unwrap();
    trickle.abort();
    assert!(!matches!(rest, Ok(1..)), "the client was answered");
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 1);
    assert_eq!(listener.service.served(), 0);
}

#[tokio::test]
async fn a_resting_connection_outlives_the_header_limit_and_not_the_idle_limit() {
    let limits = ListenerLimits { headers: milliseconds(150), idle: milliseconds(700), ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let mut stream = listener.device_connection().await;
    for _ in 0..2 {
        assert_eq!(send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap(), "served");
    }
    let rest = wait_until_closed(&mut stream).await;
    assert!(rest > milliseconds(300), "cut after {rest:?}");
    assert_eq!(listener.metrics.timed_out(TimeLimit::Idle).get(), 1);
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 0);
}

#[tokio::test]
async fn a_half_head_after_a_request_is_cut_by_the_header_limit() {
    let listener =
        TestListener::start(ListenerLimits { headers: milliseconds(200), ..ListenerLimits::default() }).await;
    let mut stream = listener.device_connection().await;
    send_raw(&mut stream, "GET / HTTP/1.1").await.unwrap();
    stream.write_all(b"GET / HT").await.unwrap();
    wait_until_closed(&mut stream).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 1);
}

#[tokio::test]
async fn no_listener_limit_fires_while_a_request_is_processed() {
    let limits = ListenerLimits { headers: milliseconds(100), idle: milliseconds(100), ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let mut stream = listener.device_connection().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    listener.service.begun.notified().await;
    let early = time::timeout(milliseconds(400), stream.read_u8()).await;
    assert!(early.is_err(), "the connection ended: {early:?}");
    listener.service.go_on.notify_one();
    assert_eq!(read_response(&mut stream).await.unwrap(), "done");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_refused_by_its_size() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut stream = listener.device_connection().await;
    let head = format!("GET / HTTP/1.1\r\nX-Filler: {}\r\n\r\n", "x".repeat(20_000));
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn a_trickling_body_is_given_up() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let (mut reading, mut writing) = tokio::io::split(listener.device_connection().await);
    writing.write_all(b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n").await.unwrap();
    let trickle = tokio::spawn(async move {
        let mut pause = time::interval(milliseconds(100));
        while writing.write_all(b"x").await.is_ok() && writing.flush().await.is_ok() {
            pause.tick().await;
        }
    });
    assert_eq!(read_response(&mut reading).await.unwrap(), "too slow");
    trickle.abort();
}

#[tokio::test]
async fn a_client_that_first_sends_all_of_a_refused_body_still_gets_its_answer() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let claimed = "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n";
    let chunked = "POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3d0900\r\n";
    for head in [claimed, chunked] {
        let mut stream = listener.device_connection().await;
        stream.write_all(&[head.as_bytes(), &[b'x'; 4_000_000]].concat()).await.unwrap();
        stream.flush().await.unwrap();
        assert_eq!(read_response(&mut stream).await.unwrap(), "too large");
    }
}

#[tokio::test]
async fn a_chunked_body_within_the_limit_arrives() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut stream = listener.device_connection().await;
    let request = "POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_response(&mut stream).await.unwrap(), "5 bytes");
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut() {
    let listener =
        TestListener::start(ListenerLimits { write_stall: milliseconds(300), ..ListenerLimits::default() }).await;
    let mut stream = listener.device_connection().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    wait_until("the stall is noticed", || listener.metrics.timed_out(TimeLimit::WriteStall).get() == 1).await;
    wait_until("the connection is gone", || listener.metrics.open() == 0).await;
    drop(stream);
}

#[tokio::test]
async fn a_client_that_reads_its_answer_too_slowly_is_cut() {
    let limits = ListenerLimits {
        write_stall: milliseconds(500),
        min_bytes_per_write_stall: LARGE as u64,
        idle: milliseconds(500),
        ..ListenerLimits::default()
    };
    let listener = TestListener::start(limits).await;
    let mut stream = listener.device_connection().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    // It always reads, but too slowly: at most 20 MiB per interval.
    let mut pause = time::interval(milliseconds(50));
    let (mut buffer, mut total) = (vec![0; 16 * 1024], 0);
    'line: while total < LARGE {
        pause.tick().await;
        for _ in 0..128 {
            match time::timeout(GENEROUS_TIMEOUT, stream.read(&mut buffer)).await.unwrap() {
                Ok(count) if count > 0 => total += count,
                _ => break 'line,
            }
        }
    }
    assert_eq!(listener.metrics.timed_out(TimeLimit::WriteStall).get(), 1, "{total} bytes were read");
}

#[tokio::test]
async fn a_slow_but_steady_reader_gets_its_answer() {
    let limits =
        ListenerLimits { write_stall: milliseconds(1000), idle: milliseconds(1000), ..ListenerLimits::default() };
    let listener = TestListener::start(limits).await;
    let mut stream = listener.device_connection().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut pause = time::interval(milliseconds(40));
    let (mut buffer, mut total) = (vec![0; 1024 * 1024], 0);
    while total < LARGE {
        pause.tick().await;
        for _ in 0..64 {
            total += time::timeout(GENEROUS_TIMEOUT, stream.read(&mut buffer)).await.unwrap().unwrap();
        }
    }
    assert_eq!(listener.metrics.timed_out(TimeLimit::WriteStall).get(), 0);
}

#[tokio::test]
async fn a_device_over_its_limit_is_flagged_then_rejected() {
    let listener =
        TestListener::start(ListenerLimits { max_connections_per_device: 1, ..ListenerLimits::default() }).await;
    let device = listener.studio_ca.device();
    let mut first = listener.connect(listener.client(Some(&device))).await.unwrap();
    assert!(send_raw(&mut first, "GET /peer HTTP/1.1").await.unwrap().starts_with("WithinLimit"));

    let mut second = listener.connect(listener.client(Some(&device))).await.unwrap();
    let mut third = {
        // The second connection must stay open while the third arrives; a response would close it.
        wait_until("the second is entered", || listener.connections.count() == 2).await;
        listener.connect(listener.client(Some(&device))).await.unwrap()
    };
    assert!(send_raw(&mut third, "GET /peer HTTP/1.1").await.is_err(), "twice the limit was served");
    assert!(send_raw(&mut second, "GET /peer HTTP/1.1").await.unwrap().starts_with("OverLimit"));
    wait_until_closed(&mut second).await;

    // Other devices are not affected.
    assert!(
        send_raw(&mut listener.device_connection().await, "GET /peer HTTP/1.1")
            .await
            .unwrap()
            .starts_with("WithinLimit")
    );
    assert_eq!(listener.metrics.over_device_limit.get(), 2);
    assert_eq!(send_raw(&mut first, "GET / HTTP/1.1").await.unwrap(), "served");
}

#[tokio::test]
async fn silent_anonymous_callers_keep_no_device_out() {
    let limits = ListenerLimits {
        max_connections: 2,
        max_handshakes: 8,
        max_handshakes_per_address: 4,
        ..ListenerLimits::default()
    };
    let listener = TestListener::start(limits).await;
    let mut known = listener.device_connection().await;
    send_raw(&mut known, "GET / HTTP/1.1").await.unwrap();

    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(listener.address).await.unwrap());
    }
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
    assert_eq!(send_raw(&mut known, "GET / HTTP/1.1").await.unwrap(), "served", "who is known is not touched");

    // The last four handshakes were left, and one of them was dropped for the device.
    wait_until("the oldest made way", || listener.metrics.handshake_failed(HandshakeFailure::Evicted).get() == 37)
        .await;
    for oldest in &mut silent[..37] {
        wait_until_closed(oldest).await;
    }
    assert_eq!(listener.metrics.rejected.get(), 0);
}

#[tokio::test]
async fn one_address_cannot_fill_a_listener_for_anonymous_callers() {
    let limits = ListenerLimits { max_connections: 16, max_handshakes_per_address: 4, ..ListenerLimits::default() };
    let listener = TestListener::start_with(limits, ListenerTrust::Anybody).await;
    let client = Arc::new(listener.client(None));
    let mut half = Vec::new();
    for _ in 0..20 {
        let mut stream = listener.connect_shared(&client).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
        half.push(stream);
    }
    assert_eq!(
        send_raw(&mut listener.connect_shared(&client).await.unwrap(), "GET / HTTP/1.1").await.unwrap(),
        "served"
    );
    for oldest in &mut half[..17] {
        wait_until_closed(oldest).await;
    }
}

#[tokio::test]
async fn a_panic_ends_its_own_connection_only() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    assert!(send_raw(&mut listener.device_connection().await, "GET /panic HTTP/1.1").await.is_err());
    assert_eq!(send_raw(&mut listener.device_connection().await, "GET / HTTP/1.1").await.unwrap(), "served");
    wait_until("counted", || listener.metrics.panicked.get() == 1).await;
}

#[tokio::test]
async fn the_plain_listener_has_the_same_limits() {
    let limits = ListenerLimits { headers: milliseconds(200), ..ListenerLimits::default() };
    let listener = TestListener::start_with(limits, ListenerTrust::NoTls).await;
    let mut tcp = TcpStream::connect(listener.address).await.unwrap();
    assert_eq!(send_raw(&mut tcp, "GET /peer HTTP/1.1").await.unwrap(), "WithinLimit none");
    tcp.write_all(b"GET").await.unwrap();
    wait_until_closed(&mut tcp).await;
    assert_eq!(listener.metrics.timed_out(TimeLimit::Headers).get(), 1);
}
