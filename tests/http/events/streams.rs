//! Event streams: their pieces, and what ends them.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, HeaderValue};
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use lichtbild::domain::log::watermark::RollbackError;
use lichtbild::server::routes::ListenerKind;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{check, request};
use crate::http::setup::studio_and_office;
use crate::support::gateway_process::GENEROUS_TIMEOUT;
use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, TestGateway};

/// An open stream.
struct OpenStream {
    headers: HeaderMap,
    body: Body,
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
struct StreamedEvent {
    id: String,
    kind: String,
    data: Value,
}

impl OpenStream {
    /// Opens a stream, and reads its beginning.
    async fn open(gateway: &TestGateway, receiver: &RouterClient, last_event_id: &str) -> Self {
        let mut request = request(receiver, "");
        let headers = request.headers_mut();
        headers.insert("host", HeaderValue::from_static("localhost"));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        headers.insert("last-event-id", last_event_id.parse().unwrap());
        let mut stream = Self::send(gateway, receiver, request).await;
        let preamble = stream.piece().await.unwrap();
        let retry: u32 = preamble.strip_prefix("retry: ").unwrap().trim_end().parse().unwrap();
        assert!((5_000..=15_000).contains(&retry) && preamble.ends_with("\n\n"), "{preamble:?}");
        stream
    }

    async fn send(gateway: &TestGateway, receiver: &RouterClient, request: Request<Body>) -> Self {
        let listener = match receiver.party.role {
            lichtbild::domain::party::Role::Studio => ListenerKind::Studio,
            lichtbild::domain::party::Role::Office => ListenerKind::Office,
        };
        let response = gateway.router(listener).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        let (parts, body) = response.into_parts();
        Self { headers: parts.headers, body }
    }

    /// The next piece; `None` at the end.
    async fn piece(&mut self) -> Option<String> {
        let frame = tokio::time::timeout(GENEROUS_TIMEOUT, self.body.frame()).await.expect("a piece in time")?;
        Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }

    async fn events(&mut self) -> Vec<StreamedEvent> {
        let piece = self.piece().await.expect("the stream goes on");
        piece
            .split_terminator("\n\n")
            .map(|text| {
                let fields: Vec<_> = text.split('\n').map(|line| line.split_once(": ").unwrap()).collect();
                let [("id", id), ("event", kind), ("data", data)] = fields[..] else { panic!("{piece}") };
                StreamedEvent { id: id.into(), kind: kind.into(), data: serde_json::from_str(data).unwrap() }
            })
            .collect()
    }

    async fn assert_ends(mut self) {
        assert_eq!(self.piece().await, None);
    }
}

async fn settled(studio: &RouterClient, office: &RouterClient, number: u32) -> String {
    let deposit = studio.deposit_numbered(number).await;
    office.collect_and_settle(&deposit.code, &json!({ "outcome": "used" })).await;
    deposit.photo_id
}

#[tokio::test]
async fn a_stream_begins_behind_its_cursor_and_goes_on_with_each_event() {
    let (gateway, studio, office) = studio_and_office().await;
    let earlier = [settled(&studio, &office, 1).await, settled(&studio, &office, 2).await];
    let mut stream = OpenStream::open(&gateway, &studio, "").await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    assert_eq!(stream.headers["cache-control"], "no-store");
    assert!(stream.headers.contains_key("request-id"));
    assert!(stream.headers.get_all("vary").iter().any(|vary| vary == "accept"));
    let past = stream.events().await;
    assert_eq!(past.iter().map(|event| event.data["photo_id"].as_str().unwrap()).collect::<Vec<_>>(), earlier);
    let next = settled(&studio, &office, 3).await;
    check(&gateway).await;
    let [present] = &stream.events().await[..] else { panic!() };
    assert_eq!((present.kind.as_str(), &present.data["photo_id"]), ("photo.used", &json!(next)));
    drop(stream);
    let mut resumed = OpenStream::open(&gateway, &studio, &past[0].id).await;
    assert_eq!(resumed.events().await, [past[1].clone(), present.clone()]);
    assert!(!gateway.gateway.event_subscribers.is_empty());
    drop(resumed);
    assert!(gateway.gateway.event_subscribers.is_empty());
}

#[tokio::test]
async fn a_stream_without_events_shows_that_it_lives() {
    let gateway = TestGateway::with(|setup| setup.event_heartbeat = Duration::from_millis(20)).await;
    let office = gateway.office("Amt Nord").await;
    let mut stream = OpenStream::open(&gateway, &office, "").await;
    for _ in 0..3 {
        assert_eq!(stream.piece().await.as_deref(), Some(": heartbeat\n\n"));
    }
    gateway.advance(366 * DAY);
    stream.piece().await;
    stream.assert_ends().await;
}

#[tokio::test]
async fn a_newer_stream_of_the_same_device_ends_the_older_one_and_a_head_does_not() {
    let (gateway, studio, office) = studio_and_office().await;
    let colleague = gateway.device_of(&studio.party).await;
    let (mut older, mut other) =
        (OpenStream::open(&gateway, &studio, "").await, OpenStream::open(&gateway, &colleague, "").await);
    let head = studio.request(Method::HEAD, "/v1/events").header("host", "localhost");
    let head = head.header("accept", "text/event-stream").body(Body::empty()).unwrap();
    drop(OpenStream::send(&gateway, &studio, head).await);
    let head = studio.request(Method::HEAD, "/v1/events?wait=25").body(Body::empty()).unwrap();
    assert_eq!(studio.send(head).await.status, 200, "at once");
    settled(&studio, &office, 7).await;
    check(&gateway).await;
    assert_eq!(older.events().await.len(), 1, "the older one goes on");
    assert_eq!(other.events().await.len(), 1);
    let mut newer = OpenStream::open(&gateway, &studio, "").await;
    older.assert_ends().await;
    assert_eq!(newer.events().await.len(), 1);
    settled(&studio, &office, 1).await;
    check(&gateway).await;
    assert_eq!(newer.events().await, other.events().await);
}

#[tokio::test]
async fn a_stream_ends_with_the_right_of_its_device() {
    let (gateway, studio, office) = studio_and_office().await;
    let of_office = OpenStream::open(&gateway, &office, "").await;
    let of_studio = OpenStream::open(&gateway, &studio, "").await;
    let code = studio.deposit_numbered(1).await.code;
    office.collect_and_settle(&code, &json!({ "outcome": "used" })).await;
    gateway.set_suspended(&office.party, true).await;
    gateway.revoke(&studio).await;
    check(&gateway).await;
    // The suspension ends a wait; the revocation of the device shows when its next event is read.
    of_office.assert_ends().await;
    of_studio.assert_ends().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_process_and_while_the_database_is_behind_its_mark() {
    let (gateway, studio, office) = studio_and_office().await;
    let of_studio = OpenStream::open(&gateway, &studio, "").await;
    let head = gateway.store.known_head().unwrap();
    gateway.store.stop_changes(RollbackError::Behind { known: 9, found: 8 });
    check(&gateway).await;
    of_studio.assert_ends().await;
    super::ask(&studio, "").await.assert_problem(503, "storage-unavailable");
    // Another stream says so at its beginning.
    let mut refused = request(&studio, "");
    refused.headers_mut().insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
    studio.send(refused).await.assert_problem(503, "storage-unavailable");
    assert!(gateway.gateway.event_subscribers.is_empty());
    gateway.store.accept(head);
    let of_office = OpenStream::open(&gateway, &office, "").await;
    gateway.gateway.event_subscribers.close();
    of_office.assert_ends().await;
}
