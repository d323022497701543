//! The transfer log's one writer: always on the transaction of the change that it tells of.

use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use crate::domain::audit::{AuditEntry, CHAIN_START};
use crate::domain::digest::Sha256Digest;
use crate::storage::contract::StoreError;

/// Appends a row to the chain. The caller holds the write lock, so nobody else can take the same place.
pub(super) async fn append(connection: &mut SqliteConnection, entry: &AuditEntry) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT sequence, sha256 FROM audit ORDER BY sequence DESC LIMIT 1")
        .fetch_optional(&mut *connection)
        .await?;
    let (sequence, previous) = match last {
        None => (1, CHAIN_START),
        Some(row) => {
            (row.try_get::<i64, _>("sequence")? + 1, Sha256Digest::from_bytes(super::rows::bytes32(&row, "sha256")?))
        }
    };
    let digest = entry.chained(sequence, &previous);
    sqlx::query(
        "INSERT INTO audit (sequence, at, actor, event, subject, details, prev, sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(sequence)
    .bind(entry.at.unix_milliseconds())
    .bind(&entry.actor)
    .bind(entry.event_name())
    .bind(&entry.subject)
    .bind(entry.details.to_string())
    .bind(previous.as_bytes().as_slice())
    .bind(digest.as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn append_alone(store: &SqliteStore, entry: AuditEntry) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    append(&mut transaction, &entry).await?;
    transaction.commit().await?;
    Ok(())
}
