//! What the law has kept long enough goes for good: tombstones with their collections, and the front of the transfer log.

use sqlx::AssertSqlSafe;

use super::SqlStore;
use super::connection::Write;
use crate::clock::Timestamp;
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::checkpoint::LOG_RETENTION;
use crate::storage::contract::StoreError;
use crate::storage::transfer_log::Forgotten;

/// Small enough that a deposit never waits long behind it.
const TOMBSTONES: i64 = 64;
/// Rows of the log lie side by side and go with one statement.
const LOG_ROWS: i64 = 1_000;

pub(super) async fn forget(store: &SqlStore, now: Timestamp) -> Result<Forgotten, StoreError> {
    let mut transaction = store.write().await?;
    if !transaction.may_sweep().await? {
        return Ok(Forgotten::default());
    }
    let forgotten =
        Forgotten { tombstones: tombstones(&mut transaction, now).await?, log_rows: log_rows(&mut transaction).await? };
    if forgotten.tombstones > 0 {
        transaction.append(AuditEntry {
            at: now,
            actor: "gateway".into(),
            event: AuditEvent::TombstonesForgotten,
            subject: None,
            details: serde_json::json!({ "photos": forgotten.tombstones }),
        });
    }
    transaction.commit().await?;
    Ok(forgotten)
}

async fn tombstones(transaction: &mut Write, now: Timestamp) -> Result<u64, StoreError> {
    let unless_locked = transaction.unless_locked("p");
    let over = transaction
        .query(AssertSqlSafe(format!(
            "SELECT p.photo_id FROM photos p WHERE p.lookup_id IS NULL AND p.settled_at <= $1
             ORDER BY p.settled_at LIMIT $2 {unless_locked}"
        )))
        .bind((now - LOG_RETENTION).unix_milliseconds())
        .bind(TOMBSTONES)
        .fetch_all()
        .await?;
    let mut gone = 0;
    for row in over {
        let photo_id: String = row.try_get("photo_id")?;
        transaction.query("DELETE FROM collections WHERE photo_id = $1").bind(photo_id.as_str()).execute().await?;
        gone += transaction.query("DELETE FROM photos WHERE photo_id = $1").bind(photo_id.as_str()).execute().await?;
    }
    Ok(gone)
}

/// Where the log begins was decided before; see [`move_log_anchor`](crate::storage::transfer_log::TransferLog::move_log_anchor).
async fn log_rows(transaction: &mut Write) -> Result<u64, StoreError> {
    transaction
        .query(
            "DELETE FROM audit WHERE sequence IN
             (SELECT sequence FROM audit WHERE sequence <= (SELECT max(sequence) FROM log_anchors)
              ORDER BY sequence LIMIT $1)",
        )
        .bind(LOG_ROWS)
        .execute()
        .await
}
