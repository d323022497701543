//! Purge of rows whose retention has ended: tombstones with their collections, events, and the oldest rows of the audit
//! log.

use sqlx::AssertSqlSafe;

use crate::clock::Timestamp;
use crate::domain::event::EVENT_RETENTION;
use crate::domain::log::checkpoint::LOG_RETENTION;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::storage::error::StoreError;
use crate::storage::requests::PurgeReport;
use crate::storage::sql::engine::connection::WriteTransaction;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

/// Keeps the wait of a deposit behind a purge short. The limit is part of the statement, as in
/// [`sweep`](crate::storage::sql::photo::sweep).
const TOMBSTONES_PER_BATCH: i64 = 64;
/// Rows of the log are adjacent and are deleted with one statement.
const LOG_ROWS_PER_BATCH: i64 = 1_000;
const EVENTS_PER_BATCH: i64 = 1_000;

pub(super) async fn purge(store: &SqlStore, now: Timestamp) -> Result<PurgeReport, StoreError> {
    let mut transaction = store.write().await?;
    if !transaction.try_lock_sweep().await? {
        return Ok(PurgeReport::default());
    }
    let purged = PurgeReport {
        tombstones: delete_tombstones(&mut transaction, now).await?,
        log_rows: delete_log_rows(&mut transaction).await?,
        events: delete_events(&mut transaction, now).await?,
    };
    if purged.tombstones > 0 {
        transaction.append(AuditEntry {
            at: now,
            actor: "gateway".into(),
            event: AuditEvent::TombstonesPurged,
            subject: None,
            details: serde_json::json!({ "photos": purged.tombstones }),
        });
    }
    transaction.commit().await?;
    Ok(purged)
}

async fn delete_tombstones(transaction: &mut WriteTransaction, now: Timestamp) -> Result<u64, StoreError> {
    let unless_locked = transaction.skip_locked_clause("p");
    let over = transaction
        .query(AssertSqlSafe(format!(
            "SELECT p.photo_id FROM photos p
             WHERE p.settled_at <= $1 AND p.state IN ('used', 'refused', 'withdrawn', 'expired')
             ORDER BY p.settled_at LIMIT {TOMBSTONES_PER_BATCH} {unless_locked}"
        )))
        .bind(params![now - LOG_RETENTION])
        .fetch_all()
        .await?;
    let mut deleted = 0;
    for row in over {
        let photo_id: String = row.get("photo_id")?;
        transaction.query("DELETE FROM collections WHERE photo_id = $1").bind(params![photo_id]).execute().await?;
        deleted +=
            transaction.query("DELETE FROM photos WHERE photo_id = $1").bind(params![photo_id]).execute().await?;
    }
    Ok(deleted)
}

/// Deletes one batch of rows before the beginning of the log, which [`SqlStore::move_log_anchor`] has set.
async fn delete_log_rows(transaction: &mut WriteTransaction) -> Result<u64, StoreError> {
    let ends = transaction
        .query("SELECT (SELECT min(sequence) FROM audit) AS first, (SELECT max(sequence) FROM log_anchors) AS last")
        .fetch_one()
        .await?;
    let (Some(first), Some(last)) = (ends.get::<Option<i64>>("first")?, ends.get::<Option<i64>>("last")?) else {
        return Ok(0);
    };
    transaction
        .query("DELETE FROM audit WHERE sequence >= $1 AND sequence <= $2")
        .bind(params![first, last.min(first + LOG_ROWS_PER_BATCH - 1)])
        .execute()
        .await
}

/// Deletes one batch of the oldest events. The newest event stays, because the next one continues its position and its
/// identifier. An event from the future (a clock was wrong) is as old as the event behind it.
async fn delete_events(transaction: &mut WriteTransaction, now: Timestamp) -> Result<u64, StoreError> {
    let mut after = 0;
    loop {
        let oldest = transaction
            .query(AssertSqlSafe(format!(
                "SELECT position, at FROM events
                 WHERE position > $1 AND position < (SELECT max(position) FROM events)
                 ORDER BY position LIMIT {EVENTS_PER_BATCH}"
            )))
            .bind(params![after])
            .fetch_all_as(|row| Ok((row.get::<i64>("position")?, row.get::<Timestamp>("at")?)))
            .await?;
        let Some((end, _)) = oldest.last() else { return Ok(0) };
        let is_over = |at: Timestamp| at <= now - EVENT_RETENTION;
        let not_stored_longer: Vec<_> = oldest.iter().take_while(|(_, at)| is_over(*at) || *at > now).collect();
        if let Some((last, _)) = not_stored_longer.iter().rfind(|(_, at)| is_over(*at)) {
            return transaction.query("DELETE FROM events WHERE position <= $1").bind(params![last]).execute().await;
        }
        if not_stored_longer.len() < oldest.len() {
            return Ok(0);
        }
        // All of them are from the future.
        after = *end;
    }
}
