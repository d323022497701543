//! Reads requests strictly: the gateway refuses everything that it does not understand.

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::problem::MalformedReason;
use super::problem::misfit::MisfitError;
use super::{App, Problem};
use crate::api::body::{BodyLimits, read_body};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::code::test_code::TestCode;
use crate::json_object;

/// Header with the page length that the gateway used.
const PAGE_LIMIT: HeaderName = HeaderName::from_static("page-limit");

/// A JSON body.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if !has_media_type(&parts.headers, "application/json") {
            return Err(Problem::FormatUnsupported { expected: "application/json" });
        }
        let bytes = short_body(&parts.headers, body, app).await?;
        // serde_json reports the position and the error but no value, so that no code gets into the response.
        json_object::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::RequestMalformed { reason: malformed_reason::<T>(&error, &bytes) })
    }
}

fn malformed_reason<T: DeserializeOwned>(error: &serde_json::Error, document: &[u8]) -> MalformedReason {
    // serde_json calls some wrong values an error of syntax.
    if serde_json::from_slice::<IgnoredAny>(document).is_ok() {
        if !json_object::is_object(document) {
            return MalformedReason::NoObject;
        }
        return MisfitError::in_json::<T>(document).map_or(MalformedReason::Field, MalformedReason::JsonField);
    }
    match error.classify() {
        serde_json::error::Category::Io | serde_json::error::Category::Eof => MalformedReason::TruncatedJson,
        serde_json::error::Category::Syntax | serde_json::error::Category::Data => {
            MalformedReason::InvalidJson { line: error.line(), column: error.column() }
        }
    }
}

/// Fields of a query string.
pub trait QueryParameters: DeserializeOwned {
    /// Names of the allowed parameters, for the error text.
    const NAMES: &'static [&'static str];
}

/// Query parameters of a request.
pub struct QueryFields<T>(pub T);

impl<T: QueryParameters> FromRequestParts<App> for QueryFields<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(fields)| Self(fields))
            .map_err(|_| Problem::RequestMalformed { reason: malformed_query::<T>(&parts.uri) })
    }
}

fn malformed_query<T: QueryParameters>(address: &Uri) -> MalformedReason {
    let parameters = Query::<Vec<(String, String)>>::try_from_uri(address).map(|Query(parameters)| parameters);
    match parameters.ok().and_then(|parameters| MisfitError::in_query::<T>(&parameters)) {
        Some(misfit) if misfit.field.is_some() => MalformedReason::QueryField(misfit),
        _ => MalformedReason::Query { allowed: T::NAMES },
    }
}

/// An identifier in the path; `None` if it is malformed, so that the handler treats it as unknown.
pub struct PathId<T>(pub Option<T>);

impl<T: std::str::FromStr> FromRequestParts<App> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(path.ok().and_then(|Path(text)| text.parse().ok())))
    }
}

/// A retrieval code that a caller entered.
pub enum EnteredCode {
    /// It may belong to a photo.
    Photo(RetrievalCode),
    /// The gateway does not look it up.
    Test(TestCode),
}

impl EnteredCode {
    /// Parses a code as a person entered it.
    ///
    /// # Errors
    /// [`Problem::CodeMalformed`]. The gateway does not look such codes up, so they do not count as wrong codes.
    pub fn parse(entered: &str) -> Result<Self, Problem> {
        let code = RetrievalCode::parse(entered).map_err(|error| Problem::CodeMalformed { error })?;
        Ok(code.test_code().map_or(Self::Photo(code), Self::Test))
    }
}

/// Parses a retrieval code as a person entered it.
///
/// # Errors
/// [`Problem::CodeMalformed`], [`Problem::CodeIsTest`]. The gateway does not look these codes up, so they do not count as wrong codes.
pub fn parse_retrieval_code(entered: &str) -> Result<RetrievalCode, Problem> {
    match EnteredCode::parse(entered)? {
        EnteredCode::Photo(code) => Ok(code),
        EnteredCode::Test(code) => Err(Problem::CodeIsTest { code }),
    }
}

/// The page length: from 1 to 200, by default 50.
pub fn page_limit(requested: Option<u32>) -> u32 {
    requested.unwrap_or(50).clamp(1, 200)
}

/// Adds the page length to the response. A length over the maximum is reduced and not refused, so the client must learn it.
pub fn with_page_limit(limit: u32, answer: impl IntoResponse) -> Response {
    ([(PAGE_LIMIT, limit.to_string())], answer).into_response()
}

/// Reports whether the body is declared as `media_type`; parameters are ignored.
pub fn has_media_type(headers: &HeaderMap, media_type: &str) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    declared.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case(media_type)
}

/// Reads the whole body, within its limits.
///
/// # Errors
/// [`Problem::PhotoTooLarge`], before anything is read if the request declares its length; [`Problem::UploadTooSlow`].
pub async fn body_bytes(headers: &HeaderMap, body: Body, limits: &BodyLimits) -> Result<Vec<u8>, Problem> {
    Ok(read_body(body, limits, content_length(headers)).await?)
}

/// Reads the whole body of a request that contains no photo.
///
/// # Errors
/// [`Problem::RequestTooLarge`]; [`Problem::UploadTooSlow`].
pub async fn short_body(headers: &HeaderMap, body: Body, app: &App) -> Result<Vec<u8>, Problem> {
    body_bytes(headers, body, &app.json_body).await.map_err(|problem| match problem {
        Problem::PhotoTooLarge { limit_bytes } => Problem::RequestTooLarge { limit_bytes },
        other => other,
    })
}

/// The length that a request declares, in bytes.
pub fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A JSON response that must not be cached.
pub fn json_response<T: Serialize>(status: axum::http::StatusCode, body: &T) -> Response {
    (status, [(axum::http::header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
