//! Codes looked up, photos leased, bytes handed over.

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::guesses::{blocked_until, count_wrong_code};
use super::rows::{
    COLLECTION, TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, collection, parsed, party, tombstone_id, tracked_photo,
};
use super::{SqliteStore, audit, photos, quarantine};
use crate::clock::Timestamp;
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::collection::{CollectionRecord, CollectionState};
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::lifecycle::{self, Hold, Standing};
use crate::domain::photo::PhotoState;
use crate::failpoint;
use crate::storage::contract::StoreError;
use crate::storage::steps::{CodeAttempt, Fetch, FetchPurpose, FetchRequest, FoundPhoto, LeaseRequest, Leased, LookUp};

pub(super) async fn look_up(store: &SqliteStore, attempt: &CodeAttempt) -> Result<LookUp, StoreError> {
    let mut transaction = store.write().await?;
    if let Some(until) = blocked_until(&mut transaction, attempt).await? {
        return Ok(LookUp::Blocked { until });
    }
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.lookup_id = $1 OR p.tombstone_id = $2"
    )))
    .bind(attempt.lookup_id.as_bytes().as_slice())
    .bind(attempt.lookup_id.tombstone().as_bytes().as_slice())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(row) = row else {
        count_wrong_code(&mut transaction, attempt).await?;
        transaction.commit().await?;
        return Ok(LookUp::Unknown);
    };
    let photo = tracked_photo(&row)?;
    let studio = sqlx::query("SELECT * FROM parties WHERE party_id = $1")
        .bind(photo.record.studio_id.to_string())
        .fetch_one(&mut *transaction)
        .await?;
    let held_back = quarantine::held_back_since(&mut transaction, &photo, attempt.photos_of_revoked).await?;
    let standing = lifecycle::standing(&photo.record, photo.latest.as_ref(), attempt.office_id, attempt.now)
        .unless_held_back(held_back);
    Ok(LookUp::Found(Box::new(FoundPhoto { photo, studio: party(&studio)?, standing })))
}

pub(super) async fn lease(store: &SqliteStore, request: &LeaseRequest) -> Result<Leased, StoreError> {
    let mut transaction = store.write().await?;
    let photo = photos::find_on(&mut transaction, request.photo_id)
        .await?
        .ok_or_else(|| StoreError::Damaged("a photo that was just found is gone".into()))?;
    let now = request.now;
    let lease_until = lifecycle::deadline(now, request.lease, &photo.record);
    let held_back = quarantine::held_back_since(&mut transaction, &photo, request.photos_of_revoked).await?;
    let standing = lifecycle::standing(&photo.record, photo.latest.as_ref(), request.office_id, now);
    match standing.unless_held_back(held_back) {
        Standing::Held(held) => Ok(Leased::Again(held)),
        Standing::Renewable(mut held) => {
            held.lease_until = held.settle_due.map_or(lease_until, |due| lease_until.min(due));
            sqlx::query("UPDATE collections SET lease_until = $1 WHERE collection_id = $2")
                .bind(held.lease_until.unix_milliseconds())
                .bind(held.collection_id.to_string())
                .execute(&mut *transaction)
                .await?;
            let entry = entry(AuditEvent::CollectionRenewed, &held, request.device_id, now);
            audit::append(&mut transaction, &entry).await?;
            transaction.commit().await?;
            Ok(Leased::Again(held))
        }
        Standing::Free { lapsed } => {
            if let Some(lapsed) = lapsed {
                close_lapsed(&mut transaction, &lapsed, now).await?;
            }
            let lease = CollectionRecord {
                collection_id: request.collection_id,
                photo_id: request.photo_id,
                office_id: request.office_id,
                state: CollectionState::Leased,
                leased_at: now,
                lease_until,
                handed_over_at: None,
                settle_due: None,
                settled_at: None,
                kept_until: None,
            };
            insert(&mut transaction, &lease, request.device_id).await?;
            failpoint::reached("lease.before_commit");
            transaction.commit().await?;
            failpoint::reached("lease.committed");
            Ok(Leased::New(lease))
        }
        other => Ok(Leased::No(other)),
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    lease: &CollectionRecord,
    device_id: DeviceId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO collections (collection_id, photo_id, office_id, device_id, state, leased_at, lease_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(lease.collection_id.to_string())
    .bind(lease.photo_id.to_string())
    .bind(lease.office_id.to_string())
    .bind(device_id.to_string())
    .bind(lease.state.name())
    .bind(lease.leased_at.unix_milliseconds())
    .bind(lease.lease_until.unix_milliseconds())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE photos SET state = $1, collection_id = $2 WHERE photo_id = $3")
        .bind(PhotoState::Leased.name())
        .bind(lease.collection_id.to_string())
        .bind(lease.photo_id.to_string())
        .execute(&mut *connection)
        .await?;
    audit::append(connection, &entry(AuditEvent::CollectionLeased, lease, device_id, lease.leased_at)).await
}

pub(super) async fn fetch(store: &SqliteStore, request: &FetchRequest) -> Result<Fetch, StoreError> {
    let attempt = &request.attempt;
    let mut transaction = store.write().await?;
    if let Some(until) = blocked_until(&mut transaction, attempt).await? {
        return Ok(Fetch::Blocked { until });
    }
    let Some(held) = find_on(&mut transaction, request.collection_id, attempt.office_id).await? else {
        return Ok(Fetch::NoSuchCollection);
    };
    let row =
        sqlx::query(AssertSqlSafe(format!("SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.photo_id = $1")))
            .bind(held.photo_id.to_string())
            .fetch_one(&mut *transaction)
            .await?;
    if tombstone_id(&row)? != attempt.lookup_id.tombstone() {
        count_wrong_code(&mut transaction, attempt).await?;
        transaction.commit().await?;
        return Ok(Fetch::WrongCode);
    }
    let tracked = tracked_photo(&row)?;
    if held.state != CollectionState::Leased {
        return Ok(match held.state {
            CollectionState::Lapsed => Fetch::LeaseOver { at: held.lease_until },
            _ => Fetch::Over { at: held.settled_at.unwrap_or(held.lease_until) },
        });
    }
    let now = attempt.now;
    match lifecycle::hold(&held, now) {
        Hold::UsedByDefault { at } => return Ok(Fetch::Over { at }),
        Hold::Running { .. } | Hold::HandedOver { .. } if now < held.lease_until => {}
        Hold::Running { .. } | Hold::HandedOver { .. } | Hold::Lapsed => {
            return Ok(Fetch::LeaseOver { at: held.lease_until });
        }
    }
    // An open collection is its photo's latest.
    if let Some(since) = quarantine::held_back_since(&mut transaction, &tracked, attempt.photos_of_revoked).await? {
        return Ok(Fetch::HeldBack { since });
    }
    let photo = tracked.record;
    if request.purpose == FetchPurpose::HandOver {
        sqlx::query(
            "UPDATE collections SET handed_over_at = coalesce(handed_over_at, $1), settle_due = coalesce(settle_due, $2)
             WHERE collection_id = $3",
        )
        .bind(now.unix_milliseconds())
        .bind(lifecycle::deadline(now, request.settle_within, &photo).unix_milliseconds())
        .bind(held.collection_id.to_string())
        .execute(&mut *transaction)
        .await?;
        let entry = entry(AuditEvent::CollectionHandedOver, &held, attempt.device_id, now);
        audit::append(&mut transaction, &entry).await?;
        failpoint::reached("hand_over.before_commit");
        transaction.commit().await?;
        failpoint::reached("hand_over.committed");
    }
    Ok(Fetch::Ready(Box::new(photo)))
}

/// A collection, if it is this office's.
pub(super) async fn find_on(
    connection: &mut SqliteConnection,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT {COLLECTION} FROM collections WHERE collection_id = $1 AND office_id = $2"
    )))
    .bind(collection_id.to_string())
    .bind(office.to_string())
    .fetch_optional(connection)
    .await?
    .map(|row| collection(&row, ""))
    .transpose()
}

pub(super) async fn list(
    store: &SqliteStore,
    office: PartyId,
    after: Option<CollectionId>,
    limit: u32,
) -> Result<Vec<CollectionRecord>, StoreError> {
    sqlx::query(AssertSqlSafe(format!(
        "SELECT {COLLECTION} FROM collections WHERE office_id = $1 AND collection_id < $2
         ORDER BY collection_id DESC LIMIT $3"
    )))
    .bind(office.to_string())
    // Sorts behind every identifier.
    .bind(after.map_or_else(|| "~".to_owned(), |after| after.to_string()))
    .bind(limit)
    .fetch_all(&store.readers)
    .await?
    .iter()
    .map(|row| collection(row, ""))
    .collect()
}

/// Closes a lease that ran out without a hand-over; does nothing to one that is closed already.
pub(super) async fn close_lapsed(
    connection: &mut SqliteConnection,
    lapsed: &CollectionRecord,
    now: Timestamp,
) -> Result<(), StoreError> {
    if lapsed.state != CollectionState::Leased {
        return Ok(());
    }
    sqlx::query("UPDATE collections SET state = $1, settled_at = $2 WHERE collection_id = $3")
        .bind(CollectionState::Lapsed.name())
        .bind(lapsed.lease_until.unix_milliseconds())
        .bind(lapsed.collection_id.to_string())
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query(
        "UPDATE photos SET state = CASE kept WHEN 1 THEN 'kept' ELSE 'available' END WHERE photo_id = $1 RETURNING state",
    )
    .bind(lapsed.photo_id.to_string())
    .fetch_one(&mut *connection)
    .await?;
    let state: PhotoState = parsed(&row, "state")?;
    let details = serde_json::json!({ "photo_id": lapsed.photo_id, "state": state, "lease_until": lapsed.lease_until });
    let entry = AuditEntry {
        at: now,
        actor: "gateway".into(),
        event: AuditEvent::CollectionLapsed,
        subject: Some(lapsed.collection_id.to_string()),
        details,
    };
    audit::append(connection, &entry).await
}

/// The audit row of something an office's device did with a collection.
pub(super) fn entry(event: AuditEvent, held: &CollectionRecord, device_id: DeviceId, now: Timestamp) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: device_id.to_string(),
        event,
        subject: Some(held.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": held.photo_id, "office_id": held.office_id }),
    }
}
