//! Cookies of the gateway's pages: sent to these pages only, and hidden from scripts.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use crate::api::Problem;

/// The value of a cookie. If there are several, the first one counts, which has the longest path (RFC 6265 section 5.4).
pub(in crate::pages) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie for `path` and everything below it, as a header. Without `max_age` it ends when the browser is closed.
///
/// # Errors
/// [`Problem::Internal`] if the cookie contains characters that are not allowed in a header; no caller passes such characters.
pub(in crate::pages) fn set_cookie(
    name: &'static str,
    value: impl Into<String>,
    path: &str,
    max_age: Option<Duration>,
) -> Result<HeaderValue, Problem> {
    let cookie =
        Cookie::build((name, value.into())).path(path).http_only(true).secure(true).same_site(SameSite::Strict);
    let cookie = match max_age {
        Some(max_age) => cookie.max_age(max_age),
        None => cookie,
    };
    HeaderValue::from_str(&cookie.to_string()).map_err(|_| Problem::Internal)
}
