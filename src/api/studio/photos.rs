//! `GET /v1/photos`, `GET /v1/photos/{photo_id}`, `DELETE /v1/photos/{photo_id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::api::caller::StudioCaller;
use crate::api::negotiate::PreferredLanguage;
use crate::api::request::{PathId, QueryFields, QueryParameters, json_response, page_limit, with_page_limit};
use crate::api::{App, Problem};
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::flows::photo::queries;
use crate::flows::photo::queries::PhotoWithState;
use crate::flows::photo::withdraw::withdraw;
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;
use crate::wire::photo::{PhotoBody, PhotoListBody, RefusalBody};

/// Query for a page of photos, optionally of one state.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoListQuery {
    state: Option<PhotoState>,
    limit: Option<u32>,
    after: Option<PhotoId>,
}

impl QueryParameters for PhotoListQuery {
    const NAMES: &'static [&'static str] = &["limit", "after", "state"];
}

/// Lists the studio's photos, newest first.
pub async fn list(
    State(app): State<App>,
    studio: StudioCaller,
    PreferredLanguage(language): PreferredLanguage,
    QueryFields(query): QueryFields<PhotoListQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit);
    let page = queries::photos(&app.gateway, &studio, query.state, query.after, limit).await?;
    let photos = page.items.into_iter().map(|photo| photo_body(photo, language)).collect();
    let body = PhotoListBody { photos, next_after: page.next_after };
    Ok(with_page_limit(limit, json_response(StatusCode::OK, &body)))
}

/// Returns one of the studio's photos.
pub async fn show(
    State(app): State<App>,
    studio: StudioCaller,
    PreferredLanguage(language): PreferredLanguage,
    PathId(photo_id): PathId<PhotoId>,
) -> Result<Response, Problem> {
    let photo_id = photo_id.ok_or(Problem::PhotoUnknown)?;
    let photo = queries::photo(&app.gateway, &studio, photo_id).await?.ok_or(Problem::PhotoUnknown)?;
    Ok(json_response(StatusCode::OK, &photo_body(photo, language)))
}

/// Withdraws a photo of the studio.
pub async fn delete(
    State(app): State<App>,
    studio: StudioCaller,
    PreferredLanguage(language): PreferredLanguage,
    PathId(photo_id): PathId<PhotoId>,
) -> Result<Response, Problem> {
    let photo_id = photo_id.ok_or(Problem::PhotoUnknown)?;
    let photo = withdraw(&app.gateway, &studio, photo_id).await?;
    let photo = queries::with_current_state(&app.gateway, photo);
    Ok(json_response(StatusCode::OK, &photo_body(photo, language)))
}

fn photo_body(photo: PhotoWithState, language: Language) -> PhotoBody {
    let PhotoWithState { record, state, .. } = photo;
    PhotoBody {
        photo_id: record.photo_id,
        state,
        deposited_at: record.deposited_at,
        expires_at: record.expires_at,
        settled_at: record.settled_at,
        refusal: record.refusal.map(|refusal| RefusalBody {
            reason: refusal.reason,
            message: refusal.reason.in_words(language).to_owned(),
            note: refusal.note,
        }),
        bytes: record.facts.bytes,
        width: record.facts.width,
        height: record.facts.height,
        profile: record.facts.profile,
        findings: FindingBody::all(&record.facts.findings, language),
    }
}
