//! Language of the pages: German, unless the person switched it.

use axum::http::HeaderMap;
use axum::response::Response;
use cookie::time::Duration;
use maud::{Markup, html};
use serde::Deserialize;

use super::cookies;
use super::elements::csrf_field;
use super::response::see_other;
use crate::api::Problem;
use crate::texts::language::Language;

const LANGUAGE_COOKIE: &str = "lichtbild_language";

/// Fields of the posted language switch.
#[derive(Deserialize)]
pub struct LanguageForm {
    language: String,
    #[serde(default)]
    back: String,
}

/// The language of the cookie. The browser's own language says little about the person at the counter or in the shop.
pub(in crate::pages) fn chosen_language(headers: &HeaderMap) -> Language {
    switched_language(headers).unwrap_or(Language::German)
}

/// The language of the cookie; `None` if the person has not switched it.
pub(in crate::pages) fn switched_language(headers: &HeaderMap) -> Option<Language> {
    let language = cookies::read(headers, LANGUAGE_COOKIE)?;
    Some(if language == "en" { Language::English } else { Language::German })
}

/// A button that switches to the other language and returns to `path`. `root` is the path with which all pages of this set begin.
pub(in crate::pages) fn language_switch(language: Language, csrf_token: &str, root: &str, path: &str) -> Markup {
    let (tag, name) = language.pick(("en", "English"), ("de", "Deutsch"));
    html! {
        form #language method="post" action={ (root) "language" } {
            (csrf_field(csrf_token))
            input type="hidden" name="back" value=(path);
            button.plain type="submit" name="language" value=(tag) lang=(tag) { (name) }
        }
    }
}

/// Stores the language in a cookie for the pages under `root`, and redirects to the page with the switch. A page that only a form can
/// request has an address that ends with one of `steps`; its form is on the page before.
///
/// # Errors
/// None in practice: the value is always allowed in a header.
pub(in crate::pages) fn switch_language(
    chosen: &LanguageForm,
    root: &'static str,
    steps: &[&str],
) -> Result<Response, Problem> {
    let language = if chosen.language == "en" { "en" } else { "de" };
    let cookie = cookies::set_cookie(LANGUAGE_COOKIE, language, root, Some(Duration::days(365)))?;
    let back = steps.iter().find_map(|step| chosen.back.strip_suffix(step)).unwrap_or(&chosen.back);
    // Only to pages of the same set.
    Ok(see_other(if back.starts_with(root) && back.is_ascii() { back } else { root }, root, Some(cookie)))
}
