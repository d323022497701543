//! Control server for the stories: plain HTTP on loopback, with one command per request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::device_kind::DeviceKind;
use lichtbild::domain::party::{DeviceScope, Role};
use lichtbild::storage::enrolment_requests::ApprovalOutcome;
use serde::Deserialize;
use serde_json::{Value, json};

use super::StoryGateway;
use super::request_log::PlannedCut;
use crate::support::photos::jpeg::fixture;
use crate::support::router_client::{RouterResponse, idempotency_key, json_string, photo};
use crate::support::test_gateway::DAY;

/// The device whose photos a story means if it names none.
const KOCH: &str = "koch";

#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
enum ControlRequest {
    /// Deposits a photo over the studio's JSON API: a small unique one, or one of the fixtures.
    Deposit {
        portrait: Option<String>,
        /// Default: `koch`.
        device: Option<String>,
    },
    /// Withdraws a photo of Foto Koch.
    Withdraw {
        photo_id: String,
    },
    /// Reads a photo of Foto Koch.
    Photo {
        photo_id: String,
    },
    /// Lists the photos of the device's studio.
    Photos {
        device: String,
    },
    /// Makes a small photo that no other call makes, as base64.
    NewPhoto,
    /// Records a code that a page showed and that must not appear in the log.
    RememberCode {
        code: String,
    },
    /// Adds a device with a browser and invites it.
    Invite {
        role: Role,
        party: String,
        label: String,
    },
    /// Approves the request of an invited device if its key has this fingerprint.
    Approve {
        device_id: DeviceId,
        fingerprint: Sha256Digest,
    },
    /// Sets the validity of later certificates.
    CertificatesLast {
        seconds: u64,
    },
    /// Cuts the connection of the next request with this method and path.
    Cut(PlannedCut),
    /// Ends the effect of every `Cut` that has not happened.
    CutNothing,
    /// Lists the requests whose head or body contains one of these byte strings, in hexadecimal.
    Containing {
        searched: Vec<String>,
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
    /// Returns all answered requests at the listeners so far.
    Asked,
    /// Returns a digest of the whole database, to detect changes.
    Contents,
    /// Returns the events of the audit log in order.
    Events,
    /// Opens the office listener again with a certificate of an unknown CA and returns its address.
    Impostor,
}

/// Answers until the test ends.
pub async fn serve(story: &Arc<StoryGateway>) -> SocketAddr {
    StoryGateway::serve_plain(Router::new().route("/", post(answer)).with_state(Arc::clone(story))).await
}

async fn answer(State(story): State<Arc<StoryGateway>>, Json(ask): Json<ControlRequest>) -> Json<Value> {
    let gateway = &story.gateway;
    let answer = match ask {
        ControlRequest::Deposit { portrait, device } => {
            deposit(&story, portrait, device.as_deref().unwrap_or(KOCH)).await
        }
        ControlRequest::Withdraw { photo_id } => whole(&story.device(KOCH).withdraw(&photo_id).await),
        ControlRequest::Photo { photo_id } => story.device(KOCH).photo(&photo_id).await.json(),
        ControlRequest::Photos { device } => story.device(&device).photos("limit=100").await.json(),
        ControlRequest::NewPhoto => json!(STANDARD.encode(photo(story.number()))),
        ControlRequest::RememberCode { code } => {
            story.remember_code(&code);
            Value::Null
        }
        ControlRequest::Invite { role, party, label } => invite(&story, role, &party, &label).await,
        ControlRequest::Approve { device_id, fingerprint } => {
            let outcome = gateway.administration().approve(device_id, &fingerprint).await.unwrap();
            json!(outcome == ApprovalOutcome::Stored)
        }
        ControlRequest::CertificatesLast { seconds } => {
            story.let_certificates_last(Duration::from_secs(seconds));
            Value::Null
        }
        ControlRequest::Cut(cut) => {
            story.requests.cuts.lock().unwrap().push(cut);
            Value::Null
        }
        ControlRequest::CutNothing => {
            story.requests.cuts.lock().unwrap().clear();
            Value::Null
        }
        ControlRequest::Containing { searched } => {
            let searched = searched.iter().map(|text| hex::decode(text).unwrap()).collect::<Vec<_>>();
            json!(story.requests.containing(&searched))
        }
        ControlRequest::Collect { device, code } => whole(&story.device(&device).collect(&code).await),
        ControlRequest::Fetch { device, collection, code } => {
            json!({ "status": story.device(&device).fetch(&collection, &code).await.status })
        }
        ControlRequest::Settle { device, collection, outcome } => {
            whole(&story.device(&device).settle(&collection, &outcome).await)
        }
        ControlRequest::Collections { device } => story.device(&device).collections("limit=50").await.json(),
        ControlRequest::Advance { seconds } => {
            gateway.advance(Duration::from_secs(seconds));
            json!(gateway.now().to_string())
        }
        ControlRequest::Sweep => {
            gateway.sweep().await;
            Value::Null
        }
        ControlRequest::Suspend { device, suspended } => {
            gateway.set_suspended(&story.device(&device).party, suspended).await;
            Value::Null
        }
        ControlRequest::Revoke { device } => {
            gateway.revoke(story.device(&device)).await;
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
        ControlRequest::Asked => json!(*story.requests.answered.lock().unwrap()),
        ControlRequest::Contents => {
            let contents = format!("{:?}", gateway.database.contents().await);
            json!(Sha256Digest::of(contents.as_bytes()).to_string())
        }
        ControlRequest::Impostor => json!(story.serve_impostor().await),
        ControlRequest::Events => {
            json!(gateway.database.audit().await.into_iter().map(|row| row.event).collect::<Vec<_>>())
        }
    };
    Json(answer)
}

async fn deposit(story: &StoryGateway, portrait: Option<String>, device: &str) -> Value {
    let number = story.number();
    let bytes = portrait.map_or_else(|| photo(number), |name| fixture(&name));
    let answer = story.device(device).deposit(&bytes, &idempotency_key(number)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let receipt = answer.json();
    story.remember_code(&json_string(&receipt["code"]));
    json!({
        "photo_id": json_string(&receipt["photo_id"]),
        "code": json_string(&receipt["code"]),
        "sha256": Sha256Digest::of(&bytes).to_string(),
        "bytes": bytes.len(),
    })
}

async fn invite(story: &StoryGateway, role: Role, party: &str, label: &str) -> Value {
    let administration = story.gateway.administration();
    let party = administration.find_or_add_party(role, party, "Düsseldorf").await.unwrap();
    let (scope, keys) = (DeviceScope::Photos, story.gateway.gateway.keys());
    let invited = administration.invite_new(&party, label, scope, DeviceKind::Browser, DAY, &keys).await.unwrap();
    let code = invited.code.reveal();
    story.remember_code(&code);
    json!({ "code": code, "device_id": invited.device.device_id })
}

fn whole(answer: &RouterResponse) -> Value {
    let body = if answer.body.is_empty() { Value::Null } else { answer.json() };
    json!({ "status": answer.status, "body": body })
}
