//! Withdrawal: the decision, the erasure and the audit row are durable together.

use super::{collections, photos};
use crate::clock::Timestamp;
use crate::domain::id::{PartyId, PhotoId};
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::withdrawal::{WithdrawalDecision, decide_withdrawal};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::TrackedPhoto;
use crate::storage::sql::engine::sql_store::SqlStore;

pub(in crate::storage::sql) async fn withdraw(
    store: &SqlStore,
    studio: PartyId,
    photo_id: PhotoId,
    now: Timestamp,
    audit: &AuditEntry,
) -> Result<Option<(WithdrawalDecision, TrackedPhoto)>, StoreError> {
    let mut transaction = store.write().await?;
    transaction.lock(Lock::Photo(photo_id)).await?;
    let photo = photos::find_on(&mut transaction, photo_id).await?.filter(|photo| photo.record.studio_id == studio);
    let Some(mut photo) = photo else { return Ok(None) };
    let withdrawal = decide_withdrawal(&photo.record, photo.latest.as_ref(), now);
    if withdrawal == WithdrawalDecision::Allowed {
        if let Some(lapsed) = &photo.latest {
            collections::close_lapsed(&mut transaction, lapsed, now).await?;
        }
        photos::erase(&mut transaction, photo_id, PhotoState::Withdrawn, now).await?;
        transaction.mark_changed(RowId::Photo(photo_id));
        transaction.append(audit.clone());
        transaction.commit().await?;
        photo.record.state = PhotoState::Withdrawn;
        photo.record.settled_at = Some(now);
    }
    Ok(Some((withdrawal, photo)))
}
