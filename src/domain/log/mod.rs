//! The audit log: one row for each change, chained to the row before it.
//!
//! Rows contain identifiers, states and counts, but no names, codes, notes or file names, so no personal data must ever be erased from
//! the chain. Their details contain keyed digests of the changed rows, which do not reveal names or notes either
//! (see [`row_digest`](reconciliation::row_digest)).

pub mod chain;
pub mod checkpoint;
pub mod erasure;
pub mod integrity;
mod log_event;
pub mod log_replay;
pub mod reconciliation;
pub mod watermark;

use sha2::{Digest, Sha256};

use super::digest::Sha256Digest;
use crate::clock::Timestamp;

/// Event that a row of the audit log records. The names are stable, because auditors' tools read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
pub enum AuditEvent {
    #[strum(serialize = "party.added")]
    PartyAdded,
    #[strum(serialize = "party.suspended")]
    PartySuspended,
    #[strum(serialize = "party.resumed")]
    PartyResumed,
    /// A device was added together with a certificate.
    #[strum(serialize = "device.added")]
    DeviceAdded,
    /// A new or a known device was invited to enrol.
    #[strum(serialize = "device.invited")]
    DeviceInvited,
    /// A device sent the right code and waits for the approval.
    #[strum(serialize = "device.enrolment_requested")]
    EnrolmentRequested,
    #[strum(serialize = "device.enrolment_approved")]
    EnrolmentApproved,
    /// A device got its first certificate over the network, or got it again.
    #[strum(serialize = "device.enrolled")]
    DeviceEnrolled,
    #[strum(serialize = "device.renewed")]
    DeviceRenewed,
    #[strum(serialize = "enrolment.code_wrong")]
    EnrolmentCodeWrong,
    /// A known device was refused a certificate.
    #[strum(serialize = "enrolment.refused")]
    EnrolmentRefused,
    /// The certificate of a device was revoked or expired.
    #[strum(serialize = "device.turned_away")]
    HandshakeRejected,
    #[strum(serialize = "device.revoked")]
    DeviceRevoked,
    /// An administrator released photos of revoked devices from quarantine.
    #[strum(serialize = "photos.released")]
    PhotosReleased,
    #[strum(serialize = "photo.deposited")]
    PhotoDeposited,
    /// The judge refused a photo, of which nothing was stored.
    #[strum(serialize = "photo.refused_by_judge")]
    PhotoRefusedByJudge,
    #[strum(serialize = "photo.withdrawn")]
    PhotoWithdrawn,
    #[strum(serialize = "photo.expired")]
    PhotoExpired,
    #[strum(serialize = "collection.leased")]
    CollectionLeased,
    /// The office entered the code of its collection again, on the same or another device.
    #[strum(serialize = "collection.renewed")]
    CollectionRenewed,
    /// First hand-over to a device. A repeat gets a row only minutes after the last one, with the number of hand-overs so far; the row
    /// that ends the collection has the total, if it is more than one. Older versions did not count, and of hand-overs between a backup
    /// and its restore only those in a replayed log are counted.
    #[strum(serialize = "collection.handed_over")]
    CollectionHandedOver,
    #[strum(serialize = "collection.used")]
    CollectionUsed,
    /// The office used the photo and keeps it for a second document.
    #[strum(serialize = "collection.kept")]
    CollectionKept,
    #[strum(serialize = "collection.refused")]
    CollectionRefused,
    #[strum(serialize = "collection.released")]
    CollectionReleased,
    /// The lease ended before a hand-over.
    #[strum(serialize = "collection.lapsed")]
    CollectionLapsed,
    #[strum(serialize = "collection.used_by_default")]
    CollectionUsedByDefault,
    #[strum(serialize = "tombstones.forgotten")]
    TombstonesPurged,
    /// Old rows of the log were purged, up to the last row that a signed checkpoint counts.
    #[strum(serialize = "log.shortened")]
    LogShortened,
    #[strum(serialize = "epochs.destroyed")]
    EpochsDestroyed,
    /// An administrator confirmed that the clock is right after it jumped.
    #[strum(serialize = "clock.confirmed")]
    ClockConfirmed,
    /// The database was restored from a backup; the log lacks the events since that backup.
    #[strum(serialize = "store.restored")]
    StoreRestored,
    /// An administrator released photos that were in quarantine since a restore.
    #[strum(serialize = "restored.released")]
    RestoredReleased,
    /// An administrator accepted a rolled-back database; its photos are in quarantine.
    #[strum(serialize = "rollback.confirmed")]
    RollbackConfirmed,
    /// All rows were copied from another database.
    #[strum(serialize = "store.moved")]
    StoreMoved,
    /// A well-formed code belongs to no photo.
    #[strum(serialize = "code.unknown")]
    CodeUnknown,
}

/// A row that is not in the chain yet.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// A device id, `administrator` or `gateway`.
    pub actor: String,
    pub event: AuditEvent,
    /// Identifier of a photo, collection, party or device.
    pub subject: Option<String>,
    pub details: serde_json::Value,
}

impl AuditEvent {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl AuditEntry {
    /// SHA-256 over the digest of the previous row and all fields, each after its length (64-bit, big endian), so that the fields of
    /// different rows cannot give the same input.
    pub fn chained_digest(&self, sequence: i64, previous: &Sha256Digest) -> Sha256Digest {
        chain_digest(
            previous,
            sequence,
            self.at.unix_milliseconds(),
            &self.actor,
            self.event.name(),
            self.subject.as_deref(),
            &self.details.to_string(),
        )
    }
}

/// The digest of a stored row, from its columns.
pub fn chain_digest(
    previous: &Sha256Digest,
    sequence: i64,
    at_milliseconds: i64,
    actor: &str,
    event: &str,
    subject: Option<&str>,
    details: &str,
) -> Sha256Digest {
    let mut hasher = Sha256::new();
    hasher.update(b"lichtbild/audit/v1");
    hasher.update(previous.as_bytes());
    hasher.update(sequence.to_be_bytes());
    hasher.update(at_milliseconds.to_be_bytes());
    hasher.update([u8::from(subject.is_some())]);
    for field in [actor, event, subject.unwrap_or(""), details] {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    Sha256Digest::from_bytes(hasher.finalize().into())
}

/// The digest before the first row.
pub const CHAIN_START: Sha256Digest = Sha256Digest::from_bytes([0; 32]);
