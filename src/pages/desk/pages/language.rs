//! `POST /desk/language`: switches the language.

use axum::response::Response;
use cookie::time::Duration;
use serde::Deserialize;

use crate::api::Problem;
use crate::pages::desk::ROOT;
use crate::pages::desk::clerk::LANGUAGE_COOKIE;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::layout::see_other;
use crate::pages::frame::cookies;

/// Fields of the posted language switch.
#[derive(Deserialize)]
pub struct LanguageForm {
    language: String,
    #[serde(default)]
    back: String,
}

/// Stores the language in a cookie and redirects to the page with the switch.
pub async fn create(ClerkForm(_, chosen): ClerkForm<LanguageForm>) -> Result<Response, Problem> {
    let language = if chosen.language == "en" { "en" } else { "de" };
    let cookie = cookies::set_cookie(LANGUAGE_COOKIE, language, ROOT, Some(Duration::days(365)))?;
    // Only to pages of the desk. The page after `/settle` cannot be requested by GET.
    let back = chosen.back.strip_suffix("/settle").unwrap_or(&chosen.back);
    Ok(see_other(if back.starts_with(ROOT) && back.is_ascii() { back } else { ROOT }, Some(cookie)))
}
