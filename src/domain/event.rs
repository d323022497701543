//! Events for programs of studios and offices: what happened to a photo, a collection or a certificate, in the order of the commits.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::digest::Sha256Digest;
use super::id::{CollectionId, DeviceId, EventId, IdError, PartyId, PhotoId};
use super::photo::collection::Refusal;
use crate::clock::Timestamp;

/// Events are purged after this time.
pub const EVENT_RETENTION: Duration = Duration::from_hours(30 * 24);

/// Time before the end of a photo or a certificate at which its party gets an event.
pub const END_NOTICE: Duration = Duration::from_hours(14 * 24);

/// Time before a handed-over photo counts as used at which the office gets an event.
pub const SETTLE_NOTICE: Duration = Duration::from_hours(24);

/// Kind of an event. Receivers ignore kinds that they do not know.
//
// The name is stable: it appears in JSON, in event streams and in SQL.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
pub enum EventKind {
    /// For the studio: an office used the photo, or it counts as used.
    #[serde(rename = "photo.used")]
    #[strum(serialize = "photo.used")]
    PhotoUsed,
    /// For the studio: an office used the photo and keeps it for a second document.
    #[serde(rename = "photo.kept")]
    #[strum(serialize = "photo.kept")]
    PhotoKept,
    /// For the studio: an office refused the photo.
    #[serde(rename = "photo.refused")]
    #[strum(serialize = "photo.refused")]
    PhotoRefused,
    /// For the studio: a photo that no office holds or keeps is erased within 14 days.
    #[serde(rename = "photo.expiring")]
    #[strum(serialize = "photo.expiring")]
    PhotoExpiring,
    /// For the office that keeps the photo: it is erased within 14 days.
    #[serde(rename = "photo.kept_ending")]
    #[strum(serialize = "photo.kept_ending")]
    PhotoKeptEnding,
    /// For the office: its lease ended before a hand-over.
    #[serde(rename = "collection.lapsed")]
    #[strum(serialize = "collection.lapsed")]
    CollectionLapsed,
    /// For the office: it received the photo and did not settle in time, so that the photo counts as used.
    #[serde(rename = "collection.used_by_default")]
    #[strum(serialize = "collection.used_by_default")]
    CollectionUsedByDefault,
    /// For the office: a photo that it received counts as used within 24 hours.
    #[serde(rename = "collection.ending")]
    #[strum(serialize = "collection.ending")]
    CollectionEnding,
    /// For studio and office: the newest certificate of a device ends within 14 days.
    #[serde(rename = "certificate.ending")]
    #[strum(serialize = "certificate.ending")]
    CertificateEnding,
}

impl EventKind {
    /// The name in JSON, event streams and SQL.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// An event that has no position yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub kind: EventKind,
    pub at: Timestamp,
    /// Receiver.
    pub party_id: PartyId,
    pub device_id: Option<DeviceId>,
    pub photo_id: Option<PhotoId>,
    pub collection_id: Option<CollectionId>,
    /// The end that the event tells of: of a retention, a lease, a deadline or a certificate.
    pub due: Option<Timestamp>,
}

impl NewEvent {
    /// An event without subject and end.
    pub const fn new(kind: EventKind, at: Timestamp, party_id: PartyId) -> Self {
        Self { kind, at, party_id, device_id: None, photo_id: None, collection_id: None, due: None }
    }

    /// Key that only this event has. A second event with the same key is not stored, so that an event that time triggers is sent once,
    /// whichever nodes notice it. Keys of one kind sort by end and subject.
    pub fn deduplication_key(&self) -> String {
        let subject: Option<String> = match self.kind {
            EventKind::PhotoExpiring | EventKind::PhotoKeptEnding => self.photo_id.map(|id| id.to_string()),
            EventKind::CertificateEnding => self.device_id.map(|id| id.to_string()),
            EventKind::PhotoUsed
            | EventKind::PhotoKept
            | EventKind::PhotoRefused
            | EventKind::CollectionLapsed
            | EventKind::CollectionUsedByDefault
            | EventKind::CollectionEnding => self.collection_id.map(|id| id.to_string()),
        };
        let due = self.due.map_or(0, Timestamp::unix_milliseconds);
        format!("{}/{due:013}/{}", self.kind.name(), subject.unwrap_or_default())
    }
}

/// Position and identifier of a stored event. The identifier contains a digest of all events before it, so that a position of another
/// history of the database (after a restore) has another identifier. The position is no part of it: receivers could find it by trying, and
/// learn how many events all others have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPlace {
    pub position: i64,
    pub event_id: EventId,
}

impl EventPlace {
    /// The place of `event` behind the newest event.
    pub fn following(newest: Option<Self>, event: &NewEvent) -> Self {
        let position = newest.map_or(1, |newest| newest.position + 1);
        let mut hasher = Sha256::new();
        hasher.update(b"lichtbild/event/v1");
        hasher.update(newest.map_or([0; 16], |newest| *newest.event_id.as_bytes()));
        hasher.update(event.at.unix_milliseconds().to_be_bytes());
        hasher.update(event.deduplication_key());
        let digest = Sha256Digest::from_bytes(hasher.finalize().into());
        Self { position, event_id: EventId::of_digest(event.at, &digest) }
    }

    /// The cursor behind which the next events are.
    pub fn cursor(self) -> EventCursor {
        EventCursor { event_id: self.event_id }
    }
}

/// Place in the events that a receiver has reached; opaque to receivers. It contains no position, which would tell each receiver how many
/// events all studios and offices have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventCursor {
    pub event_id: EventId,
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.event_id, f)
    }
}

impl FromStr for EventCursor {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(|event_id| Self { event_id })
    }
}

/// A stored event, with what its photo and its device say when it is delivered.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    pub place: EventPlace,
    pub event: NewEvent,
    /// Only of a refused photo.
    pub refusal: Option<Refusal>,
    /// Only of a device.
    pub device_label: Option<String>,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    const AT: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn event(kind: EventKind) -> NewEvent {
        let party: PartyId = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap();
        NewEvent::new(kind, AT, party)
    }

    #[test]
    fn the_name_of_a_kind_is_the_one_in_json() {
        for kind in EventKind::VARIANTS {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(kind.name().parse(), Ok(*kind));
        }
    }

    #[test]
    fn a_cursor_says_nothing_about_the_events_of_others() {
        let first = EventPlace::following(None, &event(EventKind::PhotoUsed));
        let cursor = first.cursor();
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        // The identifier is the one that the receiver knows anyway.
        assert_eq!(cursor.to_string(), first.event_id.to_string());
        for wrong in ["", "1", "17-0c9d0e5f6a7b", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0"] {
            assert!(wrong.parse::<EventCursor>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_event_has_another_identifier_in_another_history() {
        let [first, other] = [EventKind::PhotoUsed, EventKind::PhotoRefused].map(event);
        let [first, other] = [first, other].map(|event| EventPlace::following(None, &event));
        let next = event(EventKind::PhotoKept);
        let [after_first, after_other] = [first, other].map(|place| EventPlace::following(Some(place), &next));
        assert_eq!((after_first.position, after_other.position), (2, 2));
        assert_ne!(after_first.cursor(), after_other.cursor());
        assert_eq!(EventPlace::following(Some(first), &next), after_first, "one history has one identifier");
    }

    #[test]
    fn events_that_time_triggers_sort_by_their_end() {
        let key = |due, photo: &str| {
            let due = Some(Timestamp::from_unix_milliseconds(due));
            NewEvent { due, photo_id: Some(photo.parse().unwrap()), ..event(EventKind::PhotoExpiring) }
                .deduplication_key()
        };
        let (low, high) = ("0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0f");
        let keys = [key(999_999_999_999, high), key(1_795_339_800_000, low), key(1_795_339_800_000, high)];
        assert!(keys.is_sorted(), "{keys:?}");
    }
}
