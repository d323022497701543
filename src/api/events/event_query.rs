//! Query of a request for events, and its choice between a list and a stream.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;

use crate::api::Problem;
use crate::api::accept::{AcceptedRank, AcceptedTypes};
use crate::api::problem::MalformedReason;
use crate::api::problem::misfit::{Misfit, MisfitError};
use crate::api::request::QueryParameters;
use crate::domain::event::EventCursor;

/// Header with which a client of an event stream names the last event that it received.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A longer wait is reduced.
const MAX_WAIT_SECONDS: u32 = 25;

/// Query for events after a cursor. Streams use only the cursor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    after: Option<String>,
    /// Seconds.
    wait: Option<u32>,
    pub(super) limit: Option<u32>,
}

impl QueryParameters for EventQuery {
    const NAMES: &'static [&'static str] = &["after", "wait", "limit"];
}

const UNREADABLE_AFTER: MalformedReason =
    MalformedReason::QueryField(MisfitError { field: Some("after"), misfit: Misfit::Value, allowed: &[] });

/// The cursor of the request; the header has precedence, because a client of a stream repeats its first address.
pub(super) fn cursor(headers: &HeaderMap, query: &EventQuery) -> Result<Option<EventCursor>, Problem> {
    let (text, reason) = match headers.get(&LAST_EVENT_ID) {
        Some(value) => (value.to_str().ok(), MalformedReason::LastEventId),
        None => (Some(query.after.as_deref().unwrap_or_default()), UNREADABLE_AFTER),
    };
    // An empty value is that of a client that has received no event.
    match text {
        Some("") => Ok(None),
        text => text.and_then(|text| text.parse().ok()).map(Some).ok_or(Problem::RequestMalformed { reason }),
    }
}

pub(super) fn wait(query: &EventQuery) -> Duration {
    Duration::from_secs(query.wait.unwrap_or(0).min(MAX_WAIT_SECONDS).into())
}

/// Reports whether the client prefers a stream to a list, which it gets without an `Accept` header.
pub(super) fn prefers_stream(headers: &HeaderMap) -> bool {
    let accepted = AcceptedTypes::of(headers);
    let (stream, list) = (accepted.rank("text", "event-stream"), accepted.rank("application", "json"));
    let order = |rank: AcceptedRank| (rank.quality, rank.precision);
    order(stream) > order(list)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT;

    use super::*;

    #[test]
    fn a_client_gets_a_stream_if_it_prefers_one() {
        for (accept, expected) in [
            ("text/event-stream", true),
            ("text/event-stream, application/json;q=0.9", true),
            ("text/event-stream, */*", true),
            ("*/*", false),
            ("application/json", false),
            ("application/json, text/event-stream;q=0.5", false),
            ("text/event-stream;q=0, */*", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(prefers_stream(&headers), expected, "{accept}");
        }
        assert!(!prefers_stream(&HeaderMap::new()));
    }

    #[test]
    fn the_header_has_precedence_over_the_query_and_both_are_checked() {
        let headers = |text: &'static str| HeaderMap::from_iter([(LAST_EVENT_ID, HeaderValue::from_static(text))]);
        let query = |after: &str| EventQuery { after: Some(after.to_owned()), wait: Some(60), limit: None };
        const FIRST: &str = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d01";
        const SECOND: &str = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d02";
        let found = |headers: &HeaderMap, after| cursor(headers, &query(after)).ok().flatten().map(|c| c.to_string());
        assert_eq!(found(&headers(SECOND), FIRST).as_deref(), Some(SECOND));
        assert_eq!(found(&HeaderMap::new(), FIRST).as_deref(), Some(FIRST));
        assert_eq!((found(&HeaderMap::new(), ""), wait(&query(""))), (None, Duration::from_secs(25)));
        let named = |headers: &HeaderMap, after| match cursor(headers, &query(after)) {
            Err(Problem::RequestMalformed { reason }) => reason.field(),
            _ => None,
        };
        assert_eq!(named(&headers("2"), FIRST), Some("Last-Event-ID"));
        assert_eq!(named(&HeaderMap::new(), "1"), Some("after"));
    }
}
