//! Requests and outcomes of the store: one type each for each step.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::code::lookup::{LookupId, TombstoneId};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::party::{Caller, Party, Role};
use crate::domain::photo::availability::Availability;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::quarantine::{Quarantined, RevokedDevicePolicy};
use crate::domain::photo::withdrawal::WithdrawalDecision;
use crate::domain::photo::{PhotoRecord, PhotoState, SealedPhoto};

/// A certificate as the store knows it.
#[derive(Debug, Clone)]
pub struct CertificateRecord {
    /// SHA-256 of the DER form.
    pub sha256: Sha256Digest,
    /// The serial number's bytes.
    pub serial: Vec<u8>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// SHA-256 of the key's `SubjectPublicKeyInfo`; `None` if only the certificate's digest is known.
    pub key: Option<Sha256Digest>,
}

/// Certificate or key by which the gateway knows a device with a certificate of an external CA.
#[derive(Debug, Clone)]
pub enum Binding {
    /// This one certificate; its renewal has to be bound anew.
    Certificate(CertificateRecord),
    /// Every certificate for the key with this SHA-256 of its `SubjectPublicKeyInfo`.
    Key(Sha256Digest),
}

/// A certificate issued here that was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RevokedSerial {
    /// The serial number's bytes.
    pub serial: Vec<u8>,
    /// Time at which its device was revoked.
    pub revoked_at: Timestamp,
}

/// Counts of a release from quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReleaseCounts {
    /// Revoked devices whose photos were held back until now.
    pub devices: u64,
    /// Their photos that have not been erased.
    pub photos: u64,
}

/// A caller, with what decides whether its requests are served.
#[derive(Debug, Clone)]
pub struct CallerRecord {
    /// Device that calls, with its party.
    pub caller: Caller,
    /// Time at which its device was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Set if newer certificates of the device ended this one.
    pub ended: Option<EndedCertificate>,
    /// True if this is the first use of a renewed certificate, which is to be recorded.
    pub is_first_use: bool,
}

/// A certificate that is not accepted any more, since its device has newer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedCertificate {
    /// The first use of a newer one; `None` if none was used.
    pub newer_used_at: Option<Timestamp>,
}

/// A sealed photo about to be stored.
pub struct NewPhoto {
    /// Its row; the state is `available`.
    pub record: PhotoRecord,
    /// The name its repeat is known by.
    pub request_id: [u8; 32],
    /// Finds it by its code.
    pub lookup_id: LookupId,
    /// The picture.
    pub sealed: SealedPhoto,
}

/// Reason why a device that was admitted at the beginning of a request may not end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutOff {
    /// The device was revoked in the meantime.
    Revoked {
        /// Time of the revocation.
        at: Timestamp,
    },
    /// Its studio or office was suspended in the meantime.
    Suspended {
        /// Role of the party.
        role: Role,
    },
}

/// Outcome of a deposit.
#[derive(Debug)]
pub enum DepositOutcome {
    /// It is durable.
    Stored,
    /// The device was cut off while the photo was on its way.
    CutOff(CutOff),
    /// Another deposit with this request id was first.
    Repeated(Box<PreviousDeposit>),
}

/// A deposit made before.
#[derive(Debug, Clone)]
pub struct PreviousDeposit {
    pub photo: TrackedPhoto,
    /// Tombstone id that the code of a repeat must lead to; otherwise the repeat is another photo under a used key.
    pub tombstone_id: TombstoneId,
}

/// A photo's row with its latest collection: all that its availability depends on.
#[derive(Debug, Clone)]
pub struct TrackedPhoto {
    pub record: PhotoRecord,
    /// Its latest collection.
    pub latest: Option<CollectionRecord>,
    /// Time of the backup that the photo was restored from; set while the photo is quarantined, `None` once it is released.
    pub quarantined_since: Option<Timestamp>,
}

/// Filter and page of a query for a studio's photos.
#[derive(Debug, Clone, Copy)]
pub struct PhotoQuery {
    /// Only those in this state at `now`.
    pub state: Option<PhotoState>,
    /// Only those older than this one.
    pub after: Option<PhotoId>,
    /// At most so many.
    pub limit: u32,
    /// The moment that states are weighed at.
    pub now: Timestamp,
}

/// One page of a studio's photos.
#[derive(Debug)]
pub struct PhotoPage {
    /// Photos on this page.
    pub photos: Vec<TrackedPhoto>,
    /// Behind which the next page begins; `None` on the last.
    pub next_after: Option<PhotoId>,
}

/// A request to withdraw.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawRequest {
    pub photo_id: PhotoId,
    /// The studio that deposited it.
    pub studio_id: PartyId,
    pub device_id: DeviceId,
    /// Time of the request.
    pub now: Timestamp,
}

/// Outcome of a withdrawal; a refused request changes nothing.
#[derive(Debug)]
pub enum WithdrawOutcome {
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// This studio has no such photo.
    NoSuchPhoto,
    /// The photo was found.
    Decided {
        /// Done now, done before, or not possible.
        decision: WithdrawalDecision,
        /// The photo as it stands now.
        photo: Box<TrackedPhoto>,
    },
}

/// Outcome of a scrub of the write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubOutcome {
    /// No erased byte is left in any file.
    Complete,
    /// Somebody was reading; the write-ahead log still holds some.
    Postponed,
}

/// Limits of wrong codes.
#[derive(Debug, Clone, Copy)]
pub struct WrongCodeLimits {
    /// Wrong codes of one device in a window.
    pub per_device: u32,
    /// Wrong codes of all devices together in a window that raise an alarm; they keep nobody from right ones.
    pub alarm_in_total: u32,
    /// The window's length.
    pub window: Duration,
}

/// Alarm: the wrong codes of all devices together have reached their limit in this window, or a multiple of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongCodeAlarm {
    /// Wrong codes of all devices together.
    pub in_total: u32,
    /// Office that most of them come from.
    pub office_id: PartyId,
    pub of_office: u32,
}

/// A well-formed code in an office's hand.
#[derive(Debug, Clone)]
pub struct CodeAttempt {
    /// Lookup id derived from the code.
    pub lookup_id: LookupId,
    pub office_id: PartyId,
    /// The device that guesses are counted against.
    pub device_id: DeviceId,
    /// Time of the attempt.
    pub now: Timestamp,
    /// Limits of wrong codes.
    pub limits: WrongCodeLimits,
    /// Policy that decides whether photos of revoked devices are quarantined.
    pub photos_of_revoked: RevokedDevicePolicy,
}

/// Outcome of a look-up by code.
#[derive(Debug)]
pub enum LookupOutcome {
    /// Too many wrong codes; nothing was looked up.
    Blocked {
        /// End of the window.
        until: Timestamp,
    },
    /// No photo; counted and audited.
    Unknown {
        /// Set when this one raised it.
        alarm: Option<WrongCodeAlarm>,
    },
    /// A photo or its tombstone.
    Found(Box<FoundPhoto>),
}

/// A photo found by its code.
#[derive(Debug)]
pub struct FoundPhoto {
    pub photo: TrackedPhoto,
    /// Studio that deposited the photo.
    pub studio: Party,
    /// Its availability to the office that asks.
    pub availability: Availability,
}

/// A request to lease a photo that was found by its code.
#[derive(Debug, Clone)]
pub struct LeaseRequest {
    pub photo_id: PhotoId,
    pub office_id: PartyId,
    pub device_id: DeviceId,
    /// The new collection's identifier, if there is to be one.
    pub collection_id: CollectionId,
    /// Duration of the lease.
    pub lease: Duration,
    /// Policy that decides whether photos of revoked devices are quarantined.
    pub photos_of_revoked: RevokedDevicePolicy,
    /// Time of the request.
    pub now: Timestamp,
}

/// Outcome of a request to lease.
#[derive(Debug)]
pub enum LeaseOutcome {
    /// A new collection.
    New(CollectionRecord),
    /// The collection this office holds already, perhaps with a new lease.
    Existing(CollectionRecord),
    /// Its availability does not allow a lease.
    Unavailable(Availability),
    /// The device was cut off in the meantime.
    CutOff(CutOff),
}

/// Purpose for which a collection's code is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchPurpose {
    /// The bytes are about to go out.
    HandOver,
    /// Only their size and digest (HEAD); changes nothing.
    Inspect,
}

/// A request for a collection's bytes.
#[derive(Debug, Clone)]
pub struct FetchRequest {
    pub collection_id: CollectionId,
    /// The code and who holds it.
    pub attempt: CodeAttempt,
    /// For a hand-over: how long the office has to settle.
    pub settle_within: Duration,
    pub purpose: FetchPurpose,
}

/// Outcome of a request for a collection's bytes.
#[derive(Debug)]
pub enum FetchOutcome {
    /// Too many wrong codes; nothing was looked up.
    Blocked {
        /// End of the window.
        until: Timestamp,
    },
    /// This office has no such collection.
    NoSuchCollection,
    /// The code is not this collection's; counted and audited.
    WrongCode {
        /// Set when this one raised it.
        alarm: Option<WrongCodeAlarm>,
    },
    /// The lease ran out; the code has to be entered again.
    LeaseExpired {
        /// End of the lease.
        at: Timestamp,
    },
    /// The photo is held back, and an administrator is to look at it first.
    Quarantined(Quarantined),
    /// The collection was settled or given back.
    Settled {
        /// Time of the settlement.
        at: Timestamp,
    },
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// The photo, to be opened.
    Ready(Box<PhotoRecord>),
}

/// Counts of one sweep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Leases closed without a hand-over.
    pub lapsed: u64,
    /// Hand-overs settled as used, and erased.
    pub used_by_default: u64,
    /// Photos erased because their time ran out.
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
    /// Tombstones, each with its collections.
    pub tombstones: u64,
    /// Rows of the audit log.
    pub log_rows: u64,
}

impl PurgeReport {
    /// Reports whether another batch may be waiting.
    pub const fn has_changes(&self) -> bool {
        self.tombstones + self.log_rows > 0
    }
}
