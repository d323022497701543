//! `GET /connect/`

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::ROOT;
use super::connect_page::{CONNECT_SCRIPT, connect_page};
use crate::api::caller::PublicReader;
use crate::api::negotiate::PreferredLanguage;
use crate::api::request::{QueryFields, QueryParameters};
use crate::api::{App, Problem};
use crate::pages::frame::elements::{alternate_links, language_links};
use crate::pages::frame::page::{PageLayout, Section, page_response};
use crate::pages::frame::response::see_other;
use crate::texts::language::Language;
use crate::texts::text;

/// Query with the language of the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectQuery {
    lang: Option<Language>,
}

impl QueryParameters for ConnectQuery {
    const NAMES: &'static [&'static str] = &["lang"];
}

/// A person with an invitation, whose browser has no certificate yet.
pub struct InvitedReader {
    language: Language,
    /// True if browsers trust the certificate of the listener, so that nobody has to compare a fingerprint.
    is_trusted: bool,
}

impl FromRequestParts<App> for InvitedReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let PublicReader = PublicReader::from_request_parts(parts, app).await?;
        let QueryFields(ConnectQuery { lang }) = QueryFields::from_request_parts(parts, app).await?;
        let Ok(PreferredLanguage(preferred)) = PreferredLanguage::from_request_parts(parts, app).await;
        let is_trusted = app.trust.facts().enrolment_certificate_expires_at.is_some_and(|end| end > app.gateway.now());
        Ok(Self { language: lang.unwrap_or(preferred), is_trusted })
    }
}

/// Shows the page.
pub async fn show(InvitedReader { language, is_trusted }: InvitedReader) -> Response {
    let sections = [Section { path: ROOT, name: text!(language, "connect-title.section") }];
    let layout = PageLayout {
        language,
        party: None,
        sections: &sections,
        current_path: Some(ROOT),
        language_switch: Some(language_links(language)),
        head_links: Some(alternate_links()),
        head_note: None,
        banner: None,
        script: &CONNECT_SCRIPT,
    };
    let mut response = page_response(StatusCode::OK, &connect_page(language, is_trusted), &layout);
    response.headers_mut().append(VARY, HeaderValue::from(ACCEPT_LANGUAGE));
    response
}

/// Redirects from the address without the last slash.
pub async fn redirect() -> Response {
    see_other(ROOT, ROOT, None)
}
