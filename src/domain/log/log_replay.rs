//! Replay of the rows of an export of the audit log that were written after a backup was taken.

use std::collections::BTreeMap;

use super::AuditEvent;
use super::chain::ChainRow;
use super::log_event::LogEvent;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;

/// The sum of some rows.
#[derive(Debug, Default)]
pub struct LogReplay {
    /// Outcomes of the photos that the rows tell of.
    pub photos: BTreeMap<PhotoId, PhotoOutcome>,
    /// Outcomes of the collections, by age.
    pub collections: BTreeMap<CollectionId, CollectionOutcome>,
    /// Devices that were cut off, and when.
    pub revoked: Vec<(DeviceId, Timestamp)>,
    /// Parties that were suspended, or taken again.
    pub suspended: BTreeMap<PartyId, bool>,
    /// Photos that were deposited: the log knows of them, and nobody has them any more.
    pub deposited: u64,
}

/// Outcome of a photo after the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoOutcome {
    /// Erased.
    Erased {
        /// Final state.
        state: PhotoState,
        /// Time of the erasure.
        at: Timestamp,
        /// Reason for which a clerk refused it.
        reason: Option<String>,
    },
    /// Used once, and kept.
    Kept,
    /// Given back, or its lease ran out.
    Returned,
    /// An office holds it.
    Leased,
}

/// Outcome of a collection after the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionOutcome {
    /// Photo that is collected.
    pub photo_id: PhotoId,
    /// Office that collects; not told by every row.
    pub office_id: Option<PartyId>,
    /// The device that entered the code.
    pub device_id: Option<DeviceId>,
    /// Time at which the code was entered, if that was after the backup.
    pub leased_at: Option<Timestamp>,
    /// Time at which the bytes first went out.
    pub handed_over_at: Option<Timestamp>,
    /// State after the rows.
    pub state: CollectionState,
    /// Time at which it ended; `None` as long as it is open.
    pub settled_at: Option<Timestamp>,
}

impl LogReplay {
    /// Adds the next row. Events that a restore has nothing to do for are skipped.
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
    }
}
