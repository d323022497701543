//! Collections: reading them, beginning them, and closing them when their time is over.

use sqlx::AssertSqlSafe;

use super::row_mapping::{COLLECTION, collection};
use super::{collection_devices, photos};
use crate::clock::Timestamp;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    pub async fn collection(
        &self,
        office: PartyId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionRecord>, StoreError> {
        self.with_retry(|| async { find_on(&mut self.read().await?, collection_id, office).await }).await
    }

    /// The collections of an office after `after`, newest first.
    pub async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {COLLECTION} FROM collections c WHERE c.office_id = $1 AND c.collection_id < $2
                     ORDER BY c.collection_id DESC LIMIT $3"
                )))
                // Sorts after every identifier.
                .bind(params![office, after.map_or_else(|| "~".to_owned(), |after| after.to_string()), limit])
                .fetch_all_as(|row| collection(row, ""))
                .await
        })
        .await
    }
}

/// Reads a collection of this office and takes the lock of its photo.
pub(super) async fn load_for_update(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    let found = find_on(transaction, collection_id, office).await?;
    match &found {
        Some(collection) if transaction.lock(Lock::Photo(collection.photo_id)).await? => {
            find_on(transaction, collection_id, office).await
        }
        _ => Ok(found),
    }
}

/// Reads a collection of this office.
pub(super) async fn find_on(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
    office: PartyId,
) -> Result<Option<CollectionRecord>, StoreError> {
    connection
        .query(AssertSqlSafe(format!(
            "SELECT {COLLECTION} FROM collections c WHERE c.collection_id = $1 AND c.office_id = $2"
        )))
        .bind(params![collection_id, office])
        .fetch_optional_as(|row| collection(row, ""))
        .await
}

/// Closes a lease that ended without a hand-over; does nothing if it is closed already.
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
        .bind(params![CollectionState::Lapsed, lapsed.lease_until, lapsed.collection_id])
        .execute()
        .await?;
    let row = transaction
        .query(
        "UPDATE photos SET state = CASE WHEN kept THEN 'kept' ELSE 'available' END WHERE photo_id = $1 RETURNING state",
    )
    .bind(params![lapsed.photo_id])
    .fetch_one()
    .await?;
    let state: PhotoState = row.get("state")?;
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
    let due = Some(lapsed.lease_until);
    transaction.emit(NewEvent { due, ..event(EventKind::CollectionLapsed, lapsed, lapsed.office_id, now) });
    Ok(())
}

/// Event about a collection and its photo.
fn event(kind: EventKind, collection: &CollectionRecord, party_id: PartyId, now: Timestamp) -> NewEvent {
    let (photo_id, collection_id) = (Some(collection.photo_id), Some(collection.collection_id));
    NewEvent { photo_id, collection_id, ..NewEvent::new(kind, now, party_id) }
}

/// Audit entry of an office's device about a collection.
pub(super) fn audit_entry(
    event: AuditEvent,
    collection: &CollectionRecord,
    device_id: DeviceId,
    now: Timestamp,
) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: device_id.to_string(),
        event,
        subject: Some(collection.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": collection.photo_id, "office_id": collection.office_id }),
    }
}

/// Adds the number of hand-overs, if there were several, to the entry that ends a collection: not every hand-over has a
/// row.
pub(super) async fn record_hand_overs(
    connection: &mut StoreConnection,
    entry: &mut AuditEntry,
    collection_id: CollectionId,
) -> Result<(), StoreError> {
    let hand_overs = collection_devices::hand_overs(connection, collection_id).await?;
    if hand_overs > 1 {
        entry.details["hand_overs"] = hand_overs.into();
    }
    Ok(())
}

/// Settles an overdue hand-over: the photo counts as used. `actor` is the gateway that sweeps, or the device of the
/// office that settles afterwards.
pub(super) async fn settle_as_used(
    transaction: &mut WriteTransaction,
    collection: &CollectionRecord,
    at: Timestamp,
    now: Timestamp,
    actor: String,
) -> Result<(), StoreError> {
    transaction
        .query("UPDATE collections SET state = $1, settled_at = $2 WHERE collection_id = $3")
        .bind(params![CollectionState::Used, at, collection.collection_id])
        .execute()
        .await?;
    photos::erase(transaction, collection.photo_id, PhotoState::Used, at).await?;
    let studio_id = photos::studio_of(transaction, collection.photo_id).await?;
    let mut entry = AuditEntry {
        at: now,
        actor,
        event: AuditEvent::CollectionUsedByDefault,
        subject: Some(collection.collection_id.to_string()),
        details: serde_json::json!({ "photo_id": collection.photo_id, "office_id": collection.office_id, "settle_due": at }),
    };
    record_hand_overs(transaction, &mut entry, collection.collection_id).await?;
    transaction.mark_changed(RowId::Collection(collection.collection_id));
    transaction.mark_changed(RowId::Photo(collection.photo_id));
    transaction.append(entry);
    transaction.emit(event(EventKind::PhotoUsed, collection, studio_id, now));
    let ended = event(EventKind::CollectionUsedByDefault, collection, collection.office_id, now);
    transaction.emit(NewEvent { due: Some(at), ..ended });
    Ok(())
}

/// Adds a collection as the latest of its photo.
pub(super) async fn insert(
    transaction: &mut WriteTransaction,
    lease: &CollectionRecord,
    device_id: DeviceId,
) -> Result<(), StoreError> {
    transaction
        .query(
            "INSERT INTO collections (collection_id, photo_id, office_id, device_id, state, leased_at, lease_until)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(params![
            lease.collection_id,
            lease.photo_id,
            lease.office_id,
            device_id,
            lease.state,
            lease.leased_at,
            lease.lease_until
        ])
        .execute()
        .await?;
    transaction
        .query("UPDATE photos SET state = $1, collection_id = $2 WHERE photo_id = $3")
        .bind(params![PhotoState::Leased, lease.collection_id, lease.photo_id])
        .execute()
        .await?;
    collection_devices::note_code_shown(transaction, lease.collection_id, device_id, lease.leased_at).await?;
    transaction.mark_changed(RowId::Collection(lease.collection_id));
    transaction.mark_changed(RowId::Photo(lease.photo_id));
    transaction.append(audit_entry(AuditEvent::CollectionLeased, lease, device_id, lease.leased_at));
    Ok(())
}
