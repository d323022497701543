//! Photographer: the caller of every studio page, with the language of the page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::api::caller::StudioCaller;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::pages::frame::language_choice::chosen_language;
use crate::texts::language::Language;

/// A studio's active device that uses the pages in a browser.
pub struct Photographer {
    pub studio: StudioCaller,
    pub language: Language,
    /// Time of the request.
    pub now: Timestamp,
    /// Path of the request.
    pub(in crate::pages) path: String,
    /// CSRF token for the forms of this page.
    pub(in crate::pages) csrf_token: String,
}

impl FromRequestParts<App> for Photographer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let studio = StudioCaller::from_request_parts(parts, app).await?;
        let now = app.gateway.now();
        Ok(Self {
            language: chosen_language(&parts.headers),
            now,
            path: parts.uri.path().to_owned(),
            csrf_token: app.gateway.keys().csrf_token(studio.device_id, now),
            studio,
        })
    }
}
