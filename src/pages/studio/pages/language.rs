//! `POST /studio/language`: switches the language.

use axum::response::Response;

use crate::api::Problem;
use crate::pages::frame::language_choice::{LanguageForm, switch_language};
use crate::pages::studio::ROOT;
use crate::pages::studio::form::PhotographerForm;

/// Stores the language in a cookie and redirects to the page with the switch.
pub async fn create(PhotographerForm(_, chosen): PhotographerForm<LanguageForm>) -> Result<Response, Problem> {
    // A check and a deposit have no page of their own that GET can request.
    switch_language(&chosen, ROOT, &["check", "deposit"])
}
