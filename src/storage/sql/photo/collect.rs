//! Codes looked up, photos leased, bytes handed over.

use sqlx::AssertSqlSafe;

use super::row_mapping::{COLLECTION, TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, collection, tracked_photo};
use super::wrong_codes::{blocked_until, count_wrong_code, recheck_blocked_until};
use super::{photos, quarantine};
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::photo::availability::{Availability, LeaseState};
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::{PhotoState, availability};
use crate::failpoint;
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{
    CodeAttempt, FetchOutcome, FetchPurpose, FetchRequest, FoundPhoto, LeaseOutcome, LeaseRequest, LookupOutcome,
};
use crate::storage::sql::engine::columns::parse_column;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::party::row_mapping::{PARTY, party};

pub(crate) async fn look_up(store: &SqlStore, attempt: &CodeAttempt) -> Result<LookupOutcome, StoreError> {
    let mut transaction = store.write().await?;
    if let Some(until) = blocked_until(&mut transaction, attempt).await? {
        return Ok(LookupOutcome::Blocked { until });
    }
    let row = transaction
        .query(AssertSqlSafe(format!(
            "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.lookup_id = $1 OR p.tombstone_id = $2"
        )))
        .bind(attempt.lookup_id.as_bytes().as_slice())
        .bind(attempt.lookup_id.tombstone().as_bytes().as_slice())
        .fetch_optional()
        .await?;
    let Some(row) = row else {
        if let Some(until) = count_wrong_code(&mut transaction, attempt).await? {
            return Ok(LookupOutcome::Blocked { until });
        }
        transaction.commit().await?;
        return Ok(LookupOutcome::Unknown);
    };
    if let Some(until) = recheck_blocked_until(&mut transaction, attempt).await? {
        return Ok(LookupOutcome::Blocked { until });
    }
    let photo = tracked_photo(&row)?;
    let studio = transaction
        .query(AssertSqlSafe(format!("SELECT {PARTY} FROM parties p WHERE p.party_id = $1")))
        .bind(photo.record.studio_id.to_string())
        .fetch_one()
        .await?;
    let held_back = quarantine::quarantined(&mut transaction, &photo, attempt.photos_of_revoked).await?;
    let standing = availability::availability(&photo.record, photo.latest.as_ref(), attempt.office_id, attempt.now)
        .unless_quarantined(held_back);
    Ok(LookupOutcome::Found(Box::new(FoundPhoto { photo, studio: party(&studio)?, availability: standing })))
}

pub(crate) async fn lease(store: &SqlStore, request: &LeaseRequest) -> Result<LeaseOutcome, StoreError> {
    let mut transaction = store.write().await?;
    transaction.lock(Lock::Photo(request.photo_id)).await?;
    let photo = photos::find_on(&mut transaction, request.photo_id)
        .await?
        .ok_or_else(|| StoreError::Damaged("a photo that was just found is gone".into()))?;
    let now = request.now;
    let lease_until = availability::deadline(now, request.lease, &photo.record);
    let held_back = quarantine::quarantined(&mut transaction, &photo, request.photos_of_revoked).await?;
    let standing = availability::availability(&photo.record, photo.latest.as_ref(), request.office_id, now);
    match standing.unless_quarantined(held_back) {
        Availability::LeasedHere(held) => Ok(LeaseOutcome::Existing(held)),
        Availability::Renewable(mut held) => {
            held.lease_until = held.settle_due.map_or(lease_until, |due| lease_until.min(due));
            transaction
                .query("UPDATE collections SET lease_until = $1 WHERE collection_id = $2")
                .bind(held.lease_until.unix_milliseconds())
                .bind(held.collection_id.to_string())
                .execute()
                .await?;
            let entry = audit_entry(AuditEvent::CollectionRenewed, &held, request.device_id, now);
            transaction.mark_changed(RowId::Collection(held.collection_id));
            transaction.append(entry);
            transaction.commit().await?;
            Ok(LeaseOutcome::Existing(held))
        }
        Availability::Available { lapsed } => {
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
            insert_collection(&mut transaction, &lease, request.device_id).await?;
            failpoint::reached("lease.before_commit");
            transaction.commit().await?;
            failpoint::reached("lease.committed");
            Ok(LeaseOutcome::New(lease))
        }
        other => Ok(LeaseOutcome::Unavailable(other)),
    }
}

async fn insert_collection(
    transaction: &mut WriteTransaction,
    lease: &CollectionRecord,
    device_id: DeviceId,
) -> Result<(), StoreError> {
    transaction
        .query(
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
        .execute()
        .await?;
    transaction
        .query("UPDATE photos SET state = $1, collection_id = $2 WHERE photo_id = $3")
        .bind(PhotoState::Leased.name())
        .bind(lease.collection_id.to_string())
        .bind(lease.photo_id.to_string())
        .execute()
        .await?;
    transaction.mark_changed(RowId::Collection(lease.collection_id));
    transaction.mark_changed(RowId::Photo(lease.photo_id));
    transaction.append(audit_entry(AuditEvent::CollectionLeased, lease, device_id, lease.leased_at));
    Ok(())
}

pub(crate) async fn fetch(store: &SqlStore, request: &FetchRequest) -> Result<FetchOutcome, StoreError> {
    let attempt = &request.attempt;
    let mut transaction = store.write().await?;
    if let Some(until) = blocked_until(&mut transaction, attempt).await? {
        return Ok(FetchOutcome::Blocked { until });
    }
    let Some(held) = find_on(&mut transaction, request.collection_id, attempt.office_id).await? else {
        return Ok(FetchOutcome::NoSuchCollection);
    };
    if photos::tombstone_of(&mut transaction, held.photo_id).await? != attempt.lookup_id.tombstone() {
        if let Some(until) = count_wrong_code(&mut transaction, attempt).await? {
            return Ok(FetchOutcome::Blocked { until });
        }
        transaction.commit().await?;
        return Ok(FetchOutcome::WrongCode);
    }
    if let Some(until) = recheck_blocked_until(&mut transaction, attempt).await? {
        return Ok(FetchOutcome::Blocked { until });
    }
    let Some(held) = load_for_update(&mut transaction, request.collection_id, attempt.office_id).await? else {
        return Ok(FetchOutcome::NoSuchCollection);
    };
    if held.state != CollectionState::Leased {
        return Ok(match held.state {
            CollectionState::Lapsed => FetchOutcome::LeaseExpired { at: held.lease_until },
            _ => FetchOutcome::Settled { at: held.settled_at.unwrap_or(held.lease_until) },
        });
    }
    let now = attempt.now;
    match availability::lease_state(&held, now) {
        LeaseState::UsedByDefault { at } => return Ok(FetchOutcome::Settled { at }),
        LeaseState::Active { .. } | LeaseState::HandedOver { .. } if now < held.lease_until => {}
        LeaseState::Active { .. } | LeaseState::HandedOver { .. } | LeaseState::Lapsed => {
            return Ok(FetchOutcome::LeaseExpired { at: held.lease_until });
        }
    }
    let tracked = photos::find_on(&mut transaction, held.photo_id)
        .await?
        .ok_or_else(|| StoreError::Damaged(format!("collection {} has no photo", held.collection_id)))?;
    // An open collection is its photo's latest.
    if let Some(held_back) = quarantine::quarantined(&mut transaction, &tracked, attempt.photos_of_revoked).await? {
        return Ok(FetchOutcome::Quarantined(held_back));
    }
    let photo = tracked.record;
    if request.purpose == FetchPurpose::HandOver {
        transaction
        .query(
            "UPDATE collections SET handed_over_at = coalesce(handed_over_at, $1), settle_due = coalesce(settle_due, $2)
             WHERE collection_id = $3",
        )
        .bind(now.unix_milliseconds())
        .bind(availability::deadline(now, request.settle_within, &photo).unix_milliseconds())
        .bind(held.collection_id.to_string())
        .execute()
        .await?;
        let entry = audit_entry(AuditEvent::CollectionHandedOver, &held, attempt.device_id, now);
        transaction.mark_changed(RowId::Collection(held.collection_id));
        transaction.append(entry);
        failpoint::reached("hand_over.before_commit");
        transaction.commit().await?;
        failpoint::reached("hand_over.committed");
    }
    Ok(FetchOutcome::Ready(Box::new(photo)))
}

/// A collection, if it is this office's, and its photo's lock with it.
pub(super) async fn load_for_update(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    let found = find_on(transaction, collection_id, office).await?;
    match &found {
        Some(held) if transaction.lock(Lock::Photo(held.photo_id)).await? => {
            find_on(transaction, collection_id, office).await
        }
        _ => Ok(found),
    }
}

/// A collection, if it is this office's.
async fn find_on(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    connection
        .query(AssertSqlSafe(format!(
            "SELECT {COLLECTION} FROM collections c WHERE c.collection_id = $1 AND c.office_id = $2"
        )))
        .bind(collection_id.to_string())
        .bind(office.to_string())
        .fetch_optional()
        .await?
        .map(|row| collection(&row, ""))
        .transpose()
}

/// The same, by itself.
pub(crate) async fn find(
    store: &SqlStore,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    find_on(&mut store.read().await?, collection_id, office).await
}

pub(crate) async fn list(
    store: &SqlStore,
    office: PartyId,
    after: Option<CollectionId>,
    limit: u32,
) -> Result<Vec<CollectionRecord>, StoreError> {
    store
        .read()
        .await?
        .query(AssertSqlSafe(format!(
            "SELECT {COLLECTION} FROM collections c WHERE c.office_id = $1 AND c.collection_id < $2
             ORDER BY c.collection_id DESC LIMIT $3"
        )))
        .bind(office.to_string())
        // Sorts behind every identifier.
        .bind(after.map_or_else(|| "~".to_owned(), |after| after.to_string()))
        .bind(i64::from(limit))
        .fetch_all()
        .await?
        .iter()
        .map(|row| collection(row, ""))
        .collect()
}

/// Closes a lease that ran out without a hand-over; does nothing to one that is closed already.
pub(super) async fn close_lapsed(
    transaction: &mut WriteTransaction,
    lapsed: &CollectionRecord,
    now: Timestamp,
) -> Result<(), StoreError> {
    if lapsed.state != CollectionState::Leased {
        return Ok(());
    }
    transaction
        .query("UPDATE collections SET state = $1, settled_at = $2 WHERE collection_id = $3")
        .bind(CollectionState::Lapsed.name())
        .bind(lapsed.lease_until.unix_milliseconds())
        .bind(lapsed.collection_id.to_string())
        .execute()
        .await?;
    let row = transaction
        .query(
        "UPDATE photos SET state = CASE WHEN kept THEN 'kept' ELSE 'available' END WHERE photo_id = $1 RETURNING state",
    )
    .bind(lapsed.photo_id.to_string())
    .fetch_one()
    .await?;
    let state: PhotoState = parse_column(&row, "state")?;
    let details = serde_json::json!({ "photo_id": lapsed.photo_id, "state": state, "lease_until": lapsed.lease_until });
    let entry = AuditEntry {
        at: now,
        actor: "gateway".into(),
        event: AuditEvent::CollectionLapsed,
        subject: Some(lapsed.collection_id.to_string()),
        details,
    };
    transaction.mark_changed(RowId::Collection(lapsed.collection_id));
    transaction.mark_changed(RowId::Photo(lapsed.photo_id));
    transaction.append(entry);
    Ok(())
}

/// The audit row of something an office's device did with a collection.
pub(super) fn audit_entry(
    event: AuditEvent,
    held: &CollectionRecord,
    device_id: DeviceId,
    now: Timestamp,
) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: device_id.to_string(),
        event,
        subject: Some(held.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": held.photo_id, "office_id": held.office_id }),
    }
}

/// Settles what was handed over and not settled in time: the photo counts as used. `actor` is the gateway, which swept, or a device of
/// the office that says so afterwards.
pub(super) async fn settle_as_used(
    transaction: &mut WriteTransaction,
    held: &CollectionRecord,
    at: Timestamp,
    now: Timestamp,
    actor: String,
) -> Result<(), StoreError> {
    transaction
        .query("UPDATE collections SET state = $1, settled_at = $2 WHERE collection_id = $3")
        .bind(CollectionState::Used.name())
        .bind(at.unix_milliseconds())
        .bind(held.collection_id.to_string())
        .execute()
        .await?;
    photos::erase(transaction, held.photo_id, PhotoState::Used, at).await?;
    let entry = AuditEntry {
        at: now,
        actor,
        event: AuditEvent::CollectionUsedByDefault,
        subject: Some(held.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": held.photo_id, "office_id": held.office_id, "settle_due": at }),
    };
    transaction.mark_changed(RowId::Collection(held.collection_id));
    transaction.mark_changed(RowId::Photo(held.photo_id));
    transaction.append(entry);
    Ok(())
}
