//! Replay of the exported rows of the audit log that were written after a backup.

use std::collections::BTreeMap;

use super::AuditEvent;
use super::chain::ChainRow;
use super::log_event::LogEvent;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;

/// Outcomes of replayed rows.
#[derive(Debug, Default)]
pub struct LogReplay {
    pub photos: BTreeMap<PhotoId, PhotoOutcome>,
    /// Sorted by age.
    pub collections: BTreeMap<CollectionId, CollectionOutcome>,
    /// Devices that have sent the code of a collection.
    pub collection_devices: BTreeMap<(CollectionId, DeviceId), CollectionDeviceOutcome>,
    /// Devices with the time of their revocation.
    pub revoked: Vec<(DeviceId, Timestamp)>,
    /// Parties that were suspended (true) or resumed (false).
    pub suspended: BTreeMap<PartyId, bool>,
    /// Number of photos that were deposited since the backup and are lost.
    pub deposited: u64,
}

/// Outcome of a photo after the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoOutcome {
    Erased {
        state: PhotoState,
        at: Timestamp,
        /// Reason for which a clerk refused it.
        reason: Option<String>,
    },
    Kept,
    /// Released, or the lease lapsed.
    Returned,
    Leased,
}

/// Outcome of a collection after the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionOutcome {
    pub photo_id: PhotoId,
    /// Not every row contains it.
    pub office_id: Option<PartyId>,
    pub device_id: Option<DeviceId>,
    /// `None` if the lease began before the backup.
    pub leased_at: Option<Timestamp>,
    /// Time of the first hand-over.
    pub handed_over_at: Option<Timestamp>,
    pub state: CollectionState,
    /// `None` as long as the collection is open.
    pub settled_at: Option<Timestamp>,
}

/// Outcome of a device that has sent the code of a collection, after the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionDeviceOutcome {
    /// Time of the first row of the device.
    pub code_shown_at: Timestamp,
    /// Time of the first hand-over.
    pub handed_over_at: Option<Timestamp>,
    /// Time of the last hand-over that has a row.
    pub hand_over_logged_at: Option<Timestamp>,
    /// Minimum number of hand-overs, because not each has a row.
    pub hand_overs: i64,
}

impl LogReplay {
    /// Adds the next row. Events without an effect on a restore are skipped.
    pub fn apply(&mut self, row: &ChainRow) {
        let details = row.json_details();
        let Some(logged) = LogEvent::read(row, &details) else { return };
        match logged.event {
            AuditEvent::PhotoDeposited => self.deposited += 1,
            AuditEvent::PhotoWithdrawn => self.erase(&logged, PhotoState::Withdrawn),
            AuditEvent::PhotoExpired => self.erase(&logged, PhotoState::Expired),
            AuditEvent::DeviceRevoked => self.revoked.extend(logged.subject().map(|device_id| (device_id, row.at))),
            event @ (AuditEvent::PartySuspended | AuditEvent::PartyResumed) => {
                let is_suspended = event == AuditEvent::PartySuspended;
                self.suspended.extend(logged.subject().map(|party_id| (party_id, is_suspended)));
            }
            event => {
                if let Some(state) = event.collection_state() {
                    self.apply_collection(&logged, state);
                }
            }
        }
    }

    fn erase(&mut self, logged: &LogEvent<'_>, state: PhotoState) {
        let outcome = PhotoOutcome::Erased { state, at: logged.row.at, reason: None };
        self.photos.extend(logged.subject().map(|photo_id| (photo_id, outcome)));
    }

    fn apply_collection(&mut self, logged: &LogEvent<'_>, state: CollectionState) {
        let (Some(collection_id), Some(photo_id)) = (logged.subject(), logged.member("photo_id")) else { return };
        let at = logged.row.at;
        let collection = self.collections.entry(collection_id).or_insert(CollectionOutcome {
            photo_id,
            office_id: None,
            device_id: None,
            leased_at: None,
            handed_over_at: None,
            state: CollectionState::Leased,
            settled_at: None,
        });
        collection.office_id = collection.office_id.or(logged.member("office_id"));
        collection.device_id = collection.device_id.or(logged.actor());
        match logged.event {
            AuditEvent::CollectionLeased => collection.leased_at = Some(at),
            AuditEvent::CollectionHandedOver => _ = collection.handed_over_at.get_or_insert(at),
            _ => {}
        }
        collection.state = state;
        collection.settled_at = (state != CollectionState::Leased).then_some(at);
        let outcome = match state {
            CollectionState::Used => PhotoOutcome::Erased { state: PhotoState::Used, at, reason: None },
            CollectionState::Refused => {
                let reason = logged.member("reason").filter(|reason: &String| !reason.is_empty());
                PhotoOutcome::Erased { state: PhotoState::Refused, at, reason }
            }
            CollectionState::Kept => PhotoOutcome::Kept,
            CollectionState::Released | CollectionState::Lapsed => PhotoOutcome::Returned,
            CollectionState::Leased => PhotoOutcome::Leased,
        };
        self.photos.insert(photo_id, outcome);
        if let (CollectionState::Leased, Some(device_id)) = (state, logged.actor()) {
            self.apply_collection_device(logged, (collection_id, device_id));
        }
    }

    /// In every version, the device needs the code to lease, to renew and to receive the photo.
    fn apply_collection_device(&mut self, logged: &LogEvent<'_>, key: (CollectionId, DeviceId)) {
        let at = logged.row.at;
        let device = self.collection_devices.entry(key).or_insert(CollectionDeviceOutcome {
            code_shown_at: at,
            handed_over_at: None,
            hand_over_logged_at: None,
            hand_overs: 0,
        });
        if logged.event == AuditEvent::CollectionHandedOver {
            device.handed_over_at.get_or_insert(at);
            device.hand_over_logged_at = Some(at);
            device.hand_overs = logged.details["hand_overs"].as_i64().unwrap_or(1).max(device.hand_overs + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Sha256Digest;

    const DEVICE: &str = "01a20297-4dc0-7000-8000-000000000001";
    const COLLECTION: &str = "01a20297-4dc0-7000-8000-000000000002";

    fn row(sequence: i64, actor: &str, event: &str, hand_overs: Option<i64>) -> ChainRow {
        let mut details = serde_json::json!({ "photo_id": "01a20297-4dc0-7000-8000-000000000003" });
        details
            .as_object_mut()
            .unwrap()
            .extend(hand_overs.map(|hand_overs| ("hand_overs".to_owned(), hand_overs.into())));
        ChainRow {
            sequence,
            at: Timestamp::from_unix_milliseconds(sequence),
            actor: actor.into(),
            event: event.into(),
            subject: Some(COLLECTION.into()),
            details: details.to_string(),
            prev: Sha256Digest::of(b""),
            sha256: Sha256Digest::of(b""),
        }
    }

    #[test]
    fn hand_overs_are_as_many_as_the_last_row_tells_and_at_least_one_for_each_row() {
        let handed_over = "collection.handed_over";
        for (counts, expected) in [
            (&[None][..], 1),
            (&[None, Some(7), Some(31)], 31),
            // Rows of older versions have no count.
            (&[None, None, None], 3),
            (&[None, None, None, Some(2)], 4),
        ] {
            let mut replay = LogReplay::default();
            replay.apply(&row(1, DEVICE, "collection.leased", None));
            for (sequence, hand_overs) in (2..).zip(counts) {
                replay.apply(&row(sequence, DEVICE, handed_over, *hand_overs));
            }
            replay.apply(&row(90, "gateway", "collection.used_by_default", Some(99)));
            let devices: Vec<_> = replay.collection_devices.values().collect();
            let at = Timestamp::from_unix_milliseconds;
            let outcome = CollectionDeviceOutcome {
                code_shown_at: at(1),
                handed_over_at: Some(at(2)),
                hand_over_logged_at: Some(at(1 + counts.len() as i64)),
                hand_overs: expected,
            };
            assert_eq!(devices, [&outcome], "{counts:?}");
            let collections: Vec<_> = replay.collections.values().collect();
            assert_eq!(
                collections.iter().map(|collection| collection.handed_over_at).collect::<Vec<_>>(),
                [Some(at(2))]
            );
        }
    }

    #[test]
    fn a_collection_is_settled_at_the_time_of_its_last_row_unless_that_leases_it() {
        let mut replay = LogReplay::default();
        for (sequence, event, settled_at) in [
            (1, "collection.leased", None),
            (2, "collection.handed_over", None),
            (3, "collection.released", Some(Timestamp::from_unix_milliseconds(3))),
        ] {
            replay.apply(&row(sequence, DEVICE, event, None));
            let collection = replay.collections.values().next().unwrap();
            assert_eq!(collection.settled_at, settled_at, "{event}");
        }
    }

    #[test]
    fn deposits_since_the_backup_are_counted() {
        let mut replay = LogReplay::default();
        for sequence in 1..4 {
            replay.apply(&row(sequence, DEVICE, "photo.deposited", None));
        }
        assert_eq!(replay.deposited, 3);
    }

    #[test]
    fn settling_and_giving_back_show_no_code() {
        let mut replay = LogReplay::default();
        for event in ["collection.used", "collection.released"] {
            replay.apply(&row(1, DEVICE, event, None));
        }
        assert!(replay.collection_devices.is_empty());
    }
}
