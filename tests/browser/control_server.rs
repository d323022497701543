//! Control server for the stories: plain HTTP on loopback, with one command per request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use lichtbild::domain::digest::Sha256Digest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::desk_gateway::DeskGateway;
use crate::support::photos::jpeg::fixture;
use crate::support::router_client::{RouterResponse, idempotency_key, json_string, photo};

#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
enum ControlRequest {
    /// Deposits a photo as the studio: a small unique one, or one of the fixtures.
    Deposit {
        portrait: Option<String>,
    },
    /// Withdraws the photo as the studio.
    Withdraw {
        photo_id: String,
    },
    /// Reads the state of the photo as the studio.
    Photo {
        photo_id: String,
    },
    /// Enters a code as a device over the JSON API.
    Collect {
        device: String,
        code: String,
    },
    /// Also fetches the picture.
    Fetch {
        device: String,
        collection: String,
        code: String,
    },
    /// Settles the photo.
    Settle {
        device: String,
        collection: String,
        outcome: Value,
    },
    /// Lists the collections of the device's office.
    Collections {
        device: String,
    },
    /// Moves the gateway's clock.
    Advance {
        seconds: u64,
    },
    /// Runs the sweeper once.
    Sweep,
    /// Suspends the device's office, or ends the suspension.
    Suspend {
        device: String,
        suspended: bool,
    },
    Revoke {
        device: String,
    },
    /// Makes every later write to the database fail.
    BreakStorage,
    /// Ends the effect of `BreakStorage`.
    MendStorage,
    /// Returns all requests at the office listener so far.
    Asked,
    /// Returns a digest of the whole database, to detect changes.
    Contents,
    /// Returns the events of the audit log in order.
    Events,
    /// Opens the same desk with a certificate of an unknown CA and returns its address.
    Impostor,
}

/// Answers until the test ends.
pub async fn serve(desk: &Arc<DeskGateway>) -> SocketAddr {
    DeskGateway::serve_plain(Router::new().route("/", post(answer)).with_state(Arc::clone(desk))).await
}

async fn answer(State(desk): State<Arc<DeskGateway>>, Json(ask): Json<ControlRequest>) -> Json<Value> {
    let gateway = &desk.gateway;
    let answer = match ask {
        ControlRequest::Deposit { portrait } => deposit(&desk, portrait).await,
        ControlRequest::Withdraw { photo_id } => whole(&desk.studio.withdraw(&photo_id).await),
        ControlRequest::Photo { photo_id } => desk.studio.photo(&photo_id).await.json(),
        ControlRequest::Collect { device, code } => whole(&desk.device(&device).collect(&code).await),
        ControlRequest::Fetch { device, collection, code } => {
            json!({ "status": desk.device(&device).fetch(&collection, &code).await.status })
        }
        ControlRequest::Settle { device, collection, outcome } => {
            whole(&desk.device(&device).settle(&collection, &outcome).await)
        }
        ControlRequest::Collections { device } => desk.device(&device).collections("limit=50").await.json(),
        ControlRequest::Advance { seconds } => {
            gateway.advance(Duration::from_secs(seconds));
            json!(gateway.now().to_string())
        }
        ControlRequest::Sweep => {
            gateway.sweep().await;
            Value::Null
        }
        ControlRequest::Suspend { device, suspended } => {
            gateway.set_suspended(&desk.device(&device).party, suspended).await;
            Value::Null
        }
        ControlRequest::Revoke { device } => {
            gateway.revoke(desk.device(&device)).await;
            Value::Null
        }
        ControlRequest::BreakStorage => {
            gateway.database.break_audit().await;
            Value::Null
        }
        ControlRequest::MendStorage => {
            gateway.database.repair_audit().await;
            Value::Null
        }
        ControlRequest::Asked => json!(*desk.logged_requests.lock().unwrap()),
        ControlRequest::Contents => {
            let contents = format!("{:?}", gateway.database.contents().await);
            json!(Sha256Digest::of(contents.as_bytes()).to_string())
        }
        ControlRequest::Impostor => json!(format!("https://{}", desk.serve_impostor().await)),
        ControlRequest::Events => {
            json!(gateway.database.audit().await.into_iter().map(|row| row.event).collect::<Vec<_>>())
        }
    };
    Json(answer)
}

async fn deposit(desk: &DeskGateway, portrait: Option<String>) -> Value {
    let number = desk.number();
    let bytes = portrait.map_or_else(|| photo(number), |name| fixture(&name));
    let answer = desk.studio.deposit(&bytes, &idempotency_key(number)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let receipt = answer.json();
    desk.remember_code(&json_string(&receipt["code"]));
    json!({
        "photo_id": json_string(&receipt["photo_id"]),
        "code": json_string(&receipt["code"]),
        "sha256": Sha256Digest::of(&bytes).to_string(),
        "bytes": bytes.len(),
    })
}

fn whole(answer: &RouterResponse) -> Value {
    let body = if answer.body.is_empty() { Value::Null } else { answer.json() };
    json!({ "status": answer.status, "body": body })
}
