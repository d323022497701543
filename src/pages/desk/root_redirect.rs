//! The address without a path, as people enter it: a browser is sent to the desk, and a program keeps its answer.

use axum::extract::Request;
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::ROOT;
use super::layout::see_other;
use crate::api::accept::{AcceptedTypes, Precision};

/// Redirects a browser that asks for `/` to the first page of the desk, also one without a certificate: that page tells what it lacks.
pub async fn redirect_browsers(request: Request, next: Next) -> Response {
    if request.method() != Method::GET || request.uri().path() != "/" {
        return next.run(request).await;
    }
    let mut response = if names_html(request.headers()) { see_other(ROOT, None) } else { next.run(request).await };
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

/// Browsers name HTML when a person enters an address; programs ask for everything or for JSON.
fn names_html(headers: &HeaderMap) -> bool {
    let accepted = AcceptedTypes::of(headers);
    [("text", "html"), ("application", "xhtml+xml")].into_iter().any(|(kind, subtype)| {
        let rank = accepted.rank(kind, subtype);
        rank.precision == Precision::Exact && rank.quality > 0
    })
}
