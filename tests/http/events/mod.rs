//! Events: lists, waits and streams.

mod lists;
mod streams;

use axum::body::Body;
use axum::http::{Method, Request};
use lichtbild::flows::events::check_events;
use serde_json::Value;

use crate::support::router_client::{RouterClient, RouterResponse, json_string};
use crate::support::test_gateway::TestGateway;

fn request(receiver: &RouterClient, query: &str) -> Request<Body> {
    receiver.request(Method::GET, &format!("/v1/events?{query}")).body(Body::empty()).unwrap()
}

async fn ask(receiver: &RouterClient, query: &str) -> RouterResponse {
    receiver.send(request(receiver, query)).await
}

/// The events after a cursor, and the next cursor.
async fn events(receiver: &RouterClient, query: &str) -> (Vec<Value>, String) {
    let answer = ask(receiver, query).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{answer:?}");
    let body = answer.json();
    (body["events"].as_array().unwrap().clone(), body.get("next_after").map_or(String::new(), json_string))
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// Does what the background task of a gateway does.
async fn check(gateway: &TestGateway) {
    check_events(&gateway.gateway).await.unwrap();
}

/// Yields until a device waits for events.
async fn until_waiting(gateway: &TestGateway) {
    while gateway.gateway.event_subscribers.is_empty() {
        tokio::task::yield_now().await;
    }
}
