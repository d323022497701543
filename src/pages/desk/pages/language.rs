//! `POST /desk/language`: switches the language.

use axum::response::Response;

use crate::api::Problem;
use crate::pages::desk::ROOT;
use crate::pages::desk::form::ClerkForm;
use crate::pages::frame::language_choice::{LanguageForm, switch_language};

/// Stores the language in a cookie and redirects to the page with the switch.
pub async fn create(ClerkForm(_, chosen): ClerkForm<LanguageForm>) -> Result<Response, Problem> {
    // The page after `/settle` cannot be requested by GET.
    switch_language(&chosen, ROOT, &["/settle"])
}
