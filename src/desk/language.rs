//! `POST /desk/language`

use axum::http::HeaderValue;
use axum::response::Response;
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::ROOT;
use super::clerk::LANGUAGE_COOKIE;
use super::form::Posted;
use super::page::see_other;
use crate::api::Problem;

/// What the switch posts.
#[derive(Deserialize)]
pub struct Chosen {
    language: String,
    #[serde(default)]
    back: String,
}

/// Remembers the language in this browser and goes back to where the switch was used.
pub async fn create(Posted(_, chosen): Posted<Chosen>) -> Result<Response, Problem> {
    let language = if chosen.language == "en" { "en" } else { "de" };
    let cookie = Cookie::build((LANGUAGE_COOKIE, language))
        .path(ROOT)
        .max_age(Duration::days(365))
        .http_only(true)
        .secure(true)
        .same_site(SameSite::Strict);
    let cookie = HeaderValue::from_str(&cookie.to_string()).map_err(|_| Problem::Internal)?;
    // Only to pages of the desk, and by GET: a page that answered a form has none of its own.
    let back = chosen.back.strip_suffix("/settle").unwrap_or(&chosen.back);
    Ok(see_other(if back.starts_with(ROOT) && back.is_ascii() { back } else { ROOT }, Some(cookie)))
}
