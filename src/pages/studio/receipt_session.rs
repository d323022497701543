//! Session of a receipt in one browser: the sealed code in a cookie for the pages of that photo.

use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;

use super::photographer::Photographer;
use crate::api::{App, Problem};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::PhotoId;
use crate::pages::frame::cookies;
use crate::sealing::session::SessionContext;

const CODE_COOKIE: &str = "lichtbild_receipt";
/// Long enough for printing; afterwards the same file gives the receipt again.
const PERIOD: std::time::Duration = std::time::Duration::from_hours(1);
const MAX_AGE: Duration = Duration::hours(1);

/// Path of the page of a photo.
pub(super) fn photo_path(photo_id: PhotoId) -> String {
    format!("/studio/photos/{photo_id}")
}

/// Cookie with the sealed code.
///
/// # Errors
/// [`Problem::Internal`] if the code cannot be sealed.
pub(super) fn start(
    app: &App,
    photographer: &Photographer,
    photo_id: PhotoId,
    code: &RetrievalCode,
) -> Result<HeaderValue, Problem> {
    let (keys, ends_at) = (app.gateway.keys(), photographer.now + PERIOD);
    let sealed = keys.seal_session(code, context(photographer, photo_id), ends_at, app.gateway.entropy.as_ref());
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "cannot create receipt session");
        Problem::Internal
    })?;
    cookies::set_cookie(CODE_COOKIE, sealed, &photo_path(photo_id), Some(MAX_AGE))
}

/// Removes the cookie.
///
/// # Errors
/// None in practice: the value is always allowed in a header.
pub(super) fn end(photo_id: PhotoId) -> Result<HeaderValue, Problem> {
    cookies::set_cookie(CODE_COOKIE, String::new(), &photo_path(photo_id), Some(Duration::ZERO))
}

/// The code of a photo, if this browser holds it.
pub(super) fn code(
    app: &App,
    photographer: &Photographer,
    headers: &HeaderMap,
    photo_id: PhotoId,
) -> Option<RetrievalCode> {
    let sealed = cookies::read(headers, CODE_COOKIE)?;
    app.gateway.keys().open_session(&sealed, context(photographer, photo_id), photographer.now)
}

fn context(photographer: &Photographer, photo_id: PhotoId) -> SessionContext {
    SessionContext::Receipt { photo_id, studio_id: photographer.studio.party.party_id }
}
