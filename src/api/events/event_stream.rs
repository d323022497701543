//! Event stream in the format of Server-Sent Events (HTML Standard, section 9.2).
//!
//! ```text
//! retry: 5000
//!
//! id: 17-0c9d0e5f6a7b
//! event: photo.used
//! data: {"event_id":"…","kind":"photo.used",…}
//!
//! : heartbeat
//! ```

use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::time::{self, Instant};

use super::event_bodies::event_body;
use crate::api::App;
use crate::domain::event::{EventCursor, StoredEvent};
use crate::domain::party::Caller;
use crate::flows::Gateway;
use crate::flows::event_subscribers::{EventSubscription, StreamEnd};
use crate::flows::events::{next_events, subscribe};
use crate::storage::deadline::with_deadline;
use crate::transport::http::resumable::Resumable;

/// Keeps the connection open through proxies and routers, and shows the client that the gateway is there.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(20);

/// Longest stream. The client then authenticates again, so that it notices what changes for its certificate.
const MAX_DURATION: Duration = Duration::from_hours(1);

/// Events of one read; the stream holds no more in memory.
const EVENTS_PER_READ: u32 = 100;

/// First piece: clients wait for five seconds before they connect again.
const PREAMBLE: &str = "retry: 5000\n\n";

const HEARTBEAT: &str = ": heartbeat\n\n";

/// An open stream of one device.
pub(super) struct EventStream {
    gateway: Arc<Gateway>,
    caller: Caller,
    heartbeat: Duration,
    cursor: Option<EventCursor>,
    /// `None` until the client begins to read: a request for the head alone ends no other stream.
    subscription: Option<EventSubscription>,
    /// True if there may be events behind the cursor.
    may_have_events: bool,
    started: Instant,
    last_sent: Instant,
    delivered: u64,
    end: StreamEnd,
    /// That of the request, so that the last line in the log has its identifier.
    span: tracing::Span,
}

impl EventStream {
    pub(super) fn open(app: &App, caller: Caller, cursor: Option<EventCursor>) -> Self {
        let (started, span) = (Instant::now(), tracing::Span::current());
        Self {
            gateway: Arc::clone(&app.gateway),
            caller,
            heartbeat: app.event_heartbeat,
            cursor,
            subscription: None,
            may_have_events: true,
            started,
            last_sent: started,
            delivered: 0,
            end: StreamEnd::Disconnected,
            span,
        }
    }

    pub(super) fn into_response(self) -> Response {
        let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
        (headers, Extension(Resumable), Body::new(EventStreamBody::new(self))).into_response()
    }

    /// Waits for the next piece; `None` at the end of the stream.
    async fn next_piece(&mut self) -> Option<String> {
        let Some(subscription) = &mut self.subscription else {
            self.subscription = Some(subscribe(&self.gateway, &self.caller));
            return Some(PREAMBLE.to_owned());
        };
        loop {
            if self.may_have_events {
                // The budget of the request ended with its head.
                let read = next_events(&self.gateway, &self.caller, self.cursor, EVENTS_PER_READ);
                let events = match with_deadline(read).await {
                    Ok(events) => events,
                    Err(error) => {
                        self.end = error.stream_end();
                        return None;
                    }
                };
                self.may_have_events = events.len() >= EVENTS_PER_READ as usize;
                if let Some(last) = events.last() {
                    self.cursor = Some(last.place.cursor());
                    self.delivered += events.len() as u64;
                    self.gateway.event_subscribers.count_delivered(events.len());
                    return Some(pieces(events, &self.caller));
                }
            }
            if self.started + MAX_DURATION <= Instant::now() || self.caller.certificate_expires_at <= self.gateway.now()
            {
                self.end = StreamEnd::AuthenticationDue;
                return None;
            }
            match time::timeout_at(self.last_sent + self.heartbeat, subscription.woken()).await {
                Ok(Ok(())) => self.may_have_events = true,
                Ok(Err(end)) => {
                    self.end = end;
                    return None;
                }
                Err(_) => return Some(HEARTBEAT.to_owned()),
            }
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        // A request for the head alone has no stream.
        if self.subscription.is_none() {
            return;
        }
        self.gateway.event_subscribers.count_end(self.end);
        self.span.in_scope(|| {
            tracing::info!(
                device = %self.caller.device_id,
                reason = self.end.as_str(),
                events = self.delivered,
                seconds = self.started.elapsed().as_secs(),
                "event stream ended"
            );
        });
    }
}

/// The pieces of events, one after another. JSON has no line breaks.
fn pieces(events: Vec<StoredEvent>, caller: &Caller) -> String {
    let mut text = String::new();
    for stored in events {
        let (cursor, kind) = (stored.place.cursor(), stored.event.kind.name());
        let data = serde_json::to_string(&event_body(stored, caller.party.role)).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = write!(text, "id: {cursor}\nevent: {kind}\ndata: {data}\n\n");
    }
    text
}

type NextPiece = Pin<Box<dyn Future<Output = (EventStream, Option<String>)> + Send>>;

/// Body that waits for the next piece whenever hyper asks for one: it ends with its connection, and a client that does not read is
/// not served from memory.
struct EventStreamBody {
    /// `None` after the end.
    next: Option<NextPiece>,
}

impl EventStreamBody {
    fn new(stream: EventStream) -> Self {
        Self { next: Some(next_of(stream)) }
    }
}

fn next_of(mut stream: EventStream) -> NextPiece {
    Box::pin(async move {
        let piece = stream.next_piece().await;
        stream.last_sent = Instant::now();
        (stream, piece)
    })
}

impl HttpBody for EventStreamBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let (stream, piece) = ready!(next.as_mut().poll(cx));
        self.next = piece.is_some().then(|| next_of(stream));
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece.into()))))
    }
}
