//! Requests and outcomes of the store.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::code::lookup::{LookupId, TombstoneId};
use crate::domain::digest::Sha256Digest;
use crate::domain::event::{EventCursor, StoredEvent};
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::party::{Caller, Party, Role};
use crate::domain::photo::availability::Availability;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::quarantine::{Quarantined, RevokedDevicePolicy};
use crate::domain::photo::withdrawal::WithdrawalDecision;
use crate::domain::photo::{PhotoRecord, PhotoState, SealedPhoto};

/// A certificate that a device presents.
#[derive(Debug, Clone)]
pub struct CertificateRecord {
    /// SHA-256 of the DER form.
    pub sha256: Sha256Digest,
    pub serial: Vec<u8>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// SHA-256 of the key's `SubjectPublicKeyInfo`; `None` if only the certificate's digest is known.
    pub key: Option<Sha256Digest>,
}

/// Certificate or key by which the gateway knows a device with a certificate of an external CA.
#[derive(Debug, Clone)]
pub enum Binding {
    /// Its renewal has to be bound again.
    Certificate(CertificateRecord),
    /// SHA-256 of the key's `SubjectPublicKeyInfo`; every certificate with this key is accepted.
    Key(Sha256Digest),
}

/// A certificate issued here that was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RevokedSerial {
    pub serial: Vec<u8>,
    /// Time at which its device was revoked.
    pub revoked_at: Timestamp,
}

/// Counts of a release from quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseCounts {
    /// Revoked devices whose photos were in quarantine.
    pub devices: u64,
    /// Their photos that have not been erased.
    pub photos: u64,
}

/// A caller with the facts that decide if its requests are served.
#[derive(Debug, Clone)]
pub struct CallerRecord {
    pub caller: Caller,
    pub revoked_at: Option<Timestamp>,
    /// Set if newer certificates of the device ended this one.
    pub ended: Option<EndedCertificate>,
    /// True if this is the first use of a renewed certificate, which the caller of the store must record.
    pub is_first_use: bool,
}

/// A certificate that is no longer accepted because its device has newer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedCertificate {
    /// First use of a newer certificate; `None` if none was used.
    pub newer_used_at: Option<Timestamp>,
}

/// A sealed photo that a deposit stores.
pub struct NewPhoto {
    /// Row of the photo; the state is `available`.
    pub record: PhotoRecord,
    /// Derived from the idempotency key; a repeated deposit has the same one.
    pub request_id: [u8; 32],
    pub lookup_id: LookupId,
    pub sealed: SealedPhoto,
}

/// Reason why a device lost its access during the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutOff {
    Revoked {
        at: Timestamp,
    },
    /// The studio or office of the device was suspended.
    Suspended {
        role: Role,
    },
}

/// Outcome of a deposit.
#[derive(Debug)]
pub enum DepositOutcome {
    Stored,
    CutOff(CutOff),
    /// A deposit with this request id is stored already.
    Repeated(Box<PreviousDeposit>),
}

/// An earlier deposit with the same request id.
#[derive(Debug, Clone)]
pub struct PreviousDeposit {
    pub photo: TrackedPhoto,
    /// The code of a repeat must lead to this tombstone id; otherwise the request is another photo with a used idempotency key.
    pub tombstone_id: TombstoneId,
}

/// A photo with its latest collection, on which its availability depends.
#[derive(Debug, Clone)]
pub struct TrackedPhoto {
    pub record: PhotoRecord,
    pub latest: Option<CollectionRecord>,
    /// Time of the backup that the photo was restored from; set while the photo is quarantined, `None` once it is released.
    pub quarantined_since: Option<Timestamp>,
    /// True if the photo was refused and the studio has marked that as seen.
    pub is_refusal_seen: bool,
}

/// Filter and page of a query for a studio's photos.
#[derive(Debug, Clone, Copy)]
pub struct PhotoQuery {
    /// Selects photos that are in this state at `now`.
    pub state: Option<PhotoState>,
    /// Selects photos that are older than this one.
    pub after: Option<PhotoId>,
    pub limit: u32,
    /// Time for which the states are computed.
    pub now: Timestamp,
}

/// One page of a studio's photos.
#[derive(Debug)]
pub struct PhotoPage {
    pub photos: Vec<TrackedPhoto>,
    /// Last photo of this page; `None` if there is no next page.
    pub next_after: Option<PhotoId>,
}

/// A request to withdraw a photo.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawRequest {
    pub photo_id: PhotoId,
    pub studio_id: PartyId,
    pub device_id: DeviceId,
    pub now: Timestamp,
}

/// Outcome of a withdrawal.
#[derive(Debug)]
pub enum WithdrawOutcome {
    CutOff(CutOff),
    NoSuchPhoto,
    /// The photo is in the state after the decision.
    Decided {
        decision: WithdrawalDecision,
        photo: Box<TrackedPhoto>,
    },
}

/// Outcome of a scrub of the write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubOutcome {
    /// No file contains erased bytes.
    Complete,
    /// A reader kept the write-ahead log open, which still contains erased bytes.
    Postponed,
}

/// Limits of wrong codes.
#[derive(Debug, Clone, Copy)]
pub struct WrongCodeLimits {
    /// Wrong codes per window after which the device is blocked.
    pub per_device: u32,
    /// Wrong codes of all devices per window that raise an alarm; they block no device.
    pub alarm_in_total: u32,
    pub window: Duration,
}

/// Alarm that the wrong codes of all devices in a window have reached the limit or a multiple of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongCodeAlarm {
    pub in_total: u32,
    /// Office with the most wrong codes.
    pub office_id: PartyId,
    pub of_office: u32,
}

/// A well-formed code that an office has entered.
#[derive(Debug, Clone)]
pub struct CodeAttempt {
    pub lookup_id: LookupId,
    pub office_id: PartyId,
    /// Wrong codes are counted for this device.
    pub device_id: DeviceId,
    pub now: Timestamp,
    pub limits: WrongCodeLimits,
    pub photos_of_revoked: RevokedDevicePolicy,
}

/// Outcome of a look-up by code.
#[derive(Debug)]
pub enum LookupOutcome {
    /// The device has sent too many wrong codes; the code was not looked up.
    Blocked { until: Timestamp },
    /// No photo has the code; the attempt was counted and audited.
    Unknown { alarm: Option<WrongCodeAlarm> },
    /// A photo or the tombstone of one.
    Found(Box<FoundPhoto>),
}

/// A photo found by its code.
#[derive(Debug)]
pub struct FoundPhoto {
    pub photo: TrackedPhoto,
    pub studio: Party,
    /// Availability to the office that sent the code.
    pub availability: Availability,
}

/// A request to lease a photo that was found by its code.
#[derive(Debug, Clone)]
pub struct LeaseRequest {
    pub photo_id: PhotoId,
    pub office_id: PartyId,
    pub device_id: DeviceId,
    /// Identifier for a new collection.
    pub collection_id: CollectionId,
    pub lease: Duration,
    pub photos_of_revoked: RevokedDevicePolicy,
    pub now: Timestamp,
}

/// Outcome of a request to lease.
#[derive(Debug)]
pub enum LeaseOutcome {
    New(CollectionRecord),
    /// The office has this collection already; the lease may have been renewed.
    Existing(CollectionRecord),
    Unavailable(Availability),
    CutOff(CutOff),
}

/// Purpose for which a collection's code is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchPurpose {
    /// The photo is sent to the office.
    HandOver,
    /// Only size and digest are sent (HEAD); nothing changes.
    Inspect,
}

/// A request for the photo of a collection.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    pub collection_id: CollectionId,
    pub attempt: CodeAttempt,
    /// Time to settle after a hand-over.
    pub settle_within: Duration,
    pub purpose: FetchPurpose,
}

/// Outcome of a request for the photo of a collection.
#[derive(Debug)]
pub enum FetchOutcome {
    /// The device has sent too many wrong codes; the code was not looked up.
    Blocked {
        until: Timestamp,
    },
    NoSuchCollection,
    /// The code belongs to another collection or to none; the attempt was counted and audited.
    WrongCode {
        alarm: Option<WrongCodeAlarm>,
    },
    /// The office must enter the code again.
    LeaseExpired {
        at: Timestamp,
    },
    Quarantined(Quarantined),
    /// The office has settled or released the collection.
    Settled {
        at: Timestamp,
    },
    CutOff(CutOff),
    Ready(Box<PhotoRecord>),
}

/// Counts of one sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Leases that ended without a hand-over.
    pub lapsed: u64,
    /// Hand-overs that were settled as used and erased.
    pub used_by_default: u64,
    /// Photos that were erased because they expired.
    pub expired: u64,
}

impl SweepReport {
    /// Reports whether another batch may be waiting.
    pub const fn has_changes(&self) -> bool {
        self.lapsed + self.used_by_default + self.expired > 0
    }
}

/// Counts of one purge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Tombstones that were deleted with their collections.
    pub tombstones: u64,
    pub log_rows: u64,
    pub events: u64,
}

impl PurgeReport {
    /// Reports whether another batch may be waiting.
    pub const fn has_changes(&self) -> bool {
        self.tombstones + self.log_rows + self.events > 0
    }
}

/// A request for the next events of a party.
#[derive(Debug, Clone, Copy)]
pub struct EventPageRequest {
    pub party_id: PartyId,
    /// Device that receives them.
    pub device_id: DeviceId,
    /// The last event that the device has.
    pub after: Option<EventCursor>,
    pub limit: u32,
}

/// Outcome of a request for events.
#[derive(Debug)]
pub enum EventPageOutcome {
    CutOff(CutOff),
    Page(Vec<StoredEvent>),
}

/// Rows whose end is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum DueSubject {
    Photos,
    /// Photos that an office received and has not settled.
    HandOvers,
    Certificates,
}

/// Place in the order of the ends.
#[derive(Debug, Clone)]
pub struct DuePosition {
    pub due: Timestamp,
    /// Identifier of the photo, collection or device.
    pub id: String,
}

/// A request to announce what ends after a place and until a time.
#[derive(Debug, Clone)]
pub struct DuePageRequest {
    pub subject: DueSubject,
    pub after: DuePosition,
    pub until: Timestamp,
    pub now: Timestamp,
}

/// One page of what ends soon.
#[derive(Debug)]
pub struct DuePage {
    /// Number of new events.
    pub announced: u64,
    /// Place after which the next page begins; `None` on the last page.
    pub next: Option<DuePosition>,
}
