//! `GET /v1/audit/log`

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use serde::Deserialize;

use crate::api::caller::AuditorCaller;
use crate::api::request::{QueryFields, QueryParameters, with_page_limit};
use crate::api::{App, Problem};
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::wire::audit::to_json_lines;

/// Query for a page of rows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    after: Option<i64>,
    limit: Option<u32>,
}

impl QueryParameters for LogQuery {
    const NAMES: &'static [&'static str] = &["limit", "after"];
}

/// Returns at most 1,000 rows of the audit log after a row number, oldest first, one JSON object per line.
pub async fn show(
    State(app): State<App>,
    _: AuditorCaller,
    QueryFields(query): QueryFields<LogQuery>,
) -> Result<Response, Problem> {
    // Rows before this one are about to be purged.
    let begin = app.gateway.store.log_anchor().await?;
    let after = query.after.unwrap_or(0).max(begin.sequence);
    let limit = query.limit.unwrap_or(LOG_PAGE_ROWS).clamp(1, LOG_PAGE_ROWS);
    let rows = app.gateway.store.log_rows(after, limit).await?;
    let head = [(CONTENT_TYPE, "application/jsonl"), (CACHE_CONTROL, "no-store")];
    Ok(with_page_limit(limit, (head, to_json_lines(&rows))))
}
