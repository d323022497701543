//! Withdrawal: decision, erasure and audit row become durable together.

use super::{collections, photos};
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::photo::PhotoState;
use crate::domain::photo::withdrawal::{WithdrawalDecision, decide_withdrawal};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{WithdrawOutcome, WithdrawRequest};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::party::cut_off::find_cut_off;

impl SqlStore {
    /// Withdraws a photo of this studio and erases it.
    pub async fn withdraw(&self, request: &WithdrawRequest) -> Result<WithdrawOutcome, StoreError> {
        self.with_retry(|| async {
            let &WithdrawRequest { photo_id, studio_id, device_id, now } = request;
            let mut transaction = self.write().await?;
            if let Some(cut_off) = find_cut_off(&mut transaction, device_id).await? {
                return Ok(WithdrawOutcome::CutOff(cut_off));
            }
            transaction.lock(Lock::Photo(photo_id)).await?;
            let photo =
                photos::find_on(&mut transaction, photo_id).await?.filter(|photo| photo.record.studio_id == studio_id);
            let Some(mut photo) = photo else { return Ok(WithdrawOutcome::NoSuchPhoto) };
            let decision = decide_withdrawal(&photo.record, photo.latest.as_ref(), now);
            if decision == WithdrawalDecision::Allowed {
                if let Some(lapsed) = &photo.latest {
                    collections::close_lapsed(&mut transaction, lapsed, now).await?;
                }
                photos::erase(&mut transaction, photo_id, PhotoState::Withdrawn, now).await?;
                transaction.mark_changed(RowId::Photo(photo_id));
                transaction.append(AuditEntry {
                    at: now,
                    actor: device_id.to_string(),
                    event: AuditEvent::PhotoWithdrawn,
                    subject: Some(photo_id.to_string()),
                    details: serde_json::json!({ "studio_id": studio_id }),
                });
                transaction.commit().await?;
                photo.record.state = PhotoState::Withdrawn;
                photo.record.settled_at = Some(now);
            }
            Ok(WithdrawOutcome::Decided { decision, photo: Box::new(photo) })
        })
        .await
    }
}
