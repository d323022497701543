//! Routes for monitoring: `/healthz`, `/readyz`. (`/metrics` is in `server::routes`.)

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::App;
use super::readiness::{Readiness, probe};
use super::request::json_response;
use crate::clock::Timestamp;
use crate::transport::tls::trust_status::Degradation;

#[derive(Default, Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    degraded: Vec<DegradationBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys_run_out_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_certificate_expires_at: Option<Timestamp>,
}

/// Something an administrator has to look at while the gateway works.
#[derive(Serialize)]
struct DegradationBody {
    what: String,
    detail: String,
}

impl From<Degradation> for DegradationBody {
    fn from(Degradation { what, detail }: Degradation) -> Self {
        Self { what, detail }
    }
}

/// The process lives.
pub async fn healthz() -> Response {
    json_response(StatusCode::OK, &Health { status: "alive", ..Health::default() })
}

/// A photo could be deposited and collected now; otherwise, what is missing for it.
///
/// A degradation (a new certificate that cannot be used, an expired revocation list of an external CA) is reported beside it and does
/// not make it 503: a load balancer that removed the gateway for that would keep out all callers for whom it works.
pub async fn readyz(State(app): State<App>) -> Response {
    let Readiness { missing, degraded, keys_run_out_at, server_certificate_expires_at } = probe(&app).await;
    let status = if missing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = if missing.is_empty() { "ready" } else { "not ready" };
    let health = Health {
        status: text,
        missing,
        degraded: degraded.into_iter().map(DegradationBody::from).collect(),
        keys_run_out_at,
        server_certificate_expires_at: Some(server_certificate_expires_at),
    };
    json_response(status, &health)
}
