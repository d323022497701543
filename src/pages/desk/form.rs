//! Forms that pages of the desk post.

use axum::extract::{FromRequest, FromRequestParts, Request};
use serde::de::DeserializeOwned;

use super::clerk::Clerk;
use crate::api::{App, Problem};
use crate::pages::frame::form::{check_token, is_worth_repeating, posted_fields};
use crate::pages::frame::language_choice::chosen_language;
use crate::texts::language::Language;

/// A form that the clerk posted from a page of this gateway.
pub struct ClerkForm<T>(pub Clerk, pub T);

/// A form that the page offers to send again if the gateway cannot serve the clerk at the moment.
pub struct RepeatableForm<T> {
    /// The clerk, or a temporary problem.
    pub clerk: Result<Clerk, Problem>,
    /// Token from the form; it is checked only if the clerk is known.
    pub csrf_token: String,
    pub language: Language,
    pub fields: T,
}

impl<T: DeserializeOwned> FromRequest<App> for RepeatableForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let clerk = Clerk::from_request_parts(&mut parts, app).await;
        if let Err(problem) = &clerk
            && !is_worth_repeating(problem)
        {
            return Err(problem.clone());
        }
        let posted = posted_fields(&parts, body, app).await;
        let (csrf_token, fields) = match (posted, &clerk) {
            (Ok(posted), _) => posted,
            (Err(_), Err(problem)) => return Err(problem.clone()),
            (Err(problem), Ok(_)) => return Err(problem),
        };
        if let Ok(clerk) = &clerk {
            check_token(&csrf_token, clerk.office.device_id, clerk.now, app)?;
        }
        Ok(Self { clerk, csrf_token, language: chosen_language(&parts.headers), fields })
    }
}

impl<T: DeserializeOwned> FromRequest<App> for ClerkForm<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let clerk = Clerk::from_request_parts(&mut parts, app).await?;
        let (csrf_token, fields) = posted_fields(&parts, body, app).await?;
        check_token(&csrf_token, clerk.office.device_id, clerk.now, app)?;
        Ok(Self(clerk, fields))
    }
}
