//! Clerk at the desk: the caller of every page, with the language of the page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::api::caller::OfficeCaller;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::photo::queries;
use crate::pages::frame::language_choice::chosen_language;
use crate::texts::language::Language;

/// An office's active device that uses the desk pages in a browser.
pub struct Clerk {
    pub office: OfficeCaller,
    pub language: Language,
    /// Time of the request.
    pub now: Timestamp,
    /// Path of the request.
    pub(in crate::pages) path: String,
    /// CSRF token for the forms of this page.
    pub(in crate::pages) csrf_token: String,
}

impl FromRequestParts<App> for Clerk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let office = OfficeCaller::from_request_parts(parts, app).await?;
        let now = app.gateway.now();
        Ok(Self {
            language: chosen_language(&parts.headers),
            now,
            path: parts.uri.path().to_owned(),
            csrf_token: app.gateway.keys().csrf_token(office.device_id, now),
            office,
        })
    }
}

impl Clerk {
    /// A collection of the clerk's office.
    ///
    /// # Errors
    /// [`Problem::CollectionUnknown`]; [`Problem::StorageUnavailable`].
    pub(super) async fn collection(&self, app: &App, id: Option<CollectionId>) -> Result<CollectionRecord, Problem> {
        let id = id.ok_or(Problem::CollectionUnknown)?;
        queries::collection(&app.gateway, &self.office, id).await?.ok_or(Problem::CollectionUnknown)
    }
}
