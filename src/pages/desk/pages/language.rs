//! `POST /desk/language`

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

/// Remembers the language in this browser and goes back to where the switch was used.
pub async fn create(ClerkForm(_, chosen): ClerkForm<LanguageForm>) -> Result<Response, Problem> {
    let language = if chosen.language == "en" { "en" } else { "de" };
    let cookie = cookies::set_cookie(LANGUAGE_COOKIE, language, ROOT, Some(Duration::days(365)))?;
    // Only to pages of the desk, and by GET: a page that answered a form has none of its own.
    let back = chosen.back.strip_suffix("/settle").unwrap_or(&chosen.back);
    Ok(see_other(if back.starts_with(ROOT) && back.is_ascii() { back } else { ROOT }, Some(cookie)))
}
