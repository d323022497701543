//! Settlement: outcome, erasure and audit row become durable together.

use super::collections::{audit_entry, load_for_update, record_hand_overs, settle_as_used};
use super::{collection_devices, photos};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::PartyId;
use crate::domain::log::AuditEvent;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::photo::collection::{CollectionRecord, CollectionState, SettlementOutcome};
use crate::domain::photo::settlement::{CodeShownBy, SettlementDecision, decide_settlement};
use crate::domain::photo::{PhotoRecord, PhotoState, availability};
use crate::failpoint;
use crate::storage::collection_requests::{SettleOutcome, SettleRequest};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::party::cut_off::find_cut_off;

impl SqlStore {
    /// Settles a collection of this office and erases the photo, if the outcome requires it, in the same transaction.
    pub async fn settle(&self, request: &SettleRequest) -> Result<SettleOutcome, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            if let Some(cut_off) = find_cut_off(&mut transaction, request.device_id).await? {
                return Ok(SettleOutcome::CutOff(cut_off));
            }
            let Some(mut collection) =
                load_for_update(&mut transaction, request.collection_id, request.office_id).await?
            else {
                return Ok(SettleOutcome::NoSuchCollection);
            };
            let photo = photos::of_collection(&mut transaction, &collection).await?;
            let (id, device_id) = (collection.collection_id, request.device_id);
            let code_shown_by = match collection_devices::has_shown_code_on(&mut transaction, id, device_id).await? {
                true => CodeShownBy::ThisDevice,
                false => CodeShownBy::OtherDevices,
            };
            let decision = decide_settlement(&collection, &photo.record, &request.outcome, code_shown_by, request.now);
            if let (SettlementDecision::Repeated { at }, CollectionState::Leased) = (decision, collection.state) {
                // The photo counts as used although no sweep has run since: the answer that says so must be durable.
                settle_as_used(&mut transaction, &collection, at, request.now, request.device_id.to_string()).await?;
                transaction.commit().await?;
                return Ok(SettleOutcome::Decided { decision, collection });
            }
            if decision != SettlementDecision::Allowed {
                return Ok(SettleOutcome::Decided { decision, collection });
            }
            close_collection(&mut transaction, &mut collection, request).await?;
            update_photo(&mut transaction, &photo.record, request).await?;
            let mut row = audit_entry(audit_event(&request.outcome), &collection, request.device_id, request.now);
            record_hand_overs(&mut transaction, &mut row, collection.collection_id).await?;
            if let SettlementOutcome::Refused(refusal) = &request.outcome {
                row.details["reason"] = serde_json::json!(refusal.reason);
            }
            transaction.mark_changed(RowId::Collection(collection.collection_id));
            transaction.mark_changed(RowId::Photo(collection.photo_id));
            transaction.append(row);
            studio_event(&collection, photo.record.studio_id, request)
                .into_iter()
                .for_each(|event| transaction.emit(event));
            failpoint::reached("settle.before_commit");
            transaction.commit().await?;
            failpoint::reached("settle.committed");
            Ok(SettleOutcome::Decided { decision, collection })
        })
        .await
    }
}

async fn close_collection(
    connection: &mut StoreConnection,
    collection: &mut CollectionRecord,
    request: &SettleRequest,
) -> Result<(), StoreError> {
    collection.state = request.outcome.state();
    collection.settled_at = Some(request.now);
    collection.kept_until = request.kept_until;
    connection
        .query("UPDATE collections SET state = $1, settled_at = $2, kept_until = $3 WHERE collection_id = $4")
        .bind(params![collection.state, request.now, collection.kept_until, collection.collection_id])
        .execute()
        .await?;
    Ok(())
}

async fn update_photo(
    connection: &mut StoreConnection,
    photo: &PhotoRecord,
    request: &SettleRequest,
) -> Result<(), StoreError> {
    match &request.outcome {
        SettlementOutcome::Used => photos::erase(connection, photo.photo_id, PhotoState::Used, request.now).await,
        SettlementOutcome::Refused(refusal) => {
            let reason = serde_json::to_value(refusal.reason).unwrap_or_default();
            connection
                .query("UPDATE photos SET refusal_reason = $1, refusal_note = $2 WHERE photo_id = $3")
                .bind(params![reason.as_str().unwrap_or("other"), refusal.note, photo.photo_id])
                .execute()
                .await?;
            photos::erase(connection, photo.photo_id, PhotoState::Refused, request.now).await
        }
        SettlementOutcome::Kept { .. } => {
            let until = request.kept_until.unwrap_or(photo.expires_at);
            connection
                .query("UPDATE photos SET state = 'kept', kept = TRUE, expires_at = $1 WHERE photo_id = $2")
                .bind(params![until, photo.photo_id])
                .execute()
                .await?;
            Ok(())
        }
        SettlementOutcome::Released => {
            connection
                .query("UPDATE photos SET state = $1 WHERE photo_id = $2")
                .bind(params![availability::resting_state(photo), photo.photo_id])
                .execute()
                .await?;
            Ok(())
        }
    }
}

/// Event for the studio. A photo that is given back is as before.
fn studio_event(collection: &CollectionRecord, studio_id: PartyId, request: &SettleRequest) -> Option<NewEvent> {
    let kind = match request.outcome {
        SettlementOutcome::Used => EventKind::PhotoUsed,
        SettlementOutcome::Kept { .. } => EventKind::PhotoKept,
        SettlementOutcome::Refused(_) => EventKind::PhotoRefused,
        SettlementOutcome::Released => return None,
    };
    Some(NewEvent {
        photo_id: Some(collection.photo_id),
        collection_id: Some(collection.collection_id),
        due: collection.kept_until,
        ..NewEvent::new(kind, request.now, studio_id)
    })
}

fn audit_event(outcome: &SettlementOutcome) -> AuditEvent {
    match outcome {
        SettlementOutcome::Used => AuditEvent::CollectionUsed,
        SettlementOutcome::Kept { .. } => AuditEvent::CollectionKept,
        SettlementOutcome::Refused(_) => AuditEvent::CollectionRefused,
        SettlementOutcome::Released => AuditEvent::CollectionReleased,
    }
}
