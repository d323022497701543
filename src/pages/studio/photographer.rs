//! Photographer: the caller of every studio page, with the language of the page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::api::caller::StudioCaller;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::flows::photo::new_refusals;
use crate::pages::frame::language_choice::chosen_language;
use crate::texts::language::Language;

/// A studio's active device that uses the pages in a browser.
pub struct Photographer {
    pub studio: StudioCaller,
    pub language: Language,
    /// Time of the request.
    pub now: Timestamp,
    /// Refusals that the studio has not marked as seen, up to [`new_refusals::MOST_COUNTED`].
    pub(in crate::pages) new_refusals: u64,
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
        let new_refusals = new_refusals::count(&app.gateway, &studio).await?;
        Ok(Self {
            language: chosen_language(&parts.headers),
            now,
            new_refusals,
            path: parts.uri.path().to_owned(),
            csrf_token: app.gateway.keys().csrf_token(studio.device_id, now),
            studio,
        })
    }
}
