//! `POST /v1/collections`, `GET /v1/collections`, `GET /v1/collections/{collection_id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::api::caller::OfficeCaller;
use crate::api::negotiate::PreferredLanguage;
use crate::api::office::test_answer::test_answer;
use crate::api::request::{
    EnteredCode, JsonBody, PathId, QueryFields, QueryParameters, json_response, page_limit, with_page_limit,
};
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::photo::collect::{CollectedPhoto, collect};
use crate::flows::photo::queries;
use crate::texts::language::Language;
use crate::wire::collection::{
    CollectBody, CollectedPhotoBody, CollectionBody, CollectionListBody, CollectionSummaryBody, StudioBody,
};
use crate::wire::finding::FindingBody;

/// Leases the photo of a code: status 201 for a new lease, 200 if this office already holds the lease.
pub async fn create(
    State(app): State<App>,
    office: OfficeCaller,
    PreferredLanguage(language): PreferredLanguage,
    JsonBody(body): JsonBody<CollectBody>,
) -> Result<Response, Problem> {
    let code = match EnteredCode::parse(&body.code)? {
        EnteredCode::Photo(code) => code,
        EnteredCode::Test(code) if !app.answers_test_codes => return Err(Problem::CodeIsTest { code }),
        EnteredCode::Test(code) => {
            tracing::info!("answered the test code of a problem");
            return Ok(test_answer(code, app.gateway.now()).into_response());
        }
    };
    let collected = collect(&app.gateway, &office, &code).await?;
    let status = if collected.newly_leased { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json_response(status, &collection_body(collected, language)))
}

/// Query for a page of collections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollectionListQuery {
    limit: Option<u32>,
    after: Option<CollectionId>,
}

impl QueryParameters for CollectionListQuery {
    const NAMES: &'static [&'static str] = &["limit", "after"];
}

/// Lists the office's collections, newest first, without the photos.
pub async fn list(
    State(app): State<App>,
    office: OfficeCaller,
    QueryFields(query): QueryFields<CollectionListQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit);
    let page = queries::collections(&app.gateway, &office, query.after, limit).await?;
    let collections = page.items.into_iter().map(summary).collect();
    let body = CollectionListBody { collections, next_after: page.next_after };
    Ok(with_page_limit(limit, json_response(StatusCode::OK, &body)))
}

/// Returns one of the office's collections, as the list shows it.
pub async fn show(
    State(app): State<App>,
    office: OfficeCaller,
    PathId(collection_id): PathId<CollectionId>,
) -> Result<Response, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let found = queries::collection(&app.gateway, &office, collection_id).await?;
    Ok(json_response(StatusCode::OK, &summary(found.ok_or(Problem::CollectionUnknown)?)))
}

fn collection_body(collected: CollectedPhoto, language: Language) -> CollectionBody {
    let CollectedPhoto { collection, photo, sha256, sealed_metadata, studio, .. } = collected;
    CollectionBody {
        collection_id: collection.collection_id,
        state: collection.state,
        lease_until: collection.lease_until,
        photo: CollectedPhotoBody {
            photo_id: photo.photo_id,
            sha256,
            bytes: photo.facts.bytes,
            width: photo.facts.width,
            height: photo.facts.height,
            content_type: "image/jpeg".into(),
            deposited_at: photo.deposited_at,
            expires_at: photo.expires_at,
            profile: photo.facts.profile,
            findings: FindingBody::all(photo.facts.findings.iter().chain(&sealed_metadata.findings), language),
            declaration: sealed_metadata.declaration,
            studio: StudioBody { name: studio.name, place: studio.place },
        },
    }
}

fn summary(record: CollectionRecord) -> CollectionSummaryBody {
    CollectionSummaryBody {
        collection_id: record.collection_id,
        photo_id: record.photo_id,
        state: record.state,
        leased_at: record.leased_at,
        lease_until: record.lease_until,
        handed_over_at: record.handed_over_at,
        settle_due: record.settle_due,
        settled_at: record.settled_at,
    }
}
