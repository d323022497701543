//! The route on both listeners.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;

use super::event_query::{EventQuery, cursor, prefers_stream, wait};
use super::event_stream::EventStream;
use super::long_poll::long_poll;
use crate::api::caller::{OfficeCaller, StudioCaller};
use crate::api::cross_site::refuse_cross_site;
use crate::api::request::{QueryFields, page_limit, with_page_limit};
use crate::api::{App, Problem};
use crate::domain::party::Caller;

/// Sends a studio its events.
pub async fn studio(
    State(app): State<App>,
    studio: StudioCaller,
    method: Method,
    headers: HeaderMap,
    QueryFields(query): QueryFields<EventQuery>,
) -> Result<Response, Problem> {
    show(&app, &studio, &method, &headers, query).await
}

/// Sends an office its events.
pub async fn office(
    State(app): State<App>,
    office: OfficeCaller,
    method: Method,
    headers: HeaderMap,
    QueryFields(query): QueryFields<EventQuery>,
) -> Result<Response, Problem> {
    show(&app, &office, &method, &headers, query).await
}

async fn show(
    app: &App,
    caller: &Caller,
    method: &Method,
    headers: &HeaderMap,
    query: EventQuery,
) -> Result<Response, Problem> {
    // A page of another site can open a stream with the certificate of a browser (`EventSource`). It could not read the events, but it
    // would end the wait of the device's own program.
    refuse_cross_site(headers)?;
    let after = cursor(headers, &query)?;
    let mut response = if prefers_stream(headers) {
        EventStream::open(app, caller.clone(), after, method).await?.into_response()
    } else {
        let limit = page_limit(query.limit);
        // A request for the head alone ends no wait of its device.
        let wait = if method == Method::HEAD { Duration::ZERO } else { wait(&query) };
        with_page_limit(limit, long_poll(&app.gateway, caller, after, wait, limit).await?)
    };
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
