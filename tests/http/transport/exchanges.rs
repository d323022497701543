//! One request after another on a connection whose buffers are replaced between two of them: none is lost, and no byte of a body is taken
//! for a request.

use lichtbild::transport::http::limits::ListenerLimits;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;

use super::test_listener::{GENEROUS_TIMEOUT, LARGE, ListenerTrust, TestListener, read_response, send_raw, wait_until};

/// A request, and the end of its answer.
const REQUESTS: [(&str, &str); 8] = [
    ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\r\n\r\nserved"),
    ("POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n", "\r\n\r\n18 bytes"),
    ("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\r\n\r\n"),
    (
        "POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;name=value\r\nyou\r\n0\r\n\
         Trailer: of it\r\n\r\n",
        "\r\n\r\n8 bytes",
    ),
    (
        "POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody",
        "\r\n\r\n4 bytes",
    ),
    ("POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "\r\n\r\n0 bytes"),
    ("POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\r\n\r\n0 bytes"),
    ("\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "\r\n\r\nserved"),
];

/// Reads until the input ends with these bytes.
async fn read_until<S: AsyncRead + Unpin>(stream: &mut S, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        text.push(time::timeout(GENEROUS_TIMEOUT, stream.read_u8()).await.expect("an answer in time").unwrap());
    }
    String::from_utf8(text).unwrap()
}

async fn plain_connection(listener: &TestListener) -> TcpStream {
    let stream = TcpStream::connect(listener.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

#[tokio::test]
async fn a_stream_of_requests_gets_its_answers_wherever_it_is_cut() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::NoTls).await;
    let all = REQUESTS.map(|(request, _)| request).concat();
    for cut in 1..all.len() {
        let mut stream = plain_connection(&listener).await;
        let served = listener.service.served();
        stream.write_all(&all.as_bytes()[..cut]).await.unwrap();
        let (mut end, mut rest) = (0, Some(&all.as_bytes()[cut..]));
        for (number, (request, answer)) in REQUESTS.into_iter().enumerate() {
            end += request.len();
            if end > cut
                && let Some(rest) = rest.take()
            {
                // The answers before have arrived: the connection waits, with the beginning of this request if there was any.
                stream.write_all(rest).await.unwrap();
            }
            let text = read_until(&mut stream, answer).await;
            assert!(text.contains("HTTP/1.1 200"), "cut at {cut}, request {number}: {text}");
        }
        let mut more = Vec::new();
        stream.read_to_end(&mut more).await.unwrap();
        assert!(more.is_empty(), "cut at {cut}: {}", String::from_utf8_lossy(&more));
        assert_eq!(listener.service.served() - served, REQUESTS.len(), "cut at {cut}");
    }
}

#[tokio::test]
async fn requests_over_tls_reuse_their_connection() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let mut stream = listener.device_connection().await;
    for _ in 0..3 {
        for (request, answer) in &REQUESTS[..7] {
            stream.write_all(request.as_bytes()).await.unwrap();
            read_until(&mut stream, answer).await;
        }
    }
    assert_eq!(listener.service.served(), 21);
}

/// Sends a request whose answer does not wait for its body, up to `cut` bytes of the body; then the rest, and one more request.
/// Returns the bodies of all answers but the first.
async fn answers_after(listener: &TestListener, path: &str, framing: &str, body: &str, cut: usize) -> Vec<String> {
    let mut stream = plain_connection(listener).await;
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body.as_bytes()[..cut]).await.unwrap();
    assert_eq!(read_response(&mut stream).await.unwrap(), &path[1..]);
    // The gateway may close the connection here.
    let _ = stream.write_all(&body.as_bytes()[cut..]).await;
    listener.service.go_on.notify_waiters();
    let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let mut answers = Vec::new();
    while let Ok(answer) = read_response(&mut stream).await {
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn no_part_of_an_unread_body_is_taken_for_a_request() {
    let listener = TestListener::start_with(ListenerLimits::default(), ListenerTrust::NoTls).await;
    let hidden = "GET /peer HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let chunk = format!("{:x}\r\n{hidden}\r\n", hidden.len());
    let sized = (format!("Content-Length: {}", 2 * hidden.len()), hidden.repeat(2));
    let expected = (format!("{}\r\nExpect: 100-continue", sized.0), sized.1.clone());
    let chunked = ("Transfer-Encoding: chunked".to_owned(), format!("{chunk}{chunk}0\r\n\r\n"));
    for (framing, body) in [sized, expected, chunked] {
        for path in ["/early", "/held"] {
            for cut in 0..=body.len() {
                let served = listener.service.served();
                let answers = answers_after(&listener, path, &framing, &body, cut).await;
                // Either the connection ended with the first answer, or the body was passed over and the request behind it served.
                assert!(answers.is_empty() || answers == ["served"], "{path} {framing:?} {cut}: {answers:?}");
                assert_eq!(listener.service.served() - served, 1 + answers.len(), "{path} {framing:?} {cut}");
            }
        }
    }
}

#[tokio::test]
async fn a_connection_between_two_requests_ends_when_the_listener_stops_or_the_client_leaves() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let (mut leaving, mut staying) = (listener.device_connection().await, listener.device_connection().await);
    for stream in [&mut leaving, &mut staying] {
        for _ in 0..2 {
            assert_eq!(send_raw(stream, "GET / HTTP/1.1").await.unwrap(), "served");
        }
    }
    drop(leaving);
    wait_until("the connection of the client that left is gone", || listener.metrics.open() == 1).await;
    listener.stop.advance();
    wait_until("the other one is gone", || listener.metrics.open() == 0).await;
}

#[tokio::test]
async fn what_an_answer_needs_is_held_until_its_last_byte_is_sent() {
    let listener = TestListener::start(ListenerLimits::default()).await;
    let held = || listener.service.large_answers();
    let mut slow = listener.device_connection().await;
    slow.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut buffer = vec![0; 1024 * 1024];
    let mut total = slow.read(&mut buffer).await.unwrap();
    while total < LARGE / 2 {
        total += slow.read(&mut buffer).await.unwrap();
        assert_eq!(held(), 1, "after {total} bytes");
    }
    while total < LARGE {
        total += slow.read(&mut buffer).await.unwrap();
    }
    wait_until("the answer is sent", || held() == 0).await;

    let mut gone = listener.device_connection().await;
    gone.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let _ = gone.read(&mut buffer).await.unwrap();
    assert_eq!(held(), 1);
    drop(gone);
    wait_until("the caller is gone", || held() == 0).await;
}
