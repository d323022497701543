//! Reading of events: pages for one receiver, and who has new ones.

use super::told_once::is_first;
use super::{due_events, event_writer};
use crate::domain::event::{EventCursor, EventKind, EventPlace, NewEvent, StoredEvent};
use crate::domain::id::PartyId;
use crate::domain::photo::collection::{Refusal, RefusalReason};
use crate::storage::error::StoreError;
use crate::storage::requests::{DuePage, DuePageRequest, EventPageOutcome, EventPageRequest};
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};
use crate::storage::sql::party::cut_off::read_cut_off;

/// Keeps the wait of other commits short, which wait for the lock of the log. The same page is then read again.
const EVENTS_PER_COMMIT: usize = 100;

impl SqlStore {
    /// The next events of a party in the order of their commits, for one of its devices. Begins with the oldest stored
    /// event if the cursor is missing, purged, or of another history of the database, so that none is left out.
    /// [`StoreError::RolledBack`] while the database is older than the last row known to be durable.
    pub async fn event_page(&self, request: &EventPageRequest) -> Result<EventPageOutcome, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            self.guard().check()?;
            if let Some(cut_off) = read_cut_off(&mut connection, request.device_id).await? {
                return Ok(EventPageOutcome::CutOff(cut_off));
            }
            let position = match request.after {
                Some(cursor) => position(&mut connection, request.party_id, cursor).await?.unwrap_or(0),
                None => 0,
            };
            let events = events_after(&mut connection, request.party_id, position, request.limit).await?;
            // The database may have been replaced by an older one meanwhile.
            self.guard().check()?;
            Ok(EventPageOutcome::Page(events))
        })
        .await
    }

    /// Place of the newest event; `None` if there is none.
    pub async fn newest_event(&self) -> Result<Option<EventPlace>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            event_writer::newest(&mut connection).await
        })
        .await
    }

    /// Receivers of the events after a place, at most `limit` events of them; `None` if another event is stored at that place, or none.
    pub async fn event_receivers(&self, after: EventPlace, limit: u32) -> Result<Option<Vec<PartyId>>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let mut stored = connection
                .query(
                    "SELECT position, event_id, party_id FROM events WHERE position >= $1 ORDER BY position LIMIT $2",
                )
                .bind(params![after.position, limit + 1])
                .fetch_all_as(|row| Ok((place(row)?, row.get("party_id")?)))
                .await?
                .into_iter();
            if stored.next().is_none_or(|(first, _)| first != after) {
                return Ok(None);
            }
            Ok(Some(stored.map(|(_, party_id)| party_id).collect()))
        })
        .await
    }

    /// The suspended studios and offices.
    pub async fn suspended_parties(&self) -> Result<Vec<PartyId>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let suspended = connection.query("SELECT party_id FROM parties WHERE suspended");
            suspended.fetch_all_as(|row| row.get("party_id")).await
        })
        .await
    }

    /// Adds events for one page of what ends soon, unless they are stored already.
    pub async fn announce_due(&self, request: &DuePageRequest) -> Result<DuePage, StoreError> {
        self.with_retry(|| async {
            let page = {
                let mut connection = self.read().await?;
                due_events::page(&mut connection, request).await?
            };
            if page.events.is_empty() {
                return Ok(DuePage { announced: 0, next: page.next });
            }
            self.announce(request).await
        })
        .await
    }

    /// Reads the page again in the transaction that adds the events: a photo may have been used meanwhile. PostgreSQL
    /// locks no photo for it, so that the event of a use that is committed at this moment may come before the
    /// announcement of the photo's end.
    async fn announce(&self, request: &DuePageRequest) -> Result<DuePage, StoreError> {
        let mut transaction = self.write().await?;
        let mut page = due_events::page(&mut transaction, request).await?;
        if page.events.len() > EVENTS_PER_COMMIT {
            page.events.truncate(EVENTS_PER_COMMIT);
            page.next = Some(request.after.clone());
        }
        let announced = page.events.len() as u64;
        page.events.into_iter().for_each(|event| transaction.emit(event));
        transaction.commit().await?;
        Ok(DuePage { announced, next: page.next })
    }
}

/// Position of the cursor's event, behind which are the events that the receiver lacks; `None` if it is not stored.
async fn position(
    connection: &mut StoreConnection,
    party_id: PartyId,
    cursor: EventCursor,
) -> Result<Option<i64>, StoreError> {
    connection
        .query("SELECT position FROM events WHERE event_id = $1 AND party_id = $2")
        .bind(params![cursor.event_id, party_id])
        .fetch_optional_as(|row| row.get("position"))
        .await
}

/// Events behind a position, with what the row of the photo or of the device says: no note and no name is stored with an
/// event. Fewer than `limit` only if there are no more: events of a kind that a newer version added are left out.
async fn events_after(
    connection: &mut StoreConnection,
    party_id: PartyId,
    position: i64,
    limit: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    let (mut events, mut position) = (Vec::new(), position);
    loop {
        let missing = limit as usize - events.len();
        let rows = connection
            .query(
                "SELECT e.position, e.event_id, e.at, e.party_id, e.device_id, e.kind, e.photo_id, e.collection_id,
                        e.due, p.refusal_reason, p.refusal_note, d.label
                 FROM events e
                 LEFT JOIN photos p ON e.kind = 'photo.refused' AND p.photo_id = e.photo_id
                 LEFT JOIN devices d ON e.kind = 'certificate.ending' AND d.device_id = e.device_id
                 WHERE e.party_id = $1 AND e.position > $2 ORDER BY e.position LIMIT $3",
            )
            .bind(params![party_id, position, missing as i64])
            .fetch_all_as(|row| Ok((row.get::<i64>("position")?, stored_event(row)?)))
            .await?;
        let is_last_page = rows.len() < missing;
        position = rows.last().map_or(position, |(position, _)| *position);
        events.extend(rows.into_iter().filter_map(|(_, stored)| stored));
        if is_last_page || events.len() >= limit as usize {
            return Ok(events);
        }
    }
}

fn place(row: &DatabaseRow) -> Result<EventPlace, StoreError> {
    Ok(EventPlace { position: row.get("position")?, event_id: row.get("event_id")? })
}

/// `None` for a kind that a newer version added: this version cannot say what happened.
fn stored_event(row: &DatabaseRow) -> Result<Option<StoredEvent>, StoreError> {
    let (place, kind) = (place(row)?, row.get::<String>("kind")?);
    let Ok(kind) = kind.parse::<EventKind>() else {
        if is_first("kind", place.event_id) {
            tracing::warn!(position = place.position, kind, "an event of an unknown kind is left out");
        }
        return Ok(None);
    };
    let event = NewEvent {
        kind,
        at: row.get("at")?,
        party_id: row.get("party_id")?,
        device_id: row.get("device_id")?,
        photo_id: row.get("photo_id")?,
        collection_id: row.get("collection_id")?,
        due: row.get("due")?,
    };
    Ok(Some(StoredEvent { place, event, refusal: refusal(row, place)?, device_label: row.get("label")? }))
}

/// `None` also for a reason that a newer version added: the receiver learns at least of the refusal.
fn refusal(row: &DatabaseRow, place: EventPlace) -> Result<Option<Refusal>, StoreError> {
    let Some(text) = row.get::<Option<String>>("refusal_reason")? else { return Ok(None) };
    let Ok(reason) = serde_json::from_value::<RefusalReason>(text.as_str().into()) else {
        if is_first("reason", place.event_id) {
            tracing::warn!(
                position = place.position,
                reason = text,
                "an event is sent without its reason, which is unknown"
            );
        }
        return Ok(None);
    };
    Ok(Some(Refusal { reason, note: row.get("refusal_note")? }))
}
