//! The audit log: one row for each change, each row chained to the one before it.
//!
//! Rows hold identifiers, states and counts; never a name, a code, a note or a file name, so that nothing in the chain ever
//! has to be erased for a person's sake. Digests of the changed rows stand in their details, keyed, so that they tell nothing of a
//! name or a note either (see [`row_digest`](reconciliation::row_digest)).

pub mod chain;
pub mod checkpoint;
pub mod erasure;
pub mod integrity;
mod log_event;
pub mod log_replay;
pub mod reconciliation;
pub mod watermark;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::digest::Sha256Digest;
use crate::clock::Timestamp;

/// Event that a row of the audit log records. The names are stable, auditors' tools see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuditEvent {
    /// A studio or office was added.
    #[serde(rename = "party.added")]
    PartyAdded,
    /// Its requests are refused from now on.
    #[serde(rename = "party.suspended")]
    PartySuspended,
    /// Its requests are taken again.
    #[serde(rename = "party.resumed")]
    PartyResumed,
    /// A device was added and has a certificate.
    #[serde(rename = "device.added")]
    DeviceAdded,
    /// A device was invited to enrol, a new one or one that is known.
    #[serde(rename = "device.invited")]
    DeviceInvited,
    /// A device showed the right code and waits for approval.
    #[serde(rename = "device.enrolment_requested")]
    EnrolmentRequested,
    /// An administrator agreed to a device's enrolment.
    #[serde(rename = "device.enrolment_approved")]
    EnrolmentApproved,
    /// A device got its first certificate over the wire, or got it once more.
    #[serde(rename = "device.enrolled")]
    DeviceEnrolled,
    /// A device got a further certificate with the one it has.
    #[serde(rename = "device.renewed")]
    DeviceRenewed,
    /// A wrong enrolment code was tried for a device that is invited.
    #[serde(rename = "enrolment.code_wrong")]
    EnrolmentCodeWrong,
    /// A device that is known was refused a certificate.
    #[serde(rename = "enrolment.refused")]
    EnrolmentRefused,
    /// A handshake with a device's certificate was refused: revoked or expired.
    #[serde(rename = "device.turned_away")]
    HandshakeRejected,
    /// A device was cut off for good.
    #[serde(rename = "device.revoked")]
    DeviceRevoked,
    /// An administrator lets the photos of revoked devices be collected again.
    #[serde(rename = "photos.released")]
    PhotosReleased,
    /// A photo was accepted and is durable.
    #[serde(rename = "photo.deposited")]
    PhotoDeposited,
    /// A photo was judged and refused; nothing of it was stored.
    #[serde(rename = "photo.refused_by_judge")]
    PhotoRefusedByJudge,
    /// A studio took a photo back; it is erased.
    #[serde(rename = "photo.withdrawn")]
    PhotoWithdrawn,
    /// A photo's time ran out; it is erased.
    #[serde(rename = "photo.expired")]
    PhotoExpired,
    /// An office entered a code and holds the photo.
    #[serde(rename = "collection.leased")]
    CollectionLeased,
    /// The office that holds the photo entered the code again: to open it once more, or at a further device.
    #[serde(rename = "collection.renewed")]
    CollectionRenewed,
    /// The bytes go out: the first time to a device. A repeat has a row only minutes after the last, with the number of hand-overs so
    /// far; the row that ends the collection tells how many were counted, if more than one. Older versions counted none, and of those
    /// between a backup and its restore only those are counted that a replayed log tells of.
    #[serde(rename = "collection.handed_over")]
    CollectionHandedOver,
    /// An office used the photo; it is erased.
    #[serde(rename = "collection.used")]
    CollectionUsed,
    /// An office used the photo and keeps it for a second document.
    #[serde(rename = "collection.kept")]
    CollectionKept,
    /// A clerk refused the photo; it is erased.
    #[serde(rename = "collection.refused")]
    CollectionRefused,
    /// An office gave the photo back.
    #[serde(rename = "collection.released")]
    CollectionReleased,
    /// A lease ran out before anything was handed over.
    #[serde(rename = "collection.lapsed")]
    CollectionLapsed,
    /// A hand-over was not settled in time and counts as used; the photo is erased.
    #[serde(rename = "collection.used_by_default")]
    CollectionUsedByDefault,
    /// Tombstones were purged at the end of their retention.
    #[serde(rename = "tombstones.forgotten")]
    TombstonesPurged,
    /// The log's front, whose time is over, goes: up to a row that a signed checkpoint vouches for.
    #[serde(rename = "log.shortened")]
    LogShortened,
    /// The keys of months whose photos are all gone were destroyed.
    #[serde(rename = "epochs.destroyed")]
    EpochsDestroyed,
    /// An administrator confirmed that the clock is right after a long rest.
    #[serde(rename = "clock.confirmed")]
    ClockConfirmed,
    /// A gateway was made of a backup; what happened after that was taken is not in the log.
    #[serde(rename = "store.restored")]
    StoreRestored,
    /// An administrator lets photos be collected again that were held back since a restore.
    #[serde(rename = "restored.released")]
    RestoredReleased,
    /// An administrator confirmed a database that went back in time; its photos are held back.
    #[serde(rename = "rollback.confirmed")]
    RollbackConfirmed,
    /// All rows came here from another database.
    #[serde(rename = "store.moved")]
    StoreMoved,
    /// A well-formed code that belongs to no photo.
    #[serde(rename = "code.unknown")]
    CodeUnknown,
}

/// A row before it has its place in the chain.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// Time of the event.
    pub at: Timestamp,
    /// Actor: a device id, `administrator` or `gateway`.
    pub actor: String,
    /// Event that is recorded.
    pub event: AuditEvent,
    /// To what: the identifier of a photo, collection, party or device.
    pub subject: Option<String>,
    /// More of it, as JSON.
    pub details: serde_json::Value,
}

impl AuditEvent {
    /// The stable name.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        }
    }
}

impl AuditEntry {
    /// The event's stable name.
    pub fn event_name(&self) -> String {
        self.event.name()
    }

    /// The row's own digest: SHA-256 over the previous row's digest and every field, each with its length before it (64-bit,
    /// big endian), so that no two rows run together.
    pub fn chained_digest(&self, sequence: i64, previous: &Sha256Digest) -> Sha256Digest {
        chain_digest(
            previous,
            sequence,
            self.at.unix_milliseconds(),
            &self.actor,
            &self.event_name(),
            self.subject.as_deref(),
            &self.details.to_string(),
        )
    }
}

/// The digest of a stored row, from its columns as they stand.
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

/// The digest that stands before the first row.
pub const CHAIN_START: Sha256Digest = Sha256Digest::from_bytes([0; 32]);
