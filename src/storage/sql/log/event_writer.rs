//! Writer of events. It works in the transaction of the change and holds the lock of the audit log, so that the positions
//! of events follow the order of the commits on both databases.

use std::collections::BTreeSet;

use sqlx::AssertSqlSafe;

use crate::domain::event::{EventPlace, NewEvent};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::values::{SqlValue, params};

/// Rows of one statement. A batch has always the same text, so that both databases prepare it once.
const ROWS_PER_STATEMENT: usize = 10;

/// Placeholders of ten rows.
const TEN_ROWS: &str = "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10), ($11, $12, $13, $14, $15, $16, $17, $18, $19, $20),
    ($21, $22, $23, $24, $25, $26, $27, $28, $29, $30), ($31, $32, $33, $34, $35, $36, $37, $38, $39, $40),
    ($41, $42, $43, $44, $45, $46, $47, $48, $49, $50), ($51, $52, $53, $54, $55, $56, $57, $58, $59, $60),
    ($61, $62, $63, $64, $65, $66, $67, $68, $69, $70), ($71, $72, $73, $74, $75, $76, $77, $78, $79, $80),
    ($81, $82, $83, $84, $85, $86, $87, $88, $89, $90), ($91, $92, $93, $94, $95, $96, $97, $98, $99, $100)";

/// Adds events behind the newest one, without those that are stored already; returns true if any was added. The caller
/// holds the lock of the log, for which all other commits wait: many events, which an announcement has, are added in batches.
pub(super) async fn append(transaction: &mut WriteTransaction, events: Vec<NewEvent>) -> Result<bool, StoreError> {
    if events.is_empty() {
        return Ok(false);
    }
    let before = newest(transaction).await?;
    let mut end = before;
    let mut events = without_repeats(events).into_iter();
    while events.len() >= ROWS_PER_STATEMENT {
        let batch: Vec<_> = events.by_ref().take(ROWS_PER_STATEMENT).collect();
        end = append_batch(transaction, end, batch).await?;
    }
    for event in events {
        end = append_one(transaction, end, event).await?;
    }
    Ok(end != before)
}

/// The events without those whose key an earlier one has.
fn without_repeats(mut events: Vec<NewEvent>) -> Vec<NewEvent> {
    let mut keys = BTreeSet::new();
    events.retain(|event| keys.insert(event.deduplication_key()));
    events
}

async fn append_batch(
    transaction: &mut WriteTransaction,
    end: Option<EventPlace>,
    batch: Vec<NewEvent>,
) -> Result<Option<EventPlace>, StoreError> {
    let stored: Vec<String> = transaction
        .query(
            "SELECT deduplication_key FROM events WHERE deduplication_key IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(batch.iter().flat_map(|event| params![event.deduplication_key()]))
        .fetch_all_as(|row| row.get("deduplication_key"))
        .await?;
    let mut end = end;
    if !stored.is_empty() {
        // Another node announced some of them a moment ago.
        for event in batch {
            end = append_one(transaction, end, event).await?;
        }
        return Ok(end);
    }
    let mut values = Vec::with_capacity(ROWS_PER_STATEMENT);
    for event in batch {
        let place = EventPlace::following(end, &event);
        values.extend(row(place, event));
        end = Some(place);
    }
    transaction
        .query(AssertSqlSafe(format!(
            "INSERT INTO events (position, event_id, at, party_id, device_id, kind, photo_id, collection_id, due,
                                 deduplication_key)
             VALUES {TEN_ROWS}"
        )))
        .bind(values)
        .execute()
        .await?;
    Ok(end)
}

async fn append_one(
    transaction: &mut WriteTransaction,
    end: Option<EventPlace>,
    event: NewEvent,
) -> Result<Option<EventPlace>, StoreError> {
    let place = EventPlace::following(end, &event);
    let inserted = transaction
        .query(
            "INSERT INTO events (position, event_id, at, party_id, device_id, kind, photo_id, collection_id, due,
                                 deduplication_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (deduplication_key) DO NOTHING",
        )
        .bind(row(place, event))
        .execute()
        .await?;
    Ok(if inserted > 0 { Some(place) } else { end })
}

/// Values of a row, in the order of the statements' columns.
fn row(place: EventPlace, event: NewEvent) -> [SqlValue; 10] {
    let deduplication_key = event.deduplication_key();
    params![
        place.position,
        place.event_id,
        event.at,
        event.party_id,
        event.device_id,
        event.kind,
        event.photo_id,
        event.collection_id,
        event.due,
        deduplication_key
    ]
}

/// Place of the newest event. It is never purged, so that no position is given twice.
pub(super) async fn newest(connection: &mut StoreConnection) -> Result<Option<EventPlace>, StoreError> {
    connection
        .query("SELECT position, event_id FROM events WHERE position = (SELECT max(position) FROM events)")
        .fetch_optional_as(|row| Ok(EventPlace { position: row.get("position")?, event_id: row.get("event_id")? }))
        .await
}
