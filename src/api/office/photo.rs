//! `GET /v1/collections/{collection_id}/photo`, and HEAD without a hand-over.

use axum::Extension;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};

use crate::api::caller::OfficeCaller;
use crate::api::request::{PathId, parse_retrieval_code};
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::flows::photo::hand_over::{HandedOver, hand_over};
use crate::sealing::envelope::OpenedPhoto;
use crate::storage::requests::FetchPurpose;
use crate::transport::http::held_until_sent::HeldUntilSent;

static RETRIEVAL_CODE: HeaderName = HeaderName::from_static("retrieval-code");
static CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Hands over the photo, byte for byte as the studio sent it.
pub async fn show(
    State(app): State<App>,
    office: OfficeCaller,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let HandedOver { opened, memory, .. } =
        fetch(&app, &office, collection_id, &headers, FetchPurpose::HandOver).await?;
    Ok((describe(&opened), Extension(HeldUntilSent::new(memory)), opened.bytes).into_response())
}

/// Returns the photo's size and digest. This is a separate handler because HEAD through the GET handler would count as a hand-over.
pub async fn head(
    State(app): State<App>,
    office: OfficeCaller,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let photo = fetch(&app, &office, collection_id, &headers, FetchPurpose::Inspect).await?.opened;
    Ok((describe(&photo), [(CONTENT_LENGTH, photo.bytes.len().to_string())]).into_response())
}

async fn fetch(
    app: &App,
    office: &OfficeCaller,
    collection_id: Option<CollectionId>,
    headers: &HeaderMap,
    purpose: FetchPurpose,
) -> Result<HandedOver, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let code = headers.get(&RETRIEVAL_CODE).ok_or(Problem::RetrievalCodeMissing)?;
    let code = parse_retrieval_code(&String::from_utf8_lossy(code.as_bytes()))?;
    Ok(hand_over(&app.gateway, office, collection_id, &code, purpose).await?)
}

fn describe(photo: &OpenedPhoto) -> [(HeaderName, String); 3] {
    [
        (CONTENT_TYPE, "image/jpeg".to_owned()),
        (CONTENT_DIGEST.clone(), photo.sha256.to_content_digest()),
        (CACHE_CONTROL, "no-store".to_owned()),
    ]
}
