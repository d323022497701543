//! Deposits: photo, envelope and audit row become durable together, once for each request id.

use super::row_mapping::{TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, tombstone_id, tracked_photo};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::failpoint;
use crate::storage::error::StoreError;
use crate::storage::requests::{DepositOutcome, NewPhoto, PreviousDeposit};
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::party::cut_off::find_cut_off;
use sqlx::AssertSqlSafe;

impl SqlStore {
    pub async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            find_on(&mut connection, request_id).await
        })
        .await
    }

    /// Stores a sealed photo. If its request id is taken, returns the deposit that has it.
    pub async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<DepositOutcome, StoreError> {
        self.with_retry(|| deposit(self, &photo, &audit)).await
    }
}

async fn find_on(
    connection: &mut StoreConnection,
    request_id: &[u8; 32],
) -> Result<Option<PreviousDeposit>, StoreError> {
    let row = connection
        .query(AssertSqlSafe(format!("SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.request_id = $1")))
        .bind(params![request_id])
        .fetch_optional()
        .await?;
    row.map(|row| Ok(PreviousDeposit { photo: tracked_photo(&row)?, tombstone_id: tombstone_id(&row)? })).transpose()
}

async fn deposit(store: &SqlStore, photo: &NewPhoto, audit: &AuditEntry) -> Result<DepositOutcome, StoreError> {
    // Computed before the transaction, for which other transactions wait.
    let sha256 = Sha256Digest::of(photo.sealed.envelope());
    let mut transaction = store.write().await?;
    if let Some(previous) = find_on(&mut transaction, &photo.request_id).await? {
        return Ok(DepositOutcome::Repeated(Box::new(previous)));
    }
    if let Some(cut_off) = find_cut_off(&mut transaction, photo.record.device_id).await? {
        return Ok(DepositOutcome::CutOff(cut_off));
    }
    let record = &photo.record;
    let findings = serde_json::to_string(&record.facts.findings)
        .map_err(|error| StoreError::Damaged(format!("findings cannot be written: {error}")))?;
    let inserted = transaction
        .query(
            "INSERT INTO photos (photo_id, studio_id, device_id, epoch, state, request_id, lookup_id,
                                 width, height, bytes, profile, findings, deposited_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             ON CONFLICT DO NOTHING",
        )
        .bind(params![
            record.photo_id,
            record.studio_id,
            record.device_id,
            record.epoch,
            record.state,
            photo.request_id,
            photo.lookup_id,
            record.facts.width,
            record.facts.height,
            record.facts.bytes,
            record.facts.profile,
            findings,
            record.deposited_at,
            record.expires_at
        ])
        .execute()
        .await?;
    if inserted == 0 {
        // Another node has stored the same request since the check above. A repeat has the same code too, so either of
        // the two unique columns may have caused the conflict.
        let previous = find_on(&mut transaction, &photo.request_id).await?;
        let previous = previous.ok_or_else(|| StoreError::Damaged("a new photo's identifier is taken".into()))?;
        return Ok(DepositOutcome::Repeated(Box::new(previous)));
    }
    failpoint::reached("deposit.row_written");
    transaction
        .query("INSERT INTO frames (photo_id, frame, sha256) VALUES ($1, $2, $3)")
        .bind(params![record.photo_id, photo.sealed.envelope(), sha256])
        .execute()
        .await?;
    transaction.mark_changed(RowId::Photo(record.photo_id));
    transaction.append(audit.clone());
    failpoint::reached("deposit.before_commit");
    transaction.commit().await?;
    failpoint::reached("deposit.committed");
    Ok(DepositOutcome::Stored)
}
