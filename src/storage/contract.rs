//! The storage contract: each operation is one step of a flow and one whole transaction, its audit rows included.
//!
//! What a store answers is durable: when a call returns, a machine that loses its power has lost nothing of it. What a store
//! refuses has left no trace but, where said so, an audit row.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Timestamp;
use crate::domain::audit::AuditEntry;
use crate::domain::collection::{CollectionRecord, Outcome};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::lifecycle::{Settlement, Standing};
use crate::domain::lookup::{LookupId, TombstoneId};
use crate::domain::party::{Caller, Device, Party, Role};
use crate::domain::photo::{PhotoRecord, PhotoState, SealedPhoto};
use crate::domain::withdrawal::Withdrawal;

/// Everything that the gateway remembers.
///
/// Every method fails with [`StoreError::Unavailable`] when the database cannot be read or written just now, and with
/// [`StoreError::Damaged`] when it holds what this program never wrote.
#[async_trait]
pub trait Store: Send + Sync {
    // Parties and devices

    /// Adds a studio or office. [`StoreError::AlreadyThere`] when its role, name and place are taken.
    async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError>;
    /// All parties of a role, by name.
    async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError>;
    /// One party.
    async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError>;
    /// Suspends or resumes a party; `false` when it was so before, or there is none.
    async fn set_suspended(&self, party_id: PartyId, suspended: bool, audit: AuditEntry) -> Result<bool, StoreError>;
    /// Adds a device with its first certificate.
    async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;
    /// The devices of a role with their parties, by party name and age.
    async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError>;
    /// Cuts a device off; `false` when it was revoked before, or there is none.
    async fn revoke_device(&self, device_id: DeviceId, at: Timestamp, audit: AuditEntry) -> Result<bool, StoreError>;
    /// Whose certificate this is, with the standing of its device and party.
    async fn caller(&self, certificate: Sha256Digest) -> Result<Option<CallerRecord>, StoreError>;
    /// The certificates of revoked devices that have not yet expired.
    async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError>;

    // Deposit

    /// A deposit made before under this request id.
    async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError>;
    /// Stores a sealed photo, unless its request id is taken: then the deposit that took it is answered.
    async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<Deposited, StoreError>;
    /// Writes down that something was refused.
    async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError>;
    /// One photo of a studio with its latest collection.
    async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError>;
    /// A studio's photos, newest first, from behind `after`.
    async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<Vec<TrackedPhoto>, StoreError>;
    /// Withdraws a photo of this studio and erases it; `None` when it has no such photo.
    async fn withdraw(
        &self,
        studio: PartyId,
        photo_id: PhotoId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<Option<(Withdrawal, TrackedPhoto)>, StoreError>;

    // Collection

    /// Looks a code up. A wrong one is counted and audited; once a limit is reached, right ones are not looked up either.
    async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookUp, StoreError>;
    /// The sealed picture; `None` once it is erased.
    async fn sealed(&self, photo_id: PhotoId) -> Result<Option<SealedPhoto>, StoreError>;
    /// Leases a photo to an office, if its standing allows.
    async fn lease(&self, request: &LeaseRequest) -> Result<Leased, StoreError>;
    /// Checks a code against a collection of this office. With [`FetchPurpose::HandOver`] the hand-over is durable before this
    /// returns, so that the bytes can go out and no other office will ever get them.
    async fn fetch(&self, request: &FetchRequest) -> Result<Fetch, StoreError>;
    /// Settles a collection of this office; `None` when it has no such collection. Erases in the same transaction.
    async fn settle(&self, request: &SettleRequest) -> Result<Option<Settled>, StoreError>;
    /// An office's collections, newest first, from behind `after`.
    async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError>;

    // Upkeep

    /// Does what time demands: closes lapsed leases, settles what was never settled, erases what expired. One batch; call
    /// again while it reports work.
    async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError>;
    /// Makes erased bytes leave the files too, as far as readers allow just now.
    async fn purge_erased(&self) -> Result<(), StoreError>;
    /// Whether a photo could be deposited and collected just now.
    async fn ready(&self) -> Result<(), StoreError>;
    /// How many photos are in each state.
    async fn census(&self) -> Result<Vec<(PhotoState, u64)>, StoreError>;
}

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
}

/// A caller and whether it is in good standing.
#[derive(Debug, Clone)]
pub struct CallerRecord {
    /// Who it is.
    pub caller: Caller,
    /// When its device was cut off.
    pub revoked_at: Option<Timestamp>,
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

/// What became of a deposit.
#[derive(Debug)]
pub enum Deposited {
    /// It is durable.
    Stored,
    /// Another deposit with this request id was first.
    Repeated(Box<PreviousDeposit>),
}

/// A deposit made before.
#[derive(Debug, Clone)]
pub struct PreviousDeposit {
    /// The photo.
    pub photo: TrackedPhoto,
    /// What a repeat's code must lead to in the end, or else it is another photo under a used key.
    pub tombstone_id: TombstoneId,
}

/// A photo's row with its latest collection: all that its standing depends on.
#[derive(Debug, Clone)]
pub struct TrackedPhoto {
    /// The photo.
    pub record: PhotoRecord,
    /// Its latest collection.
    pub latest: Option<CollectionRecord>,
}

/// Which of a studio's photos are asked for.
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

/// How many wrong codes are borne.
#[derive(Debug, Clone, Copy)]
pub struct GuessLimits {
    /// Wrong codes of one device in a window.
    pub per_device: u32,
    /// Wrong codes of all devices together in a window.
    pub over_all: u32,
    /// The window's length.
    pub window: Duration,
}

/// A well-formed code in an office's hand.
#[derive(Debug, Clone)]
pub struct CodeAttempt {
    /// What the code leads to.
    pub lookup_id: LookupId,
    /// The office.
    pub office_id: PartyId,
    /// The device that guesses are counted against.
    pub device_id: DeviceId,
    /// When.
    pub now: Timestamp,
    /// How many wrong codes are borne.
    pub limits: GuessLimits,
}

/// What a code led to.
#[derive(Debug)]
pub enum LookUp {
    /// Too many wrong codes; nothing was looked up.
    Blocked {
        /// When the window ends.
        until: Timestamp,
    },
    /// No photo; counted and audited.
    Unknown,
    /// A photo or its tombstone.
    Found(Box<FoundPhoto>),
}

/// A photo found by its code.
#[derive(Debug)]
pub struct FoundPhoto {
    /// The photo.
    pub photo: TrackedPhoto,
    /// Who deposited it.
    pub studio: Party,
    /// How it stands toward the office that asks.
    pub standing: Standing,
}

/// A request to lease a photo that was found by its code.
#[derive(Debug, Clone)]
pub struct LeaseRequest {
    /// The photo.
    pub photo_id: PhotoId,
    /// The office.
    pub office_id: PartyId,
    /// Its device.
    pub device_id: DeviceId,
    /// The new collection's identifier, if there is to be one.
    pub collection_id: CollectionId,
    /// How long the lease runs.
    pub lease: Duration,
    /// When.
    pub now: Timestamp,
}

/// What became of a request to lease.
#[derive(Debug)]
pub enum Leased {
    /// A new collection.
    New(CollectionRecord),
    /// The collection this office holds already, perhaps with a new lease.
    Again(CollectionRecord),
    /// Its standing does not allow it.
    No(Standing),
}

/// Why a collection's code is checked.
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
    /// The collection.
    pub collection_id: CollectionId,
    /// The code and who holds it.
    pub attempt: CodeAttempt,
    /// For a hand-over: how long the office has to settle.
    pub settle_within: Duration,
    /// What for.
    pub purpose: FetchPurpose,
}

/// What became of a request for bytes.
#[derive(Debug)]
pub enum Fetch {
    /// Too many wrong codes; nothing was looked up.
    Blocked {
        /// When the window ends.
        until: Timestamp,
    },
    /// This office has no such collection.
    NoSuchCollection,
    /// The code is not this collection's; counted and audited.
    WrongCode,
    /// The lease ran out; the code has to be entered again.
    LeaseOver {
        /// When.
        at: Timestamp,
    },
    /// The collection was settled or given back.
    Over {
        /// When.
        at: Timestamp,
    },
    /// The photo, to be opened.
    Ready(Box<PhotoRecord>),
}

/// A request to settle.
#[derive(Debug, Clone)]
pub struct SettleRequest {
    /// The collection.
    pub collection_id: CollectionId,
    /// The office that holds it.
    pub office_id: PartyId,
    /// Its device.
    pub device_id: DeviceId,
    /// How it ends.
    pub outcome: Outcome,
    /// For kept: when the code stops to work.
    pub kept_until: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

/// What became of a request to settle.
#[derive(Debug)]
pub struct Settled {
    /// Done now, done before, or not possible.
    pub settlement: Settlement,
    /// The collection as it stands now.
    pub collection: CollectionRecord,
}

/// What a sweep did.
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
    /// Whether another batch may be waiting.
    pub const fn did_something(&self) -> bool {
        self.lapsed + self.used_by_default + self.expired > 0
    }
}

/// What a caller of a store may act on.
#[derive(Debug)]
pub enum StoreError {
    /// Cannot be read or written just now: locked too long, disk full, gone. Trying again later can help.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// The database was written by a newer version of this program.
    NewerSchema {
        /// The newest migration it has seen.
        version: i64,
    },
    /// What is to be added is there already.
    AlreadyThere,
    /// The database holds what this program never wrote.
    Damaged(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => f.write_str("the database cannot be used just now"),
            Self::NewerSchema { version } => write!(
                f,
                "the database was written by a newer lichtbild-gateway (schema {version}): run that version or restore a backup"
            ),
            Self::AlreadyThere => f.write_str("it is there already"),
            Self::Damaged(what) => write!(f, "the database is damaged: {what}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
