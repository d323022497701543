//! Redirects and empty responses, and the headers that keep every response private.

use axum::http::header::{
    CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

static CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A redirect to another page, which the browser requests by GET; to `root` if `path` is not allowed in a header.
pub(in crate::pages) fn see_other(
    path: &str,
    root: &'static str,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(root)));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    set_privacy_headers(headers);
    response
}

/// A response to HEAD for pages whose GET handler changes something.
pub(in crate::pages) fn no_content() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_privacy_headers(response.headers_mut());
    response
}

/// Sets the headers of every response: no cache stores it, and no other site can embed it, read it or learn its address.
pub(in crate::pages) fn set_privacy_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (&CACHE_CONTROL, "no-store"),
        (&REFERRER_POLICY, "no-referrer"),
        (&X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (&X_FRAME_OPTIONS, "DENY"),
        (&CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (&CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
