//! `POST /v1/collections/{collection_id}/settle`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::caller::OfficeCaller;
use crate::api::problem::MalformedReason;
use crate::api::request::{JsonBody, PathId, json_response};
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::parse_iso_date;
use crate::domain::photo::collection::{CollectionState, Refusal, SettlementOutcome};
use crate::flows::photo::settle::settle;
use crate::wire::collection::{SettleBody, SettlementBody};

/// Settles a collection. A repetition of the same settlement gets the same receipt.
pub async fn create(
    State(app): State<App>,
    office: OfficeCaller,
    PathId(collection_id): PathId<CollectionId>,
    JsonBody(body): JsonBody<SettleBody>,
) -> Result<Response, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let receipt = settle(&app.gateway, &office, collection_id, outcome(body)?).await?;
    let body = SettlementBody {
        collection_id,
        photo_id: receipt.collection.photo_id,
        outcome: receipt.outcome,
        settled_at: receipt.settled_at,
        kept_until: receipt.collection.kept_until,
        handed_over_at: receipt.collection.handed_over_at,
        erased: matches!(receipt.outcome, CollectionState::Used | CollectionState::Refused),
    };
    Ok(json_response(StatusCode::OK, &body))
}

fn outcome(body: SettleBody) -> Result<SettlementOutcome, Problem> {
    Ok(match body {
        SettleBody::Used {} => SettlementOutcome::Used,
        SettleBody::Released {} => SettlementOutcome::Released,
        SettleBody::Refused { reason, note } => SettlementOutcome::Refused(Refusal { reason, note }),
        SettleBody::Kept { until } => SettlementOutcome::Kept {
            until: parse_iso_date(&until).ok_or(Problem::RequestMalformed { reason: MalformedReason::Date })?,
        },
    })
}
