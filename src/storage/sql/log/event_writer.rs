//! Writer of events. It works in the transaction of the change and holds the lock of the audit log, so that the positions
//! of events follow the order of the commits on both databases.

use crate::domain::event::{EventPlace, NewEvent};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::values::params;

/// Adds events behind the newest one, without those that are stored already; returns true if any was added. The caller
/// holds the lock of the log.
pub(super) async fn append(transaction: &mut WriteTransaction, events: Vec<NewEvent>) -> Result<bool, StoreError> {
    if events.is_empty() {
        return Ok(false);
    }
    let before = newest(transaction).await?;
    let mut end = before;
    for event in events {
        let place = EventPlace::following(end, &event);
        let inserted = transaction
            .query(
                "INSERT INTO events (position, event_id, at, party_id, device_id, kind, photo_id, collection_id, due,
                                     deduplication_key)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (deduplication_key) DO NOTHING",
            )
            .bind(params![
                place.position,
                place.event_id,
                event.at,
                event.party_id,
                event.device_id,
                event.kind,
                event.photo_id,
                event.collection_id,
                event.due,
                event.deduplication_key()
            ])
            .execute()
            .await?;
        if inserted > 0 {
            end = Some(place);
        }
    }
    Ok(end != before)
}

/// Place of the newest event. It is never purged, so that no position is given twice.
pub(super) async fn newest(connection: &mut StoreConnection) -> Result<Option<EventPlace>, StoreError> {
    connection
        .query("SELECT position, event_id FROM events WHERE position = (SELECT max(position) FROM events)")
        .fetch_optional_as(|row| Ok(EventPlace { position: row.get("position")?, event_id: row.get("event_id")? }))
        .await
}
