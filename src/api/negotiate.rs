//! The language of the caller, in which the gateway writes problems.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::{ACCEPT_LANGUAGE, ALLOW, CONTENT_LANGUAGE, VARY, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::{Problem, ProblemCause};
use crate::texts::language::Language;

/// The language of the request.
#[derive(Debug, Clone, Copy)]
pub struct PreferredLanguage(pub Language);

impl<S: Sync> FromRequestParts<S> for PreferredLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(language(&parts.headers)))
    }
}

fn language(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.map_or(Language::default(), Language::from_accept_language)
}

/// Replaces a handler's [`Problem`] by a response in the caller's language.
pub async fn render_problems(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let is_script = request.headers().get("sec-fetch-dest").is_some_and(|value| value == "empty");
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // The router has set `Allow` and a layer has set `Vary` on the placeholder; the response needs both.
        let kept = [ALLOW, VARY].map(|name| (response.headers_mut().remove(&name), name));
        let cause = response.extensions_mut().remove::<ProblemCause>().unwrap_or_default();
        response = problem.render(language, cause).into_response();
        // A browser would ask the person for a password before the page's script gets the problem.
        if is_script {
            response.headers_mut().remove(WWW_AUTHENTICATE);
        }
        response.headers_mut().extend(kept.into_iter().filter_map(|(value, name)| Some((name, value?))));
    }
    // Pages set their language themselves.
    if !response.headers().contains_key(CONTENT_LANGUAGE) {
        response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        response.headers_mut().append(VARY, HeaderValue::from_static("accept-language"));
    }
    response
}
