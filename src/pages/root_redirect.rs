//! The address without a path: browsers are redirected to the first page of the listener, programs get the normal response.

use axum::extract::Request;
use axum::http::header::VARY;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::frame::response::see_other;
use crate::api::accept::names_html;

/// Redirects a browser from `/` to the page `root`, also without a certificate, because that page explains what is missing.
pub async fn redirect_browsers(root: &'static str, request: Request, next: Next) -> Response {
    if request.method() != Method::GET || request.uri().path() != "/" {
        return next.run(request).await;
    }
    let mut response =
        if names_html(request.headers()) { see_other(root, root, None) } else { next.run(request).await };
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}
