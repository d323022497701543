//! `GET /v1/audit/checkpoints`, and one checkpoint with its signature

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::api::caller::AuditorCaller;
use crate::api::request::{PathId, QueryFields, QueryParameters, json_response, page_limit, with_page_limit};
use crate::api::{App, Problem};
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::wire::audit::CheckpointListBody;

/// Query for a page of checkpoints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointListQuery {
    after: Option<i64>,
    limit: Option<u32>,
}

impl QueryParameters for CheckpointListQuery {
    const NAMES: &'static [&'static str] = &["limit", "after"];
}

/// Lists the checkpoints that count more rows than `after`, oldest first. Auditors verify each one by its own text and signature.
pub async fn list(
    State(app): State<App>,
    _: AuditorCaller,
    QueryFields(query): QueryFields<CheckpointListQuery>,
) -> Result<Response, Problem> {
    let limit = page_limit(query.limit);
    let signed = app.gateway.store.checkpoints(query.after.unwrap_or(0), limit).await?;
    let is_full = signed.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let checkpoints: Vec<_> = signed.iter().filter_map(|signed| Checkpoint::parse(&signed.document).ok()).collect();
    let next_after = checkpoints.last().filter(|_| is_full).map(|last| last.count);
    let body = CheckpointListBody { checkpoints, next_after };
    Ok(with_page_limit(limit, json_response(StatusCode::OK, &body)))
}

/// Returns the signed text, byte for byte.
pub async fn show(State(app): State<App>, _: AuditorCaller, count: PathId<i64>) -> Result<Response, Problem> {
    Ok(bytes_response("application/json", find(&app, count).await?.document))
}

/// Returns the signature of the text: ECDSA with SHA-256, in DER.
pub async fn signature(State(app): State<App>, _: AuditorCaller, count: PathId<i64>) -> Result<Response, Problem> {
    Ok(bytes_response("application/octet-stream", find(&app, count).await?.signature))
}

async fn find(app: &App, PathId(count): PathId<i64>) -> Result<SignedCheckpoint, Problem> {
    let count = count.ok_or(Problem::CheckpointUnknown)?;
    app.gateway.store.checkpoint(count).await?.ok_or(Problem::CheckpointUnknown)
}

fn bytes_response(media_type: &'static str, bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], bytes).into_response()
}
