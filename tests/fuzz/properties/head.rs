//! Properties of a connection: bytes that any client may send, read by the gateway's own HTTP stack.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use lichtbild::transport::accept::stream::serve_stream;
use lichtbild::transport::http::limits::ListenerLimits;

use super::answer::FuzzAnswer;
use super::gateway::{FuzzCaller, FuzzGateway, with_gateway};
use super::scripted_stream::{RequestProgress, ScriptedStream, StreamFault};

/// Bytes of the endless field that a capital letter stands for.
const FLOOD: usize = 1 << 20;

/// First bytes of an HTTP/2 client (RFC 9113 section 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A request that reached the router, with its answer.
#[derive(Clone)]
struct ServedRequest {
    method: Method,
    path: String,
    /// Request line and fields as they were read.
    head: String,
    /// `None` if the connection ended first.
    answer: Option<FuzzAnswer>,
}

/// Requests and bytes of one connection.
struct ServedConnection {
    requests: Vec<ServedRequest>,
    written: Vec<u8>,
    /// Statuses of the responses on the stream.
    statuses: Vec<u16>,
    read: usize,
    /// The client ended while the last request waited for its body.
    is_cut: bool,
}

/// Bytes on a connection of the caller of the first letter, in pieces whose size is the second byte. A capital letter sends a field
/// without an end behind them.
///
/// The gateway sends the answers of its routes in their order, whole, and nothing else except a refusal of a head that it cannot read.
/// Only a request whose client ended within its body may have no answer. The pieces decide nothing, except that the gateway may stop
/// after fewer requests, but not before the first. No head takes more memory than its limit.
pub fn head(bytes: &[u8]) {
    head_statuses(bytes);
}

/// The same, with the statuses of the responses on the stream.
pub fn head_statuses(bytes: &[u8]) -> Vec<u16> {
    head_statuses_over(bytes, None)
}

/// The same over a stream that may have a fault, of which the property tells.
pub fn head_statuses_over(bytes: &[u8], fault: Option<StreamFault>) -> Vec<u16> {
    let [letter, piece, bytes @ ..] = bytes else { return Vec::new() };
    let caller = FuzzCaller::of(*letter);
    let is_flood = letter.is_ascii_uppercase();
    with_gateway(|gateway| {
        let mut script = gateway.fill_in(bytes);
        let sent = script.len();
        if is_flood {
            script.resize(sent + FLOOD, b'a');
        }
        let is_readable = has_whole_head(&script);
        let whole = serve_and_check(gateway, caller, script.clone(), usize::MAX, fault);
        assert!(!is_readable || whole.is_cut || !whole.statuses.is_empty(), "a head, but no response");
        assert!(!is_flood || whole.read < sent + FLOOD / 2, "{} bytes were read", whole.read);
        if whole.changed() {
            gateway.renew_photos();
        } else if !is_flood {
            let pieces = serve_and_check(gateway, caller, script, 1 + usize::from(*piece), fault);
            assert_agree(&whole, &pieces);
            if pieces.changed() {
                gateway.renew_photos();
            }
        }
        whole.statuses
    })
}

/// True if the first request has a whole head, which the gateway answers or refuses.
fn has_whole_head(script: &[u8]) -> bool {
    // hyper skips empty lines before a request. It sends no refusal if the preface of HTTP/2 comes first, or behind a head that it cannot
    // read: an HTTP/2 client would not understand it.
    let start = script.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(script.len());
    let has = |bytes: &[u8]| script[start..].windows(bytes.len()).any(|window| window == bytes);
    has(b"\r\n\r\n") && !has(HTTP2_PREFACE)
}

impl ServedConnection {
    /// True if a request may have changed what is stored.
    fn changed(&self) -> bool {
        self.requests.iter().any(ServedRequest::changed)
    }
}

impl ServedRequest {
    fn changed(&self) -> bool {
        !self.method.is_safe() && self.answer.as_ref().is_none_or(FuzzAnswer::is_accepted)
    }

    /// True if the request may have deposited a photo.
    fn may_create(&self) -> bool {
        let is_deposit = self.method == Method::POST && self.path == "/v1/photos";
        is_deposit && self.answer.as_ref().is_none_or(|answer| answer.status == 201)
    }
}

/// Asserts that the requests are those of the other connection, with the same answers, as far as both were served.
fn assert_agree(whole: &ServedConnection, pieces: &ServedConnection) {
    let is_answered = !whole.requests.is_empty() && !whole.statuses.is_empty();
    assert!(!is_answered || pieces.is_cut || !pieces.statuses.is_empty(), "in pieces not even the first is answered");
    for (one, other) in whole.requests.iter().zip(&pieces.requests) {
        assert_eq!(one.head, other.head, "the pieces decide what is read");
        if let (Some(one), Some(other)) = (&one.answer, &other.answer) {
            assert_eq!((one.status, one.problem()), (other.status, other.problem()), "the pieces decide");
        }
    }
}

/// Asserts that the stream has the answers of the requests, and returns their statuses.
fn assert_sound(gateway: &FuzzGateway, served: &ServedConnection) -> Vec<u16> {
    let mut written = served.written.as_slice();
    let mut statuses = Vec::new();
    for (place, request) in served.requests.iter().enumerate() {
        if let Some(answer) = &request.answer {
            answer.assert_sound(&request.method, &request.path, gateway.codes());
        }
        let Some(answer) = request.answer.as_ref().filter(|_| !written.is_empty()) else {
            // hyper may drop a request whose client has ended within its body, and with the request the connection.
            let is_last = place + 1 == served.requests.len();
            assert!(is_last && served.is_cut && written.is_empty(), "a request without a response: {}", request.head);
            break;
        };
        let (status, body) = next_response(&mut written, Some(request));
        assert_eq!(status, answer.status, "{}", request.head);
        assert!(request.method == Method::HEAD || body == answer.body, "another body for {}", request.head);
        statuses.push(status);
    }
    if !written.is_empty() {
        let (status, body) = next_response(&mut written, None);
        assert!(matches!(status, 400 | 408 | 414 | 431) && body.is_empty(), "status {status} answers no request");
        statuses.push(status);
    }
    assert!(written.is_empty(), "more was written: {}", String::from_utf8_lossy(written));
    statuses
}

/// Takes a response off the bytes: its status and its body, which has a stated length. Names of fields have capitals in answers to EST
/// clients only.
fn next_response<'a>(written: &mut &'a [u8], request: Option<&ServedRequest>) -> (u16, &'a [u8]) {
    let is_head = request.is_some_and(|request| request.method == Method::HEAD);
    let has_capitals = request.is_some_and(|request| request.path.starts_with("/.well-known/est/"));
    loop {
        let end = written.windows(4).position(|window| window == b"\r\n\r\n").expect("a head has an end") + 4;
        let (head, rest) = written.split_at(end);
        let head = std::str::from_utf8(head).expect("a head is text");
        let mut lines = head.split("\r\n");
        let line = lines.next().expect("a line");
        let version = line.get(..9).expect("a version");
        assert!(version == "HTTP/1.1 " || version == "HTTP/1.0 ", "{line}");
        let status: u16 = line[9..12].parse().expect("a status");
        if status == 100 {
            *written = rest;
            continue;
        }
        let mut length = None;
        for field in lines.filter(|field| !field.is_empty()) {
            let (name, value) = field.split_once(": ").expect("a field");
            assert_eq!(name.starts_with(|first: char| first.is_ascii_uppercase()), has_capitals, "{field}");
            assert!(!name.eq_ignore_ascii_case("transfer-encoding"), "{field}");
            if name.eq_ignore_ascii_case("content-length") {
                assert!(length.replace(value.parse::<usize>().expect("a length")).is_none(), "two lengths");
            }
        }
        let has_body = !is_head && status != 204 && status != 304;
        let length = if has_body { length.expect("the length of a body") } else { 0 };
        let (body, rest) = rest.split_at(length);
        *written = rest;
        return (status, body);
    }
}

fn serve_and_check(
    gateway: &FuzzGateway,
    caller: FuzzCaller,
    script: Vec<u8>,
    piece: usize,
    fault: Option<StreamFault>,
) -> ServedConnection {
    let photos = gateway.photos();
    let mut served = serve(gateway, caller, script, piece, fault);
    served.statuses = assert_sound(gateway, &served);
    let created = served.requests.iter().filter(|request| request.may_create()).count();
    assert!(gateway.photos() <= photos + created as u64, "a photo without a receipt");
    served
}

fn serve(
    gateway: &FuzzGateway,
    caller: FuzzCaller,
    script: Vec<u8>,
    piece: usize,
    fault: Option<StreamFault>,
) -> ServedConnection {
    let progress = RequestProgress::default();
    let requests: Arc<Mutex<Vec<ServedRequest>>> = Arc::default();
    let recorded = (Arc::clone(&requests), progress.clone());
    let router = gateway.router(caller).clone().layer(from_fn(move |request: Request, next: Next| {
        let (requests, progress) = recorded.clone();
        record(request, next, requests, progress)
    }));
    let stream = ScriptedStream::new(script, piece, progress, fault);
    let exchanged = stream.exchanged();
    gateway.runtime.block_on(serve_stream(stream, gateway.peer(caller), router, ListenerLimits::default()));
    let exchanged = exchanged.lock().unwrap_or_else(PoisonError::into_inner);
    let requests = requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ServedConnection {
        requests,
        written: exchanged.written.clone(),
        statuses: Vec::new(),
        read: exchanged.read,
        is_cut: exchanged.is_cut,
    }
}

async fn record(
    request: Request,
    next: Next,
    requests: Arc<Mutex<Vec<ServedRequest>>>,
    progress: RequestProgress,
) -> Response {
    let head = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
    let served =
        ServedRequest { method: request.method().clone(), path: request.uri().path().to_owned(), head, answer: None };
    let place = {
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(served);
        requests.len() - 1
    };
    let _handler = progress.begin();
    let watched = progress.clone();
    let response = next.run(request.map(|body| Body::new(WatchedBody { body, progress: watched }))).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a body that can be read").to_bytes();
    let answer = FuzzAnswer { status: head.status.as_u16(), headers: head.headers.clone(), body: body.to_vec() };
    requests.lock().unwrap_or_else(PoisonError::into_inner)[place].answer = Some(answer);
    Response::from_parts(head, Body::from(body))
}

/// A request body that tells when its reader waits for the client.
struct WatchedBody {
    body: Body,
    progress: RequestProgress,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        self.progress.wait_for_body(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
