//! Routes for monitoring: `/healthz`, `/readyz`, and `/readyz` for load balancers on the enrolment listener. `/metrics` is in `server::routes`.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;

use super::cross_site::refuse_cross_site;
use super::host::RequestHost;
use super::readiness::{Readiness, SharedReadiness, probe};
use super::request::json_response;
use super::{App, Problem};
use crate::clock::Timestamp;
use crate::transport::tls::trust_status::Degradation;

/// State of the gateway for monitoring. The enrolment listener sends only `status`.
#[derive(Default, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    /// `ready` or `not ready`.
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

/// A fault that an administrator has to check although the gateway works.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DegradationBody {
    what: String,
    detail: String,
}

impl From<Degradation> for DegradationBody {
    fn from(Degradation { what, detail }: Degradation) -> Self {
        Self { what, detail }
    }
}

/// Reports that the process is running.
pub async fn healthz() -> Response {
    json_response(StatusCode::OK, &Health { status: "alive", ..Health::default() })
}

/// Reports whether photos can be deposited and collected now, and if not, what is missing.
///
/// A degradation (a new certificate that cannot be loaded, an expired revocation list of an external CA) is reported without status 503.
/// Otherwise a load balancer would remove the gateway also for the callers for whom it works.
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

/// `/readyz` of the enrolment listener for load balancers on other machines; it does not say what is missing.
pub async fn readyz_without_details(
    State(app): State<App>,
    Extension(readiness): Extension<SharedReadiness>,
) -> Response {
    let (status, text) = if readiness.is_ready(&app).await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    json_response(status, &Health { status: text, ..Health::default() })
}

/// Refuses requests from web pages: the listener needs no certificate, and every browser on the machine can reach it.
///
/// With DNS rebinding, a web page makes its own name point to 127.0.0.1. Its requests then have the same origin, so that it could read the
/// responses, and they contain that name as `Host`. Monitoring uses an address or `localhost`, because `listen.ops` is a loopback
/// address.
///
/// # Errors
/// [`Problem::HostForeign`] for another `Host`, [`Problem::CrossSiteRequest`] for a request that a page of another site caused.
pub async fn refuse_web_pages(request: Request, next: Next) -> Result<Response, Problem> {
    let headers = request.headers();
    let host = headers.get(HOST).map(|host| host.to_str().unwrap_or(""));
    // An absolute address in the request line takes precedence over `Host` (RFC 9112 section 3.2.2). HTTP/1.0 may have neither.
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let is_local = |host: &str| RequestHost::parse(host).is_some_and(RequestHost::needs_no_name_server);
    if !host.into_iter().chain(authority).all(is_local) {
        return Err(Problem::HostForeign);
    }
    refuse_cross_site(headers)?;
    Ok(next.run(request).await)
}

/// Forbids caching, so that monitoring never sees an old state.
pub async fn forbid_caching(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
