//! Checks that HTTP/1.1 requires for every request: `Host` and `Transfer-Encoding`.
//!
//! hyper itself refuses some requests with status 400 and closes the connection: `Transfer-Encoding` over HTTP/1.0 or with a last coding
//! other than `chunked`, and contradicting lengths. If a request has both `Transfer-Encoding` and `Content-Length`, hyper ignores the
//! length and closes the connection after the response, as RFC 9112 section 6.3 requires, so that no byte after such a request is read
//! as another request.

use axum::extract::Request;
use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Version};
use axum::middleware::Next;
use axum::response::Response;

use super::host::RequestHost;
use super::problem::{MalformedReason, Problem};

/// Refuses a request that a proxy on the way could interpret differently (request smuggling).
///
/// # Errors
/// [`MalformedReason::Host`] if `Host` is missing, repeated or not valid (RFC 9112 section 3.2; HTTP/1.0 needs none);
/// [`Problem::TransferCodingUnsupported`] for every `Transfer-Encoding` except a single `chunked` (section 6.1).
pub async fn check_message_head(request: Request, next: Next) -> Result<Response, Problem> {
    if !has_valid_host(request.version(), request.headers()) {
        return Err(Problem::RequestMalformed { reason: MalformedReason::Host });
    }
    if !has_known_transfer_coding(request.headers()) {
        return Err(Problem::TransferCodingUnsupported);
    }
    Ok(next.run(request).await)
}

fn has_valid_host(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => host.to_str().is_ok_and(|host| RequestHost::parse(host).is_some()),
        (Some(_), Some(_)) => false,
    }
}

fn has_known_transfer_coding(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(TRANSFER_ENCODING).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}
