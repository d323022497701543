//! Event stream in the format of Server-Sent Events (HTML Standard, section 9.2).
//!
//! ```text
//! retry: 8231
//!
//! id: 0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e
//! event: photo.used
//! data: {"event_id":"…","kind":"photo.used",…}
//!
//! : heartbeat
//! ```

use std::fmt::Write;
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use tokio::time::{self, Instant};

use super::event_bodies::event_body;
use crate::api::App;
use crate::domain::event::{EventCursor, StoredEvent};
use crate::domain::party::Caller;
use crate::entropy::{Entropy, random_bytes};
use crate::flows::Gateway;
use crate::flows::event_subscribers::{EventSubscription, StreamEnd};
use crate::flows::events::{EventsError, next_events, subscribe};
use crate::storage::deadline::with_deadline;
use crate::transport::http::resumable::Resumable;

/// Keeps the connection open through proxies and routers, and shows the client that the gateway is there.
pub const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(20);

/// Longest stream. The client then authenticates again, so that it notices what changes for its certificate. Each stream ends at a random
/// time between the two, because the streams that began together (at the start of a node) would otherwise end together.
const MAX_DURATION: RangeInclusive<Duration> = Duration::from_mins(45)..=Duration::from_hours(1);

/// Events of one read; the stream holds no more in memory.
const EVENTS_PER_READ: u32 = 100;

/// Wait of a client before it connects again, random too.
const RETRY: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(15);

const HEARTBEAT: &str = ": heartbeat\n\n";

/// An open stream of one device.
pub(super) struct EventStream {
    gateway: Arc<Gateway>,
    caller: Caller,
    heartbeat: Duration,
    cursor: Option<EventCursor>,
    /// `None` for a request for the head alone, which ends no other stream.
    subscription: Option<EventSubscription>,
    /// First piece: the time after which the client connects again. `None` once it was sent.
    preamble: Option<String>,
    /// Events that were read before the head of the answer.
    first: Option<Vec<StoredEvent>>,
    /// True if there may be events behind the cursor.
    may_have_events: bool,
    started: Instant,
    max_duration: Duration,
    last_sent: Instant,
    delivered: u64,
    end: StreamEnd,
    /// That of the request, so that the last line in the log has its identifier.
    span: tracing::Span,
}

impl EventStream {
    /// Opens a stream and reads its first events, so that a client that gets none learns the reason from the answer's head.
    pub(super) async fn open(
        app: &App,
        caller: Caller,
        cursor: Option<EventCursor>,
        method: &Method,
    ) -> Result<Self, EventsError> {
        let (started, span) = (Instant::now(), tracing::Span::current());
        let gateway = Arc::clone(&app.gateway);
        // Before the first look, so that no event is missed between the two.
        let subscription = (method != Method::HEAD).then(|| subscribe(&gateway, &caller));
        let first = next_events(&gateway, &caller, cursor, EVENTS_PER_READ).await?;
        let retry = random_in(RETRY, gateway.entropy.as_ref());
        let max_duration = random_in(MAX_DURATION, gateway.entropy.as_ref());
        Ok(Self {
            gateway,
            caller,
            heartbeat: app.event_heartbeat,
            cursor,
            subscription,
            preamble: Some(format!("retry: {}\n\n", retry.as_millis())),
            first: Some(first),
            may_have_events: true,
            started,
            max_duration,
            last_sent: started,
            delivered: 0,
            end: StreamEnd::Disconnected,
            span,
        })
    }

    pub(super) fn into_response(self) -> Response {
        let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
        (headers, Extension(Resumable), Body::new(EventStreamBody::new(self))).into_response()
    }

    /// Waits for the next piece; `None` at the end of the stream.
    async fn next_piece(&mut self) -> Option<String> {
        let subscription = self.subscription.as_mut()?;
        if let Some(preamble) = self.preamble.take() {
            return Some(preamble);
        }
        loop {
            if self.may_have_events {
                let read = next_events(&self.gateway, &self.caller, self.cursor, EVENTS_PER_READ);
                let events = match self.first.take() {
                    Some(first) => Ok(first),
                    // The budget of the request ended with its head.
                    None => with_deadline(read).await,
                };
                let events = match events {
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
            if self.started + self.max_duration <= Instant::now()
                || self.caller.certificate_expires_at <= self.gateway.now()
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

/// A random time of the range, and its begin without randomness: nothing secret depends on it.
fn random_in(range: RangeInclusive<Duration>, entropy: &dyn Entropy) -> Duration {
    let share = random_bytes(entropy).map_or(0, u16::from_be_bytes);
    *range.start() + (*range.end() - *range.start()) * u32::from(share) / u32::from(u16::MAX)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn streams_that_begin_together_end_and_come_back_at_different_times() {
        let entropy = SeededEntropy::new(1);
        for range in [RETRY, MAX_DURATION] {
            let times: std::collections::BTreeSet<_> = (0..50).map(|_| random_in(range.clone(), &entropy)).collect();
            assert!(times.len() > 40 && times.iter().all(|time| range.contains(time)), "{times:?}");
            let quarter = (*range.end() - *range.start()) / 4;
            assert!(*times.first().unwrap() < *range.start() + quarter, "{times:?}");
            assert!(*times.last().unwrap() > *range.end() - quarter, "{times:?}");
        }
    }
}
