//! Reading, checkpointing and shortening of the audit log.

use super::purge;
use super::row_mapping::chain_row;
use crate::clock::Timestamp;
use crate::domain::log::AuditEntry;
use crate::domain::log::chain::{ChainLink, ChainRow};
use crate::domain::log::checkpoint::{Checkpoint, LOG_RETENTION, SignedCheckpoint};
use crate::storage::error::StoreError;
use crate::storage::requests::PurgeReport;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};

impl SqlStore {
    /// The next rows after `after`, in order; fewer than `limit` only at the end of the log.
    pub async fn log_rows(&self, after: i64, limit: u32) -> Result<Vec<ChainRow>, StoreError> {
        self.with_retry(|| async { rows(&mut self.read().await?, after, limit).await }).await
    }

    /// Row after which the log begins since older rows were purged; [`ChainLink::START`] if none was.
    pub async fn log_anchor(&self) -> Result<ChainLink, StoreError> {
        self.with_retry(|| async { anchor(&mut self.read().await?).await }).await
    }

    /// Last row of the log; [`ChainLink::START`] if the log is empty.
    pub async fn log_head(&self) -> Result<ChainLink, StoreError> {
        self.with_retry(|| async { head(&mut self.read().await?).await }).await
    }

    /// Adds a checkpoint; `false` if there is one for this number of rows already.
    pub async fn add_checkpoint(&self, checkpoint: &Checkpoint, signed: &SignedCheckpoint) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            let inserted = transaction
                .query(
                    "INSERT INTO checkpoints (count, at, head, document, signature) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (count) DO NOTHING",
                )
                .bind(params![checkpoint.count, checkpoint.time, checkpoint.head, signed.document, signed.signature])
                .execute()
                .await?;
            transaction.commit().await?;
            Ok(inserted > 0)
        })
        .await
    }

    /// The checkpoint with the most rows.
    pub async fn latest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let row = connection.query("SELECT document, signature FROM checkpoints ORDER BY count DESC LIMIT 1");
            row.fetch_optional_as(signed_checkpoint).await
        })
        .await
    }

    /// The checkpoint for this number of rows.
    pub async fn checkpoint(&self, count: i64) -> Result<Option<SignedCheckpoint>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let row =
                connection.query("SELECT document, signature FROM checkpoints WHERE count = $1").bind(params![count]);
            row.fetch_optional_as(signed_checkpoint).await
        })
        .await
    }

    /// The next checkpoints for more than `after` rows, in order.
    pub async fn checkpoints(&self, after: i64, limit: u32) -> Result<Vec<SignedCheckpoint>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query("SELECT document, signature FROM checkpoints WHERE count > $1 ORDER BY count LIMIT $2")
                .bind(params![after, limit])
                .fetch_all_as(signed_checkpoint)
                .await
        })
        .await
    }

    /// Moves the beginning of the log behind a row that a checkpoint covers. Returns false without a change if the log
    /// begins there or later already, if a row is too young to be purged, or if another node is purging.
    pub async fn move_log_anchor(&self, to: ChainLink, now: Timestamp, audit: AuditEntry) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            if !transaction.try_lock_sweep().await? {
                return Ok(false);
            }
            let beyond =
                transaction.query("SELECT 1 FROM log_anchors WHERE sequence >= $1 LIMIT 1").bind(params![to.sequence]);
            if beyond.fetch_optional().await?.is_some() {
                // A dropped transaction would hold the lock until its connection is used again.
                transaction.commit().await?;
                return Ok(false);
            }
            // A trigger of the database would refuse the change with an error. A row whose time was ahead of the clock is
            // purged later.
            let not_over = transaction
                .query(
                    "SELECT 1 FROM audit WHERE sequence > (SELECT coalesce(max(sequence), 0) FROM log_anchors)
                     AND sequence <= $1 AND at > $2 LIMIT 1",
                )
                .bind(params![to.sequence, now - LOG_RETENTION]);
            if not_over.fetch_optional().await?.is_some() {
                transaction.commit().await?;
                return Ok(false);
            }
            transaction
                .query("INSERT INTO log_anchors (sequence, sha256, moved_at) VALUES ($1, $2, $3)")
                .bind(params![to.sequence, to.sha256, now])
                .execute()
                .await?;
            // This row keeps the log from becoming empty when all older rows are purged.
            transaction.append(audit.clone());
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Deletes rows whose retention has ended: tombstones with their collections, and rows before the beginning of the
    /// log. Each call is one batch; call again while the report has changes.
    pub async fn purge(&self, now: Timestamp) -> Result<PurgeReport, StoreError> {
        self.with_retry(|| purge::purge(self, now)).await
    }
}

pub(in crate::storage::sql) async fn rows(
    connection: &mut StoreConnection,
    after: i64,
    limit: u32,
) -> Result<Vec<ChainRow>, StoreError> {
    connection
        .query(
            "SELECT sequence, at, actor, event, subject, details, prev, sha256 FROM audit
             WHERE sequence > $1 ORDER BY sequence LIMIT $2",
        )
        .bind(params![after, limit])
        .fetch_all_as(chain_row)
        .await
}

pub(in crate::storage::sql) async fn anchor(connection: &mut StoreConnection) -> Result<ChainLink, StoreError> {
    let last = connection.query("SELECT sequence, sha256 FROM log_anchors ORDER BY sequence DESC LIMIT 1");
    Ok(last.fetch_optional_as(link).await?.unwrap_or(ChainLink::START))
}

pub(in crate::storage::sql) async fn head(connection: &mut StoreConnection) -> Result<ChainLink, StoreError> {
    let last = connection.query("SELECT sequence, sha256 FROM audit ORDER BY sequence DESC LIMIT 1");
    Ok(last.fetch_optional_as(link).await?.unwrap_or(ChainLink::START))
}

fn link(row: &DatabaseRow) -> Result<ChainLink, StoreError> {
    Ok(ChainLink { sequence: row.get("sequence")?, sha256: row.get("sha256")? })
}

pub(in crate::storage::sql) fn signed_checkpoint(row: &DatabaseRow) -> Result<SignedCheckpoint, StoreError> {
    Ok(SignedCheckpoint { document: row.get("document")?, signature: row.get("signature")? })
}
