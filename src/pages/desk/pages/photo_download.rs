//! `GET /desk/collections/{collection_id}/photo.jpg`: the file for the Fachverfahren.

use axum::Extension;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::{clock_time, local_day};
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::photo::hand_over::{HandedOver, hand_over};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::session;
use crate::pages::frame::response::set_privacy_headers;
use crate::storage::requests::FetchPurpose;
use crate::texts::language::Language;
use crate::transport::http::held_until_sent::HeldUntilSent;

/// Returns the photo, byte for byte as the studio sent it.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let code =
        session::code(&app, &clerk, &headers, collection_id).ok_or(Problem::LeaseExpired { lease_until: clerk.now })?;
    let collection = clerk.collection(&app, Some(collection_id)).await?;
    let HandedOver { opened, memory, .. } =
        hand_over(&app.gateway, &clerk.office, collection_id, &code, FetchPurpose::HandOver).await?;
    let mut response = (Extension(HeldUntilSent::new(memory)), opened.bytes).into_response();
    let disposition = format!("attachment; filename=\"{}\"", name(&collection));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(|_| Problem::Internal)?);
    headers.append(SET_COOKIE, session::mark_saved(collection_id)?);
    set_privacy_headers(headers);
    Ok(response)
}

/// File name that every Fachverfahren and every file system accepts: ASCII, short, unique for each collection, without a person's name.
/// It contains the local time at which the code was entered, so that a clerk can find and delete the file.
pub(super) fn name(collection: &CollectionRecord) -> String {
    let (day, time) = (local_day(collection.leased_at), clock_time(collection.leased_at, Language::English));
    format!("Lichtbild-{day}-{}-{}.jpg", time.replace(':', ""), collection.collection_id.short())
}
