//! The checks that HTTP/1.1 demands of every request before anything else is read: `Host` and `Transfer-Encoding`.
//!
//! hyper refuses some requests by itself, with 400 and the end of the connection: `Transfer-Encoding` over HTTP/1.0, or with
//! another last coding than `chunked`, and lengths that contradict each other. Of `Transfer-Encoding` together with `Content-Length` it
//! drops the length and ends the connection after the answer, as RFC 9112 section 6.3 demands: no byte behind such a request is read as
//! another one.

use axum::extract::Request;
use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Version};
use axum::middleware::Next;
use axum::response::Response;

use super::host::RequestHost;
use super::problem::{MalformedReason, Problem};

/// Refuses a request that another program on the way could understand in another way.
///
/// # Errors
/// [`MalformedReason::Host`] without a `Host`, with several, or with one that is not valid (RFC 9112 section 3.2; HTTP/1.0 does without);
/// [`Problem::TransferCodingUnsupported`] for any `Transfer-Encoding` but one `chunked` (section 6.1).
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
