//! What time demands. Callers are never told anything else before or after a sweep; it only makes bytes and rows follow.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use super::rows::{COLLECTION, collection, moment, parsed};
use super::{SqliteStore, audit, collect, guesses, invitations, photos};
use crate::clock::Timestamp;
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::collection::{CollectionRecord, CollectionState};
use crate::domain::id::PhotoId;
use crate::domain::lifecycle::{self, Hold};
use crate::domain::photo::PhotoState;
use crate::storage::contract::StoreError;
use crate::storage::steps::{Purge, SweepReport};

/// Small enough that a deposit never waits long behind a sweep: overwriting an erased picture writes as much as storing it.
const BATCH: u32 = 16;

pub(super) async fn sweep(store: &SqliteStore, now: Timestamp) -> Result<SweepReport, StoreError> {
    let mut report = SweepReport::default();
    let mut transaction = store.write().await?;
    for held in overdue_collections(&mut transaction, now).await? {
        match lifecycle::hold(&held, now) {
            Hold::Lapsed => {
                collect::close_lapsed(&mut transaction, &held, now).await?;
                report.lapsed += 1;
            }
            Hold::UsedByDefault { at } => {
                use_by_default(&mut transaction, &held, at, now).await?;
                report.used_by_default += 1;
            }
            Hold::Running { .. } | Hold::HandedOver { .. } => {}
        }
    }
    for (photo_id, at) in expired_photos(&mut transaction, now).await? {
        expire(&mut transaction, photo_id, at, now).await?;
        report.expired += 1;
    }
    guesses::forget_old(&mut transaction, now).await?;
    invitations::forget_proof_keys(&mut transaction, now).await?;
    transaction.commit().await?;
    Ok(report)
}

async fn overdue_collections(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<CollectionRecord>, StoreError> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT {COLLECTION} FROM collections
         WHERE state = 'leased' AND coalesce(settle_due, lease_until) <= $1 LIMIT $2"
    )))
    .bind(now.unix_milliseconds())
    .bind(BATCH)
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| collection(row, ""))
    .collect()
}

async fn use_by_default(
    connection: &mut SqliteConnection,
    held: &CollectionRecord,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE collections SET state = $1, settled_at = $2 WHERE collection_id = $3")
        .bind(CollectionState::Used.name())
        .bind(at.unix_milliseconds())
        .bind(held.collection_id.to_string())
        .execute(&mut *connection)
        .await?;
    photos::erase(connection, held.photo_id, PhotoState::Used, at).await?;
    let entry = AuditEntry {
        at: now,
        actor: "gateway".into(),
        event: AuditEvent::CollectionUsedByDefault,
        subject: Some(held.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": held.photo_id, "office_id": held.office_id, "settle_due": at }),
    };
    audit::append(connection, &entry).await
}

async fn expired_photos(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<(PhotoId, Timestamp)>, StoreError> {
    sqlx::query(
        "SELECT photo_id, expires_at FROM photos WHERE state IN ('available', 'kept') AND expires_at <= $1 LIMIT $2",
    )
    .bind(now.unix_milliseconds())
    .bind(BATCH)
    .fetch_all(connection)
    .await?
    .iter()
    .map(|row| Ok((parsed(row, "photo_id")?, moment(row, "expires_at")?)))
    .collect()
}

/// Erases a photo whose time ran out `at` some moment before `now`.
async fn expire(
    connection: &mut SqliteConnection,
    photo_id: PhotoId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    photos::erase(connection, photo_id, PhotoState::Expired, at).await?;
    let entry = AuditEntry {
        at: now,
        actor: "gateway".into(),
        event: AuditEvent::PhotoExpired,
        subject: Some(photo_id.to_string()),
        details: serde_json::json!({ "expires_at": at }),
    };
    audit::append(connection, &entry).await
}

/// `secure_delete` overwrites the pages; the log still holds the old ones until it is folded in and cut to nothing.
/// On a connection of its own: a checkpoint waits as long as a connection's busy timeout, and the writer shall not.
pub(super) async fn purge_erased(store: &SqliteStore) -> Result<Purge, StoreError> {
    let mut connection = store.checkpoint.connect().await?;
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await?;
    let busy: i64 = row.try_get("busy")?;
    connection.close().await?;
    Ok(if busy == 0 { Purge::Complete } else { Purge::Postponed })
}
