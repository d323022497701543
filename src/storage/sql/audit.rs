//! The transfer log's one writer: always on the transaction of the change that it tells of.

use super::SqlStore;
use super::connection::Write;
use super::rows::bytes32;
use crate::domain::audit::AuditEntry;
use crate::domain::chain::Link;
use crate::domain::digest::Sha256Digest;
use crate::storage::contract::StoreError;

/// The last row of the chain.
pub(super) async fn end(transaction: &mut Write) -> Result<Link, StoreError> {
    let last =
        transaction.query("SELECT sequence, sha256 FROM audit ORDER BY sequence DESC LIMIT 1").fetch_optional().await?;
    last.map_or(Ok(Link::START), |row| {
        Ok(Link { sequence: row.try_get("sequence")?, sha256: Sha256Digest::from_bytes(bytes32(&row, "sha256")?) })
    })
}

/// Appends rows to the chain behind its `end`. The caller is alone there, so nobody else can take the same place.
pub(super) async fn write(transaction: &mut Write, end: Link, log: &[AuditEntry]) -> Result<Link, StoreError> {
    let Link { mut sequence, sha256: mut previous } = end;
    for entry in log {
        sequence += 1;
        let digest = entry.chained(sequence, &previous);
        transaction
            .query(
                "INSERT INTO audit (sequence, at, actor, event, subject, details, prev, sha256)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(sequence)
            .bind(entry.at.unix_milliseconds())
            .bind(entry.actor.as_str())
            .bind(entry.event_name())
            .bind(entry.subject.as_deref())
            .bind(entry.details.to_string())
            .bind(previous.as_bytes().as_slice())
            .bind(digest.as_bytes().as_slice())
            .execute()
            .await?;
        previous = digest;
    }
    Ok(Link { sequence, sha256: previous })
}

pub(super) async fn append_alone(store: &SqlStore, entry: &AuditEntry) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    transaction.append(entry.clone());
    transaction.commit().await
}
