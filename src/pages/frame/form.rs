//! Forms that pages post. A browser sends its certificate with every request, also if another site caused the request. Therefore the
//! gateway accepts a form only if it comes from one of its own pages (CSRF protection).

use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::api::problem::MalformedReason;
use crate::api::request::{has_media_type, short_body};
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::domain::id::DeviceId;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[derive(Deserialize)]
struct CsrfForm {
    #[serde(default)]
    csrf: String,
}

/// Reports whether the same request can succeed a little later.
pub(in crate::pages) const fn is_worth_repeating(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::GatewayBusy
            | Problem::TooManyRequests { .. }
            | Problem::TooManyConnections
            | Problem::TooManyCodes { .. }
            | Problem::StorageUnavailable
            | Problem::Internal
    )
}

/// CSRF token and fields of a form that a page of this gateway posted. The caller checks the token.
///
/// # Errors
/// [`Problem::FormForeign`] if another site caused the request; [`Problem::FormatUnsupported`], [`Problem::RequestMalformed`] and the
/// problems of a body.
pub(in crate::pages) async fn posted_fields<T: DeserializeOwned>(
    parts: &Parts,
    body: Body,
    app: &App,
) -> Result<(String, T), Problem> {
    refuse_foreign(&parts.headers)?;
    let media_type = "application/x-www-form-urlencoded";
    if !has_media_type(&parts.headers, media_type) {
        return Err(Problem::FormatUnsupported { expected: media_type });
    }
    let bytes = short_body(&parts.headers, body, app).await?;
    let token: CsrfForm = fields(parts, bytes.clone()).await?;
    Ok((token.csrf, fields(parts, bytes).await?))
}

/// Checks the CSRF token of a form against the device that posted it.
///
/// # Errors
/// [`Problem::FormForeign`].
pub(in crate::pages) fn check_token(
    token: &str,
    device_id: DeviceId,
    now: Timestamp,
    app: &App,
) -> Result<(), Problem> {
    match app.gateway.keys().is_valid_csrf_token(token, device_id, now) {
        true => Ok(()),
        false => Err(Problem::FormForeign),
    }
}

async fn fields<T: DeserializeOwned>(parts: &Parts, bytes: Vec<u8>) -> Result<T, Problem> {
    let request = Request::from_parts(parts.clone(), Body::from(bytes));
    match Form::<T>::from_request(request, &()).await {
        Ok(Form(fields)) => Ok(fields),
        Err(_) => Err(Problem::RequestMalformed { reason: MalformedReason::Field }),
    }
}

/// Refuses a form that a page of another site posted, by `Sec-Fetch-Site` (Fetch Metadata, W3C) and, for browsers without it, by `Origin`.
/// The CSRF token protects browsers that send neither. The gateway's own pages send `Origin: null` because of their referrer policy.
///
/// # Errors
/// [`Problem::FormForeign`].
pub(in crate::pages) fn refuse_foreign(headers: &HeaderMap) -> Result<(), Problem> {
    let is_own = match headers.get(&SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
            let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or(""));
            origin.is_none_or(|origin| origin == "null" || origin.strip_prefix("https://") == Some(host))
        }
    };
    if is_own { Ok(()) } else { Err(Problem::FormForeign) }
}
