//! Session of a collection in one browser: the sealed code, and a mark that the file was fetched; both are cookies.

use axum::http::{HeaderMap, HeaderValue};
use cookie::time::Duration;

use super::ROOT;
use super::clerk::Clerk;
use crate::api::{App, Problem};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::CollectionRecord;
use crate::pages::frame::cookies;
use crate::sealing::session::SessionContext;

const CODE_COOKIE: &str = "lichtbild_code";
/// Says that this browser was given the file, so that nobody has a photo erased that was never saved. Against haste, not against
/// malice: who wants to can settle over the JSON routes. It goes out before the file does; that a download broke off, the browser tells.
const SAVED_COOKIE: &str = "lichtbild_saved";
/// Names the collection that this browser settled last, with [`SAVED_SUFFIX`] if it was given the file. That it changes is the point
/// (see [`end`]); the last page reads from it that a file is left on the computer.
const SETTLED_COOKIE: &str = "lichtbild_settled";
const SAVED_SUFFIX: &str = ".saved";
/// No browser shows pages again that were left longer ago.
const SETTLED_MAX_AGE: Duration = Duration::minutes(10);
/// As long as an office may take to settle, and longer; it goes when the collection is settled.
const SAVED_MAX_AGE: Duration = Duration::days(30);

/// Gives the browser the code of a lease, until the lease ends.
///
/// # Errors
/// [`Problem::Internal`] without randomness.
pub(super) fn start(
    app: &App,
    clerk: &Clerk,
    collection: &CollectionRecord,
    code: &RetrievalCode,
) -> Result<HeaderValue, Problem> {
    let context = SessionContext { collection_id: collection.collection_id, office_id: clerk.office.party.party_id };
    let sealed = app.gateway.keys().seal_session(code, context, collection.lease_until, app.gateway.entropy.as_ref());
    let sealed = sealed.map_err(|error| {
        tracing::error!(%error, "cannot create desk session");
        Problem::Internal
    })?;
    let seconds = clerk.now.until(collection.lease_until).as_secs();
    session_cookie(
        CODE_COOKIE,
        collection.collection_id,
        sealed,
        Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)),
    )
}

/// Takes it away again, with the note about the file and with what the browser kept of the pages that were left.
///
/// Chromium keeps pages whole to show them at once when somebody goes back, `no-store` or not; only those it throws away for which a
/// cookie changed. The photo's page is kept under the address of the form that led to it, to which the cookie with the code is never
/// sent: so another cookie changes there. `script.js` does the same for whatever is settled elsewhere, but not every browser runs it.
///
/// # Errors
/// None that could happen.
pub(super) fn end(collection_id: CollectionId, headers: &HeaderMap) -> Result<[HeaderValue; 3], Problem> {
    let settled = if is_saved(headers) { with_file(collection_id) } else { collection_id.to_string() };
    Ok([
        session_cookie(CODE_COOKIE, collection_id, String::new(), Duration::ZERO)?,
        // Browsers hold a hundred and some cookies for a host: not one more for each photo of a month.
        session_cookie(SAVED_COOKIE, collection_id, String::new(), Duration::ZERO)?,
        cookies::set_cookie(SETTLED_COOKIE, settled, ROOT, Some(SETTLED_MAX_AGE))?,
    ])
}

/// The code that this browser holds for a collection.
pub(super) fn code(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection_id: CollectionId,
) -> Option<RetrievalCode> {
    let context = SessionContext { collection_id, office_id: clerk.office.party.party_id };
    app.gateway.keys().open_session(&cookies::read(headers, CODE_COOKIE)?, context, clerk.now)
}

/// Notes in the browser that it was given the file.
///
/// # Errors
/// None that could happen.
pub(super) fn mark_saved(collection_id: CollectionId) -> Result<HeaderValue, Problem> {
    session_cookie(SAVED_COOKIE, collection_id, "yes".into(), SAVED_MAX_AGE)
}

/// Reports whether this browser was given the file of the collection whose pages it asks for.
pub(super) fn is_saved(headers: &HeaderMap) -> bool {
    cookies::read(headers, SAVED_COOKIE).is_some()
}

/// Reports whether this browser was given the file of a collection that is over: it was settled here a moment ago, or elsewhere.
pub(super) fn has_file_left(headers: &HeaderMap, collection_id: CollectionId) -> bool {
    is_saved(headers) || cookies::read(headers, SETTLED_COOKIE).is_some_and(|value| value == with_file(collection_id))
}

fn with_file(collection_id: CollectionId) -> String {
    format!("{collection_id}{SAVED_SUFFIX}")
}

fn session_cookie(
    name: &'static str,
    collection_id: CollectionId,
    value: String,
    max_age: Duration,
) -> Result<HeaderValue, Problem> {
    cookies::set_cookie(name, value, &format!("/desk/collections/{collection_id}"), Some(max_age))
}
