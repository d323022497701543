//! Who sits at the desk, and in which language.

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cookie::Cookie;

use super::page::{self, Page};
use crate::api::caller::OfficeCaller;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::domain::language::Language;

pub(super) const LANGUAGE_COOKIE: &str = "lichtbild_language";

/// A device of an office in good standing, with a browser in front of it.
pub struct Clerk {
    /// The office's device.
    pub office: OfficeCaller,
    /// The language of the page.
    pub language: Language,
    /// The moment of the request.
    pub now: Timestamp,
    /// The address asked for.
    pub(super) path: String,
    /// What makes forms of this page good.
    pub(super) token: String,
}

impl FromRequestParts<App> for Clerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let office = OfficeCaller::from_request_parts(parts, app).await?;
        let now = app.gateway.now();
        Ok(Self {
            language: language(&parts.headers),
            now,
            path: parts.uri.path().to_owned(),
            token: app.gateway.keys().form_token(office.device_id, now),
            office,
        })
    }
}

impl Clerk {
    /// A page for this clerk.
    pub(super) fn page(&self, status: StatusCode, page: &Page<'_>) -> Response {
        page::answer(status, page, self.language, Some(self))
    }
}

/// German, unless somebody switched: what the browser was once set up in says little about who sits at the counter.
pub(super) fn language(headers: &HeaderMap) -> Language {
    match cookie(headers, LANGUAGE_COOKIE).as_deref() {
        Some("en") => Language::English,
        _ => Language::German,
    }
}

/// The value of a cookie; the first where there are several: of two paths the longer stands first (RFC 6265, section 5.4).
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}
