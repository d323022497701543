//! Erasure report: the outcome of a photo, proved from its tombstone and its rows in the audit log.

use serde::Serialize;

use super::AuditEvent;
use super::chain::ChainRow;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId, PhotoId};
use crate::domain::photo::PhotoState;

/// The erasure report of a photo. It contains the identifiers of studios and offices, but no names.
#[derive(Debug, Clone, Serialize)]
pub struct ErasureReport {
    pub photo_id: PhotoId,
    pub state: PhotoState,
    pub deposited_at: Timestamp,
    pub deposited_by: DeviceId,
    pub studio_id: PartyId,
    /// `None` as long as the photo is stored.
    pub erased_at: Option<Timestamp>,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    /// The last office that leased it.
    pub office_id: Option<PartyId>,
    pub office_device_id: Option<DeviceId>,
    pub left: ErasureRemnants,
    pub epoch: EpochKey,
    /// Rows of the audit log about the photo.
    pub log: Vec<ErasureLogRow>,
    /// Number of the last verified row of the log. The rows in `log` are part of its chain.
    pub log_rows: i64,
    /// Digest of that row.
    pub log_head: Sha256Digest,
    /// True if the chain has no error.
    pub log_is_whole: bool,
    /// Time of the last completed sweep, which removes erased bytes from the files.
    pub last_swept_at: Option<Timestamp>,
}

/// Data that an erased photo must not have; true for each that still exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ErasureRemnants {
    /// The envelope.
    pub picture: bool,
    pub lookup_id: bool,
}

/// The epoch key without which no copy of the envelope can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EpochKey {
    /// Months since year 0.
    pub number: u32,
    /// True if the key file contains it; `None` if the key file cannot be read.
    pub is_alive: Option<bool>,
    /// Earliest time of its destruction; later if a photo of its month is still stored.
    pub ends_at: Timestamp,
}

/// A row of the audit log about the photo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasureLogRow {
    pub sequence: i64,
    pub at: Timestamp,
    pub event: String,
    /// A device id, `administrator` or `gateway`.
    pub actor: String,
    /// The next row contains it, too.
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

/// True if a photo is the subject of the row or, as in rows of collections, in its details.
pub fn mentions_photo(row: &ChainRow, photo_id: &str) -> bool {
    row.subject.as_deref() == Some(photo_id) || row.details.contains(photo_id)
}

/// Events that erase a photo.
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

    /// True if the photo is erased without remnants and the audit log proves it.
    pub fn is_proven(&self) -> bool {
        self.erased_at.is_some()
            && self.left == ErasureRemnants { picture: false, lookup_id: false }
            && self.log_is_whole
            && self.proof().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    fn report() -> ErasureReport {
        let (at, entropy) = (Timestamp::from_unix_milliseconds(1_795_339_800_000), SeededEntropy::new(1));
        let row = |sequence, event: AuditEvent| ErasureLogRow {
            sequence,
            at,
            event: event.name().to_owned(),
            actor: "gateway".into(),
            sha256: Sha256Digest::of(b"row"),
        };
        ErasureReport {
            photo_id: PhotoId::generate(at, &entropy).unwrap(),
            state: PhotoState::Expired,
            deposited_at: at,
            deposited_by: DeviceId::generate(at, &entropy).unwrap(),
            studio_id: PartyId::generate(at, &entropy).unwrap(),
            erased_at: Some(at),
            expires_at: at,
            office_id: None,
            office_device_id: None,
            left: ErasureRemnants { picture: false, lookup_id: false },
            epoch: EpochKey { number: 24_322, is_alive: Some(false), ends_at: at },
            log: vec![row(1, AuditEvent::PhotoDeposited), row(2, AuditEvent::PhotoExpired)],
            log_rows: 2,
            log_head: Sha256Digest::of(b"row"),
            log_is_whole: true,
            last_swept_at: None,
        }
    }

    #[test]
    fn an_erasure_is_proven_by_its_time_its_row_an_unbroken_log_and_no_remnants() {
        assert!(report().is_proven());
        let incomplete: [fn(&mut ErasureReport); 5] = [
            |report| report.erased_at = None,
            |report| report.left.picture = true,
            |report| report.left.lookup_id = true,
            |report| report.log_is_whole = false,
            |report| report.log.truncate(1),
        ];
        for (number, change) in incomplete.iter().enumerate() {
            let mut report = report();
            change(&mut report);
            assert!(!report.is_proven(), "{number}");
        }
    }
}
