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
/// Set when this browser received the file, so that a clerk does not erase a photo that was never saved. This protects against haste and
/// not against malice, because the JSON routes need no such cookie. The cookie is sent before the file; the browser itself reports an
/// interrupted download.
const SAVED_COOKIE: &str = "lichtbild_saved";
/// Id of the collection that this browser settled last, with [`SAVED_SUFFIX`] if it received the file. It has to change with every
/// settlement (see [`end`]). The last page reads from it that a file is left on the computer.
const SETTLED_COOKIE: &str = "lichtbild_settled";
const SAVED_SUFFIX: &str = ".saved";
/// Browsers do not show pages again that were left longer ago.
const SETTLED_MAX_AGE: Duration = Duration::minutes(10);
/// Longer than an office may take to settle. The cookie is removed when the collection is settled.
const SAVED_MAX_AGE: Duration = Duration::days(30);

/// Cookie with the sealed code of a lease, until the lease ends.
///
/// # Errors
/// [`Problem::Internal`] if the code cannot be sealed.
pub(super) fn start(
    app: &App,
    clerk: &Clerk,
    collection: &CollectionRecord,
    code: &RetrievalCode,
) -> Result<HeaderValue, Problem> {
    let context =
        SessionContext::Collection { collection_id: collection.collection_id, office_id: clerk.office.party.party_id };
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

/// Removes the session's cookies, and makes the browser forget the pages that it keeps for going back.
///
/// Chromium keeps complete pages for going back, even with `no-store`, and drops only those for which a cookie changed. It keeps the
/// photo's page under the address of the form that led to it, to which the cookie with the code is never sent. Therefore another cookie
/// changes for that address. `script.js` does the same for collections that were settled elsewhere, but not every browser runs it.
///
/// # Errors
/// None in practice: the value is always allowed in a header.
pub(super) fn end(collection_id: CollectionId, headers: &HeaderMap) -> Result<[HeaderValue; 3], Problem> {
    let settled = if is_saved(headers) { with_file(collection_id) } else { collection_id.to_string() };
    Ok([
        session_cookie(CODE_COOKIE, collection_id, String::new(), Duration::ZERO)?,
        // Browsers store fewer than 200 cookies per host, so the cookies of settled photos must go.
        session_cookie(SAVED_COOKIE, collection_id, String::new(), Duration::ZERO)?,
        cookies::set_cookie(SETTLED_COOKIE, settled, ROOT, Some(SETTLED_MAX_AGE))?,
    ])
}

/// The code of a collection, if this browser holds it.
pub(super) fn code(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection_id: CollectionId,
) -> Option<RetrievalCode> {
    let context = SessionContext::Collection { collection_id, office_id: clerk.office.party.party_id };
    app.gateway.keys().open_session(&cookies::read(headers, CODE_COOKIE)?, context, clerk.now)
}

/// Cookie that marks that this browser received the file.
///
/// # Errors
/// None in practice: the value is always allowed in a header.
pub(super) fn mark_saved(collection_id: CollectionId) -> Result<HeaderValue, Problem> {
    session_cookie(SAVED_COOKIE, collection_id, "yes".into(), SAVED_MAX_AGE)
}

/// Reports whether this browser received the file of the requested collection.
pub(super) fn is_saved(headers: &HeaderMap) -> bool {
    cookies::read(headers, SAVED_COOKIE).is_some()
}

/// Reports whether this browser received the file of a settled collection, no matter where the collection was settled.
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
