//! Erasure report: the fate of a photo, proved from the rows that remain of it.

use serde::Serialize;

use super::AuditEvent;
use super::chain::ChainRow;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;

/// The report. Names nobody: studios and offices by their identifiers, people not at all.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureReport {
    pub photo_id: PhotoId,
    /// Its last state.
    pub state: PhotoState,
    /// Time of the deposit.
    pub deposited_at: Timestamp,
    /// By which studio's device.
    pub deposited_by: DeviceId,
    pub studio_id: PartyId,
    /// Time of the erasure; `None` as long as the photo is there.
    pub erased_at: Option<Timestamp>,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    /// The office that had it last.
    pub office_id: Option<PartyId>,
    pub office_device_id: Option<DeviceId>,
    /// Remnants of the photo beside its tombstone.
    pub left: ErasureRemnants,
    /// The key of the month in which it was sealed.
    pub epoch: EpochKey,
    /// The rows of the audit log that tell of it.
    pub log: Vec<ErasureLogRow>,
    /// Number of the last row of the log that was walked; the rows in `log` are part of its chain.
    pub log_rows: i64,
    /// The digest of its last row.
    pub log_head: Sha256Digest,
    /// True if the whole chain holds.
    pub log_is_whole: bool,
    /// The last completed sweep: with it, erased bytes leave the files.
    pub last_swept_at: Option<Timestamp>,
}

/// Remnants that an erased photo must not have; true for each that is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ErasureRemnants {
    /// The sealed picture.
    pub picture: bool,
    /// Lookup id, which leads from the code to the photo.
    pub lookup_id: bool,
}

/// The key without which no copy of the sealed picture opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EpochKey {
    /// Its number: months since year 0.
    pub number: u32,
    /// True if it is still in the key file; `None` if the key file cannot be read.
    pub is_alive: Option<bool>,
    /// From when on it can be destroyed; later, as long as any photo of its month is there.
    pub ends_at: Timestamp,
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasureLogRow {
    /// Its place.
    pub sequence: i64,
    /// Time of the event.
    pub at: Timestamp,
    /// Name of the event.
    pub event: String,
    /// Actor: a device id, `administrator` or `gateway`.
    pub actor: String,
    /// Its digest, which the next row repeats.
    pub sha256: Sha256Digest,
}

impl From<&ChainRow> for ErasureLogRow {
    fn from(row: &ChainRow) -> Self {
        Self {
            sequence: row.sequence,
            at: row.at,
            event: row.event.clone(),
            actor: row.actor.clone(),
            sha256: row.sha256,
        }
    }
}

/// Reports whether a row tells of a photo: as its subject, or in its details, as the rows of collections do.
pub fn mentions_photo(row: &ChainRow, photo_id: &str) -> bool {
    row.subject.as_deref() == Some(photo_id) || row.details.contains(photo_id)
}

/// The events that erase.
const ERASING_EVENTS: [AuditEvent; 5] = [
    AuditEvent::CollectionUsed,
    AuditEvent::CollectionRefused,
    AuditEvent::CollectionUsedByDefault,
    AuditEvent::PhotoWithdrawn,
    AuditEvent::PhotoExpired,
];

impl ErasureReport {
    /// The row that proves the erasure.
    pub fn proof(&self) -> Option<&ErasureLogRow> {
        let erases = |row: &&ErasureLogRow| ERASING_EVENTS.iter().any(|event| event.name() == row.event);
        self.log.iter().rev().find(erases)
    }

    /// Reports whether the photo is erased, nothing of it is left, and the audit log proves it.
    pub fn is_proven(&self) -> bool {
        self.erased_at.is_some()
            && self.left == ErasureRemnants { picture: false, lookup_id: false }
            && self.log_is_whole
            && self.proof().is_some()
    }
}
