//! Sweep: ends lapsed leases, settles overdue hand-overs and erases expired photos. Callers get the same answers before
//! and after it.

use sqlx::AssertSqlSafe;

use super::row_mapping::{COLLECTION, collection};
use super::{collections, photo_counts, photos, wrong_codes};
use crate::clock::Timestamp;
use crate::domain::id::PhotoId;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::lease::{LeaseState, lease_state};
use crate::storage::error::StoreError;
use crate::storage::requests::SweepReport;
use crate::storage::sql::engine::connection::WriteTransaction;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::party::invitations;

/// Keeps the wait of a deposit behind a sweep short: erasing an envelope writes as much as storing it. The limit is
/// part of the statement because PostgreSQL plans an unknown limit with a scan of all photos.
const BATCH: u32 = 16;

impl SqlStore {
    /// Ends lapsed leases, settles overdue hand-overs as used and erases expired photos. Each call is one batch; call
    /// again while the report has changes.
    pub async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError> {
        self.with_retry(|| async {
            let mut report = SweepReport::default();
            let mut transaction = self.write().await?;
            if !transaction.try_lock_sweep().await? {
                return Ok(report);
            }
            for collection in overdue_collections(&mut transaction, now).await? {
                match lease_state(&collection, now) {
                    LeaseState::Lapsed => {
                        collections::close_lapsed(&mut transaction, &collection, now).await?;
                        report.lapsed += 1;
                    }
                    LeaseState::UsedByDefault { at } => {
                        collections::settle_as_used(&mut transaction, &collection, at, now, "gateway".into()).await?;
                        report.used_by_default += 1;
                    }
                    LeaseState::Active { .. } | LeaseState::HandedOver { .. } => {}
                }
            }
            for (photo_id, at) in expired_photos(&mut transaction, now).await? {
                expire(&mut transaction, photo_id, at, now).await?;
                report.expired += 1;
            }
            wrong_codes::delete_old_windows(&mut transaction, now).await?;
            invitations::erase_proof_keys(&mut transaction, now).await?;
            photo_counts::compact(&mut transaction).await?;
            transaction.commit().await?;
            Ok(report)
        })
        .await
    }
}

async fn overdue_collections(
    transaction: &mut WriteTransaction,
    now: Timestamp,
) -> Result<Vec<CollectionRecord>, StoreError> {
    let unless_locked = transaction.skip_locked_clause("c, p");
    transaction
        .query(AssertSqlSafe(format!(
            "SELECT {COLLECTION} FROM collections c JOIN photos p ON p.photo_id = c.photo_id
             WHERE c.state = 'leased' AND coalesce(c.settle_due, c.lease_until) <= $1 LIMIT {BATCH} {unless_locked}"
        )))
        .bind(params![now])
        .fetch_all_as(|row| collection(row, ""))
        .await
}

async fn expired_photos(
    transaction: &mut WriteTransaction,
    now: Timestamp,
) -> Result<Vec<(PhotoId, Timestamp)>, StoreError> {
    let unless_locked = transaction.skip_locked_clause("p");
    transaction
        .query(AssertSqlSafe(format!(
            "SELECT p.photo_id, p.expires_at FROM photos p
             WHERE p.state IN ('available', 'kept') AND p.expires_at <= $1 LIMIT {BATCH} {unless_locked}"
        )))
        .bind(params![now])
        .fetch_all_as(|row| Ok((row.get("photo_id")?, row.get("expires_at")?)))
        .await
}

/// Erases a photo that expired at `at`.
async fn expire(
    transaction: &mut WriteTransaction,
    photo_id: PhotoId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    photos::erase(transaction, photo_id, PhotoState::Expired, at).await?;
    transaction.mark_changed(RowId::Photo(photo_id));
    transaction.append(AuditEntry {
        at: now,
        actor: "gateway".into(),
        event: AuditEvent::PhotoExpired,
        subject: Some(photo_id.to_string()),
        details: serde_json::json!({ "expires_at": at }),
    });
    Ok(())
}
