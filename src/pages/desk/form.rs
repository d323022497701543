//! Forms that pages post. A browser sends its certificate with every request, also if another site caused the request. Therefore the
//! gateway accepts a form only if it comes from a page of the desk (CSRF protection).

use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::clerk::{Clerk, language};
use crate::api::problem::MalformedReason;
use crate::api::request::{has_media_type, short_body};
use crate::api::{App, Problem};
use crate::texts::language::Language;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A form that the clerk posted from a page of this gateway.
pub struct ClerkForm<T>(pub Clerk, pub T);

#[derive(Deserialize)]
struct CsrfForm {
    #[serde(default)]
    csrf: String,
}

/// A form that the page offers to send again if the gateway cannot serve the clerk at the moment.
pub struct RepeatableForm<T> {
    /// The clerk, or a temporary problem.
    pub clerk: Result<Clerk, Problem>,
    /// Token from the form; it is checked only if the clerk is known.
    pub csrf_token: String,
    pub language: Language,
    pub fields: T,
}

/// Reports whether the same request can succeed a little later.
pub(super) const fn is_worth_repeating(problem: &Problem) -> bool {
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

impl<T: DeserializeOwned> FromRequest<App> for RepeatableForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let clerk = Clerk::from_request_parts(&mut parts, app).await;
        if let Err(problem) = &clerk
            && !is_worth_repeating(problem)
        {
            return Err(problem.clone());
        }
        let posted = posted_fields(&parts, body, app).await;
        let (csrf_token, fields) = match (posted, &clerk) {
            (Ok(posted), _) => posted,
            (Err(_), Err(problem)) => return Err(problem.clone()),
            (Err(problem), Ok(_)) => return Err(problem),
        };
        if let Ok(clerk) = &clerk {
            check_token(&csrf_token, clerk, app)?;
        }
        Ok(Self { clerk, csrf_token, language: language(&parts.headers), fields })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for ClerkForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let clerk = Clerk::from_request_parts(&mut parts, app).await?;
        let (csrf_token, fields) = posted_fields(&parts, body, app).await?;
        check_token(&csrf_token, &clerk, app)?;
        Ok(Self(clerk, fields))
    }
}

/// Token and fields of a form that a page of this gateway posted.
async fn posted_fields<T: DeserializeOwned>(parts: &Parts, body: Body, app: &App) -> Result<(String, T), Problem> {
    if !is_same_origin(&parts.headers) {
        return Err(Problem::FormForeign);
    }
    let media_type = "application/x-www-form-urlencoded";
    if !has_media_type(&parts.headers, media_type) {
        return Err(Problem::FormatUnsupported { expected: media_type });
    }
    let bytes = short_body(&parts.headers, body, app).await?;
    let token: CsrfForm = fields(parts, bytes.clone()).await?;
    Ok((token.csrf, fields(parts, bytes).await?))
}

fn check_token(token: &str, clerk: &Clerk, app: &App) -> Result<(), Problem> {
    match app.gateway.keys().is_valid_csrf_token(token, clerk.office.device_id, clerk.now) {
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

/// Checks `Sec-Fetch-Site` (Fetch Metadata, W3C) and, for browsers without it, `Origin`. The CSRF token protects browsers that send neither.
/// The desk's own pages send `Origin: null` because of their referrer policy.
fn is_same_origin(headers: &HeaderMap) -> bool {
    match headers.get(&SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => {
            let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
            let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or(""));
            origin.is_none_or(|origin| origin == "null" || origin.strip_prefix("https://") == Some(host))
        }
    }
}
