//! The storage contract: each operation is one step of a flow and one whole transaction, its audit rows included.
//!
//! A successful answer is durable: when a call returns, a machine that loses its power has lost nothing of it. A refused request
//! has left no trace but, where said so, an audit row.

use std::ops::Range;

use async_trait::async_trait;

use super::audit_log::AuditLog;
use super::collection_requests::{CollectionAtDevice, ListedCollection, SettleOutcome, SettleRequest};
use super::enrolment_requests::{
    ApprovalOutcome, EnrolmentAttempt, EnrolmentCodeCheck, EnrolmentStep, InvitationRecord, InviteOutcome,
    NewInvitation, RenewalOutcome, RenewalRequest,
};
use super::error::StoreError;
use super::requests::{
    Binding, CallerRecord, CertificateRecord, CodeAttempt, DepositOutcome, FetchOutcome, FetchRequest, LeaseOutcome,
    LeaseRequest, LookupOutcome, NewPhoto, PhotoPage, PhotoQuery, PreviousDeposit, ReleaseCounts, RevokedSerial,
    ScrubOutcome, SweepReport, TrackedPhoto, WithdrawOutcome, WithdrawRequest,
};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::log::AuditEntry;
use crate::domain::log::watermark::RollbackError;
use crate::domain::party::credential::Credential;
use crate::domain::party::invitation::{Invitation, InvitationLookupId};
use crate::domain::party::{Device, Party, Role};
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::{PhotoState, StoredPhoto};

/// Everything that the gateway remembers.
///
/// Every method fails with [`StoreError::Unavailable`] when the database cannot be read or written just now, and with
/// [`StoreError::Damaged`] when it holds what this program never wrote.
#[async_trait]
pub trait Store: AuditLog + Send + Sync {
    // Parties and devices

    /// Adds a studio or office. [`StoreError::AlreadyExists`] when its role, name and place are taken.
    async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError>;
    /// All parties of a role, by name.
    async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError>;
    /// One party.
    async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError>;
    /// Suspends or resumes a party; `false` when it was so before, or there is none.
    async fn set_suspended(&self, party_id: PartyId, suspended: bool, audit: AuditEntry) -> Result<bool, StoreError>;
    /// Adds a device with its first certificate. [`StoreError::KeyReused`] when another device has or had its key.
    async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;
    /// Adds an office's device whose certificate was issued elsewhere. [`StoreError::AlreadyExists`] when that certificate or
    /// key is bound already, [`StoreError::KeyReused`] when another device has or had its key.
    async fn bind_device(&self, device: &Device, binding: &Binding, audit: AuditEntry) -> Result<(), StoreError>;
    /// The devices that are bound to a key, with the key's SHA-256.
    async fn bound_keys(&self) -> Result<Vec<(DeviceId, Sha256Digest)>, StoreError>;
    /// Tells if a device is known to have or have had the key: such a key is certified and bound for no other. Not known are keys of
    /// certificates from before they were written down, unless an invitation led to them. Asked beforehand; every operation that gives a
    /// key to a device asks again.
    async fn is_key_known(&self, key: &Sha256Digest) -> Result<bool, StoreError>;
    /// One device.
    async fn device(&self, device_id: DeviceId) -> Result<Option<Device>, StoreError>;
    /// The devices of a role with their parties, by party name and age: all of the country's, for administrators alone.
    async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError>;
    /// Cuts a device off; `false` when it was revoked before, or there is none.
    async fn revoke_device(&self, device_id: DeviceId, at: Timestamp, audit: AuditEntry) -> Result<bool, StoreError>;
    /// Device and party that a certificate belongs to, with their state. A certificate of an external CA only ever belongs to an office.
    async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError>;
    /// The live certificates of revoked devices ([`MAX_LIVE_CERTIFICATES`](crate::domain::party::renewal::MAX_LIVE_CERTIFICATES)) that have
    /// not yet expired, the keys that revoked devices are bound to, and the keys of their live certificates: SHA-256 of each. A
    /// revoked key is revoked under whatever certificate, also another device's.
    async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError>;
    /// The live certificates issued here to revoked devices of a role that end after `alive_after`, by age of the revocation.
    async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError>;
    /// Lets photos be collected again that revoked devices of a studio, or one of them, had deposited. Nothing changes, and
    /// nothing is written down, when there is no such device.
    async fn release_photos(
        &self,
        studio: PartyId,
        device: Option<DeviceId>,
        audit: AuditEntry,
    ) -> Result<ReleaseCounts, StoreError>;

    // Enrolment

    /// Invites a device, a new one or one that is there; an older invitation of it is withdrawn.
    async fn invite(&self, invitation: &NewInvitation, audit: AuditEntry) -> Result<InviteOutcome, StoreError>;
    /// The invitation that a code leads to.
    async fn invitation(&self, lookup: &InvitationLookupId) -> Result<Option<InvitationRecord>, StoreError>;
    /// The latest invitation of each device of a role that has one.
    async fn invitations(&self, role: Role) -> Result<Vec<(DeviceId, Invitation)>, StoreError>;
    /// Weighs an enrolment code. A wrong one is counted and audited; nothing else changes before [`Store::enrol`].
    async fn check_enrolment_code(&self, attempt: &EnrolmentAttempt) -> Result<EnrolmentCodeCheck, StoreError>;
    /// Carries out what a right code leads to: binds its key, or spends it for a certificate. Weighed anew in the same
    /// transaction; `false`, and nothing changed, when it leads elsewhere by now.
    async fn enrol(&self, attempt: &EnrolmentAttempt, step: &EnrolmentStep) -> Result<bool, StoreError>;
    /// Agrees to the request that a device has made with this key.
    async fn approve_enrolment(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<ApprovalOutcome, StoreError>;
    /// Adds a further certificate to a device that has shown an older one. The fourth ends the oldest.
    async fn renew(&self, renewal: &RenewalRequest) -> Result<RenewalOutcome, StoreError>;
    /// Notes the first use of a renewed certificate.
    async fn record_first_use(&self, certificate: Sha256Digest, at: Timestamp) -> Result<(), StoreError>;

    // Deposit

    /// A deposit made before under this request id.
    async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError>;
    /// Stores a sealed photo, unless its request id is taken: then the deposit that took it is answered.
    async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<DepositOutcome, StoreError>;
    /// Writes down that something was refused.
    async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError>;
    /// One photo of a studio with its latest collection.
    async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError>;
    /// A studio's photos, newest first, from behind `after`. A page may be short, even empty, and yet not be the last: the work
    /// for one page is bounded.
    async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<PhotoPage, StoreError>;
    /// Withdraws a photo of this studio and erases it.
    async fn withdraw(&self, request: &WithdrawRequest) -> Result<WithdrawOutcome, StoreError>;

    // Collection

    /// Looks a code up. A wrong one is counted and audited; once a limit is reached, right ones are not looked up either.
    async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookupOutcome, StoreError>;
    /// The sealed picture; `None` once it is erased.
    async fn sealed_photo(&self, photo_id: PhotoId) -> Result<Option<StoredPhoto>, StoreError>;
    /// Leases a photo to an office, if its availability allows it.
    async fn lease(&self, request: &LeaseRequest) -> Result<LeaseOutcome, StoreError>;
    /// Checks a code against a collection of this office. With [`FetchPurpose::HandOver`](super::requests::FetchPurpose::HandOver) the hand-over is durable before this
    /// returns, so that the bytes can go out and no other office will ever get them.
    async fn fetch(&self, request: &FetchRequest) -> Result<FetchOutcome, StoreError>;
    /// Settles a collection of this office; `None` when it has no such collection. Erases in the same transaction.
    async fn settle(&self, request: &SettleRequest) -> Result<SettleOutcome, StoreError>;
    /// One collection of an office.
    async fn collection(
        &self,
        office: PartyId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionRecord>, StoreError>;
    /// One collection of an office, as one of its devices finds it.
    async fn collection_at_device(
        &self,
        office: PartyId,
        device_id: DeviceId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionAtDevice>, StoreError>;
    /// An office's collections, newest first, from behind `after`.
    async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError>;

    /// The collections of an office that are open at `now`, from whichever day: newest first, from behind `after`.
    async fn open_collections(
        &self,
        office: PartyId,
        now: Timestamp,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError>;
    /// The collections of an office that ended in `ended`: the last one to end first, from behind `after`.
    async fn ended_collections(
        &self,
        office: PartyId,
        ended: Range<Timestamp>,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError>;

    // Upkeep

    /// Does what time demands: closes lapsed leases, settles what was never settled, erases what expired. One batch; call
    /// again while it reports work.
    async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError>;
    /// Makes erased bytes leave the files too. Waits for nobody: while somebody reads, it says so and is to be tried again.
    async fn scrub_erased(&self) -> Result<ScrubOutcome, StoreError>;
    /// The oldest epoch that a photo which is still there was sealed in.
    async fn oldest_epoch_in_use(&self) -> Result<Option<u32>, StoreError>;
    /// Binds the store to a key file by its fingerprint, the first time; `false` when it is bound to another one.
    async fn bind_key_file(&self, fingerprint: &Sha256Digest) -> Result<bool, StoreError>;
    /// Time at which the last sweep was completed.
    async fn last_swept_at(&self) -> Result<Option<Timestamp>, StoreError>;
    /// The last time that an administrator confirmed the clock.
    async fn clock_confirmed_at(&self) -> Result<Option<Timestamp>, StoreError>;
    /// Confirms the clock: the last sweep counts as completed at that time.
    async fn confirm_clock(&self, at: Timestamp, audit: AuditEntry) -> Result<(), StoreError>;
    /// Notes that a sweep was completed.
    async fn record_sweep(&self, at: Timestamp) -> Result<(), StoreError>;
    /// The reason why nothing is changed and no photo is handed out; `None` unless the database went back in time.
    fn rollback(&self) -> Option<RollbackError>;
    /// Checks with a small write that a photo could be deposited and collected now.
    async fn check_ready(&self, now: Timestamp) -> Result<(), StoreError>;
    /// Number of photos in each state.
    async fn photo_counts(&self) -> Result<Vec<(PhotoState, u64)>, StoreError>;
    /// Returns when a device or a party was revoked, suspended or resumed on any node since it last returned, or may have been: so that revocations are
    /// read at once. A store of one machine never returns, a line to a server may be down: whoever waits asks now and then, too.
    async fn changed(&self);
}
