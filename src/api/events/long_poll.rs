//! List of events; if there are none, the answer waits for the next one.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use tokio::time::Instant;

use super::event_bodies::event_body;
use crate::api::Problem;
use crate::api::request::json_response;
use crate::domain::event::{EventCursor, StoredEvent};
use crate::domain::party::Caller;
use crate::flows::Gateway;
use crate::flows::event_subscribers::StreamEnd;
use crate::flows::events::{next_events, subscribe};
use crate::wire::events::EventListBody;

/// Answers at once if there are events, and otherwise after `wait` at the latest.
pub(super) async fn long_poll(
    gateway: &Gateway,
    caller: &Caller,
    after: Option<EventCursor>,
    wait: Duration,
    limit: u32,
) -> Result<Response, Problem> {
    // Before the first look, so that no event is missed between the two.
    let mut subscription = (!wait.is_zero()).then(|| subscribe(gateway, caller));
    let deadline = Instant::now() + wait;
    loop {
        let events = next_events(gateway, caller, after, limit).await?;
        let Some(subscription) = subscription.as_mut().filter(|_| events.is_empty()) else {
            return Ok(list(gateway, caller, after, events));
        };
        let ended = match subscription.woken_until(deadline).await {
            Some(Ok(())) => continue,
            Some(Err(end)) => Some(end),
            None => None,
        };
        // One more look says why the device gets no events.
        if matches!(ended, Some(StreamEnd::CutOff | StreamEnd::StorageUnavailable)) {
            next_events(gateway, caller, after, limit).await?;
        }
        return Ok(list(gateway, caller, after, Vec::new()));
    }
}

fn list(gateway: &Gateway, caller: &Caller, after: Option<EventCursor>, events: Vec<StoredEvent>) -> Response {
    gateway.event_subscribers.count_delivered(events.len());
    let next_after = events.last().map(|stored| stored.place.cursor()).or(after).map(|cursor| cursor.to_string());
    let events = events.into_iter().map(|stored| event_body(stored, caller.party.role)).collect();
    json_response(StatusCode::OK, &EventListBody { events, next_after })
}
