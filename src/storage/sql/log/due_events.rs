//! Events that time triggers: photos, hand-overs and certificates that end soon.
//!
//! A page is read in the order of the ends. The keys of stored events have the same order, so that one more statement
//! finds those of the page.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::AssertSqlSafe;

use super::told_once::is_first;
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::storage::error::StoreError;
use crate::storage::requests::{DuePageRequest, DuePosition, DueSubject};
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::values::{DatabaseRow, params};

/// Rows per page; the limit is part of the statement, as in [`sweep`](crate::storage::sql::photo::sweep).
const DUE_PER_PAGE: usize = 500;

/// The missing events of one page.
pub(super) struct MissingEvents {
    pub(super) events: Vec<NewEvent>,
    /// `None` on the last page.
    pub(super) next: Option<DuePosition>,
}

/// Reads one page of what ends soon, and makes the events that are not stored yet.
pub(super) async fn page(
    connection: &mut StoreConnection,
    request: &DuePageRequest,
) -> Result<MissingEvents, StoreError> {
    let rows = match request.subject {
        DueSubject::Photos => photos(connection, request).await?,
        DueSubject::HandOvers => hand_overs(connection, request).await?,
        DueSubject::Certificates => certificates(connection, request).await?,
    };
    let next = rows.last().filter(|_| rows.len() == DUE_PER_PAGE).map(|(position, _)| position.clone());
    let mut events: Vec<_> = rows.into_iter().flat_map(|(_, events)| events).collect();
    remove_stored(connection, &mut events).await?;
    let mut addressed = Vec::with_capacity(events.len());
    for event in events {
        if event.kind == EventKind::PhotoKeptEnding {
            addressed.extend(to_keeper(connection, event).await?);
        } else {
            addressed.push(event);
        }
    }
    Ok(MissingEvents { events: addressed, next })
}

type DueRow = (DuePosition, Vec<NewEvent>);

/// Photos that no office holds. The end of one that an office keeps is told to this office, whose identifier is read later.
async fn photos(connection: &mut StoreConnection, request: &DuePageRequest) -> Result<Vec<DueRow>, StoreError> {
    let after = &request.after;
    connection
        .query(AssertSqlSafe(format!(
            "SELECT p.photo_id AS id, p.studio_id AS party_id, p.expires_at AS due, p.state FROM photos p
             WHERE p.state IN ('available', 'kept') AND p.expires_at >= $1 AND p.expires_at <= $2
               AND (p.expires_at > $1 OR p.photo_id > $3)
             ORDER BY p.expires_at, p.photo_id LIMIT {DUE_PER_PAGE}"
        )))
        .bind(params![after.due, request.until, after.id])
        .fetch_all_as(|row| {
            let photo_id: PhotoId = row.get("id")?;
            let kind = match row.get("state")? {
                PhotoState::Kept => EventKind::PhotoKeptEnding,
                _ => EventKind::PhotoExpiring,
            };
            Ok((position(row)?, vec![NewEvent { photo_id: Some(photo_id), ..due_event(row, kind, request)? }]))
        })
        .await
}

/// Photos that an office received and has not settled.
async fn hand_overs(connection: &mut StoreConnection, request: &DuePageRequest) -> Result<Vec<DueRow>, StoreError> {
    let after = &request.after;
    connection
        .query(AssertSqlSafe(format!(
            "SELECT c.collection_id AS id, c.photo_id, c.office_id AS party_id, c.settle_due AS due FROM collections c
             WHERE c.state = 'leased' AND c.settle_due IS NOT NULL
               AND coalesce(c.settle_due, c.lease_until) >= $1 AND coalesce(c.settle_due, c.lease_until) <= $2
               AND (coalesce(c.settle_due, c.lease_until) > $1 OR c.collection_id > $3)
             ORDER BY coalesce(c.settle_due, c.lease_until), c.collection_id LIMIT {DUE_PER_PAGE}"
        )))
        .bind(params![after.due, request.until, after.id])
        .fetch_all_as(|row| {
            let collection_id: CollectionId = row.get("id")?;
            let ending = due_event(row, EventKind::CollectionEnding, request)?;
            let (collection_id, photo_id) = (Some(collection_id), row.get("photo_id")?);
            Ok((position(row)?, vec![NewEvent { collection_id, photo_id, ..ending }]))
        })
        .await
}

/// Certificates of devices that have none that ends later.
async fn certificates(connection: &mut StoreConnection, request: &DuePageRequest) -> Result<Vec<DueRow>, StoreError> {
    let after = &request.after;
    connection
        .query(AssertSqlSafe(format!(
            "SELECT c.device_id AS id, d.party_id, c.not_after AS due
             FROM certificates c JOIN devices d ON d.device_id = c.device_id
             WHERE c.not_after >= $1 AND c.not_after <= $2 AND (c.not_after > $1 OR c.device_id > $3)
               AND d.revoked_at IS NULL AND c.not_after =
                   (SELECT max(n.not_after) FROM certificates n WHERE n.device_id = c.device_id)
             ORDER BY c.not_after, c.device_id LIMIT {DUE_PER_PAGE}"
        )))
        .bind(params![after.due, request.until, after.id])
        .fetch_all_as(|row| {
            let device_id: DeviceId = row.get("id")?;
            let ending = due_event(row, EventKind::CertificateEnding, request)?;
            Ok((position(row)?, vec![NewEvent { device_id: Some(device_id), ..ending }]))
        })
        .await
}

fn due_event(row: &DatabaseRow, kind: EventKind, request: &DuePageRequest) -> Result<NewEvent, StoreError> {
    Ok(NewEvent { due: Some(row.get("due")?), ..NewEvent::new(kind, request.now, row.get("party_id")?) })
}

fn position(row: &DatabaseRow) -> Result<DuePosition, StoreError> {
    Ok(DuePosition { due: row.get("due")?, id: row.get("id")? })
}

/// Removes the events that are stored already.
async fn remove_stored(connection: &mut StoreConnection, events: &mut Vec<NewEvent>) -> Result<(), StoreError> {
    let mut of_kind: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for event in &*events {
        of_kind.entry(event.kind.name()).or_default().insert(event.deduplication_key());
    }
    let mut stored = BTreeSet::new();
    for keys in of_kind.values() {
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { continue };
        let found: Vec<String> = connection
            .query("SELECT deduplication_key FROM events WHERE deduplication_key >= $1 AND deduplication_key <= $2")
            .bind(params![first, last])
            .fetch_all_as(|row| row.get("deduplication_key"))
            .await?;
        stored.extend(found);
    }
    events.retain(|event| !stored.contains(&event.deduplication_key()));
    Ok(())
}

/// Makes the office that keeps the photo the receiver: the last one that settled it as kept. `None` if no office is known
/// to keep it: a restore cannot repeat a collection by an office or a device that was added after the backup.
async fn to_keeper(connection: &mut StoreConnection, event: NewEvent) -> Result<Option<NewEvent>, StoreError> {
    let kept_by: Vec<(CollectionId, PartyId)> = connection
        .query("SELECT collection_id, office_id FROM collections WHERE photo_id = $1 AND state = 'kept'")
        .bind(params![event.photo_id])
        .fetch_all_as(|row| Ok((row.get("collection_id")?, row.get("office_id")?)))
        .await?;
    let Some((collection_id, office_id)) = kept_by.into_iter().max_by_key(|(collection_id, _)| *collection_id) else {
        if event.photo_id.is_some_and(|photo_id| is_first("keeper", photo_id)) {
            tracing::warn!(photo = ?event.photo_id, "the end of a kept photo is told to no office: its collection is not stored");
        }
        return Ok(None);
    };
    Ok(Some(NewEvent { collection_id: Some(collection_id), party_id: office_id, ..event }))
}
