//! What happened after a backup was taken, as far as an export of the transfer log tells.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::AuditEvent;
use super::chain::ChainRow;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;

/// The sum of some rows.
#[derive(Debug, Default)]
pub struct LogReplay {
    /// Where photos ended up that something happened to.
    pub photos: BTreeMap<PhotoId, PhotoOutcome>,
    /// Where collections ended up, by age.
    pub collections: BTreeMap<CollectionId, CollectionOutcome>,
    /// Devices that were cut off, and when.
    pub revoked: Vec<(DeviceId, Timestamp)>,
    /// Parties that were suspended, or taken again.
    pub suspended: BTreeMap<PartyId, bool>,
    /// Photos that were deposited: the log knows of them, and nobody has them any more.
    pub deposited: u64,
}

/// Where a photo ended up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoOutcome {
    /// Erased.
    Erased {
        /// How.
        state: PhotoState,
        /// When.
        at: Timestamp,
        /// Why a clerk refused it.
        reason: Option<String>,
    },
    /// Used once, and kept.
    Kept,
    /// Given back, or its lease ran out.
    Returned,
    /// An office holds it.
    Leased,
}

/// Where a collection ended up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionOutcome {
    /// What it is on.
    pub photo_id: PhotoId,
    /// Whose it is; not told by every row.
    pub office_id: Option<PartyId>,
    /// The device that entered the code.
    pub device_id: Option<DeviceId>,
    /// When the code was entered, if that was after the backup.
    pub leased_at: Option<Timestamp>,
    /// When the bytes first went out.
    pub handed_over_at: Option<Timestamp>,
    /// How it ended.
    pub state: CollectionState,
    /// When; `None` as long as it is open.
    pub settled_at: Option<Timestamp>,
}

impl LogReplay {
    /// Adds the next row. Events that leave nothing to be made up for are passed over.
    pub fn apply(&mut self, row: &ChainRow) {
        let event = serde_json::from_value(serde_json::Value::String(row.event.clone()));
        let Ok(event) = event else { return };
        let subject = row.subject.as_deref().unwrap_or_default();
        match event {
            AuditEvent::PhotoDeposited => self.deposited += 1,
            AuditEvent::PhotoWithdrawn => self.erase(subject, PhotoState::Withdrawn, row.at),
            AuditEvent::PhotoExpired => self.erase(subject, PhotoState::Expired, row.at),
            AuditEvent::DeviceRevoked => self.revoked.extend(parsed(subject).map(|device_id| (device_id, row.at))),
            AuditEvent::PartySuspended | AuditEvent::PartyResumed => {
                self.suspended.extend(parsed(subject).map(|party_id| (party_id, event == AuditEvent::PartySuspended)));
            }
            AuditEvent::CollectionLeased
            | AuditEvent::CollectionRenewed
            | AuditEvent::CollectionHandedOver
            | AuditEvent::CollectionUsed
            | AuditEvent::CollectionKept
            | AuditEvent::CollectionRefused
            | AuditEvent::CollectionReleased
            | AuditEvent::CollectionLapsed
            | AuditEvent::CollectionUsedByDefault => self.apply_collection(event, row),
            _ => {}
        }
    }

    fn erase(&mut self, photo_id: &str, state: PhotoState, at: Timestamp) {
        self.photos
            .extend(parsed(photo_id).map(|photo_id| (photo_id, PhotoOutcome::Erased { state, at, reason: None })));
    }

    fn apply_collection(&mut self, event: AuditEvent, row: &ChainRow) {
        let details: serde_json::Value = serde_json::from_str(&row.details).unwrap_or_default();
        let text = |key: &str| details[key].as_str().unwrap_or_default();
        let (Some(collection_id), Some(photo_id)) =
            (row.subject.as_deref().and_then(parsed::<CollectionId>), parsed(text("photo_id")))
        else {
            return;
        };
        let collection = self.collections.entry(collection_id).or_insert(CollectionOutcome {
            photo_id,
            office_id: None,
            device_id: None,
            leased_at: None,
            handed_over_at: None,
            state: CollectionState::Leased,
            settled_at: None,
        });
        collection.office_id = collection.office_id.or(parsed(text("office_id")));
        collection.device_id = collection.device_id.or(parsed(&row.actor));
        let (state, fate) = match event {
            AuditEvent::CollectionUsed | AuditEvent::CollectionUsedByDefault => {
                (CollectionState::Used, PhotoOutcome::Erased { state: PhotoState::Used, at: row.at, reason: None })
            }
            AuditEvent::CollectionRefused => {
                let reason = Some(text("reason").to_owned()).filter(|reason| !reason.is_empty());
                (CollectionState::Refused, PhotoOutcome::Erased { state: PhotoState::Refused, at: row.at, reason })
            }
            AuditEvent::CollectionKept => (CollectionState::Kept, PhotoOutcome::Kept),
            AuditEvent::CollectionReleased => (CollectionState::Released, PhotoOutcome::Returned),
            AuditEvent::CollectionLapsed => (CollectionState::Lapsed, PhotoOutcome::Returned),
            _ => (CollectionState::Leased, PhotoOutcome::Leased),
        };
        match event {
            AuditEvent::CollectionLeased => collection.leased_at = Some(row.at),
            AuditEvent::CollectionHandedOver => _ = collection.handed_over_at.get_or_insert(row.at),
            _ => {}
        }
        collection.state = state;
        collection.settled_at = (state != CollectionState::Leased).then_some(row.at);
        self.photos.insert(photo_id, fate);
    }
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}
