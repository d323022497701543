//! The address without a path, as people enter it: a browser is sent to the desk, and a program keeps its answer.

use axum::extract::Request;
use axum::http::header::{ACCEPT, VARY};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::ROOT;
use super::layout::see_other;

/// Redirects a browser that asks for `/` to the first page of the desk, also one without a certificate: that page tells what it lacks.
pub async fn redirect_browsers(request: Request, next: Next) -> Response {
    if request.method() != Method::GET || request.uri().path() != "/" || !accepts_html(request.headers()) {
        return next.run(request).await;
    }
    let mut response = see_other(ROOT, None);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

/// Browsers name HTML when a person enters an address; programs ask for everything or for JSON.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |range| {
            let media_type = range.split(';').next().unwrap_or_default().trim();
            media_type.eq_ignore_ascii_case("text/html") || media_type.eq_ignore_ascii_case("application/xhtml+xml")
        },
    )
}
