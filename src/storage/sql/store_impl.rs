//! Implementation of the storage contract: each operation runs its statements, bounded in time.

use std::ops::Range;

use async_trait::async_trait;

use super::engine::sql_store::{Database, SqlStore};
use super::{log, metadata, party, photo};
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
use crate::storage::collection_requests::{CollectionAtDevice, ListedCollection, SettleOutcome, SettleRequest};
use crate::storage::enrolment_requests::{
    ApprovalOutcome, EnrolmentAttempt, EnrolmentCodeCheck, EnrolmentStep, InvitationRecord, InviteOutcome,
    NewInvitation, RenewalOutcome, RenewalRequest,
};
use crate::storage::error::StoreError;
use crate::storage::requests::{
    Binding, CallerRecord, CertificateRecord, CodeAttempt, DepositOutcome, FetchOutcome, FetchRequest, LeaseOutcome,
    LeaseRequest, LookupOutcome, NewPhoto, PhotoPage, PhotoQuery, PreviousDeposit, ReleaseCounts, RevokedSerial,
    ScrubOutcome, SweepReport, TrackedPhoto, WithdrawOutcome, WithdrawRequest,
};
use crate::storage::store::Store;

#[async_trait]
impl Store for SqlStore {
    async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| party::parties::add(self, party, &audit)).await
    }

    async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError> {
        self.with_retry(|| party::parties::list(self, role)).await
    }

    async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError> {
        self.with_retry(|| party::parties::find(self, party_id)).await
    }

    async fn set_suspended(&self, party_id: PartyId, suspended: bool, audit: AuditEntry) -> Result<bool, StoreError> {
        self.with_retry(|| party::parties::set_suspended(self, party_id, suspended, &audit)).await
    }

    async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        self.with_retry(|| party::parties::add_device(self, device, certificate, &audit)).await
    }

    async fn bind_device(&self, device: &Device, binding: &Binding, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| party::external_devices::add_device(self, device, binding, &audit)).await
    }

    async fn bound_keys(&self) -> Result<Vec<(DeviceId, Sha256Digest)>, StoreError> {
        self.with_retry(|| party::external_devices::bound_keys(self)).await
    }

    async fn is_key_known(&self, key: &Sha256Digest) -> Result<bool, StoreError> {
        self.with_retry(|| party::reused_keys::is_known(self, key)).await
    }

    async fn device(&self, device_id: DeviceId) -> Result<Option<Device>, StoreError> {
        self.with_retry(|| party::invitations::device(self, device_id)).await
    }

    async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
        self.with_retry(|| party::parties::devices(self, role)).await
    }

    async fn revoke_device(&self, device_id: DeviceId, at: Timestamp, audit: AuditEntry) -> Result<bool, StoreError> {
        self.with_retry(|| party::parties::revoke_device(self, device_id, at, &audit)).await
    }

    async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError> {
        self.with_retry(|| party::parties::caller(self, credential)).await
    }

    async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError> {
        self.with_retry(|| party::parties::revoked_certificates(self, now)).await
    }

    async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError> {
        self.with_retry(|| party::parties::revoked_serials(self, role, alive_after)).await
    }

    async fn release_photos(
        &self,
        studio: PartyId,
        device: Option<DeviceId>,
        audit: AuditEntry,
    ) -> Result<ReleaseCounts, StoreError> {
        self.with_retry(|| photo::quarantine::release(self, studio, device, &audit)).await
    }

    async fn invite(&self, invitation: &NewInvitation, audit: AuditEntry) -> Result<InviteOutcome, StoreError> {
        self.with_retry(|| party::invitations::invite(self, invitation, &audit)).await
    }

    async fn invitation(&self, lookup: &InvitationLookupId) -> Result<Option<InvitationRecord>, StoreError> {
        self.with_retry(|| party::invitations::find(self, lookup)).await
    }

    async fn invitations(&self, role: Role) -> Result<Vec<(DeviceId, Invitation)>, StoreError> {
        self.with_retry(|| party::invitations::latest_of_role(self, role)).await
    }

    async fn check_enrolment_code(&self, attempt: &EnrolmentAttempt) -> Result<EnrolmentCodeCheck, StoreError> {
        self.with_retry(|| party::enrolment::check_code(self, attempt)).await
    }

    async fn enrol(&self, attempt: &EnrolmentAttempt, step: &EnrolmentStep) -> Result<bool, StoreError> {
        self.with_retry(|| party::enrolment::enrol(self, attempt, step)).await
    }

    async fn approve_enrolment(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<ApprovalOutcome, StoreError> {
        self.with_retry(|| party::invitations::approve(self, device_id, key, now, &audit)).await
    }

    async fn renew(&self, renewal: &RenewalRequest) -> Result<RenewalOutcome, StoreError> {
        self.with_retry(|| party::certificates::renew(self, renewal)).await
    }

    async fn record_first_use(&self, certificate: Sha256Digest, at: Timestamp) -> Result<(), StoreError> {
        self.with_retry(|| party::certificates::note_first_use(self, certificate, at)).await
    }

    async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError> {
        self.with_retry(|| photo::deposit::find(self, request_id)).await
    }

    async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<DepositOutcome, StoreError> {
        self.with_retry(|| photo::deposit::deposit(self, &photo, &audit)).await
    }

    async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| log::audit_writer::append_entry(self, &audit)).await
    }

    async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError> {
        self.with_retry(|| photo::photos::find(self, studio, photo_id)).await
    }

    async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<PhotoPage, StoreError> {
        self.with_retry(|| photo::photos::list(self, studio, query)).await
    }

    async fn withdraw(&self, request: &WithdrawRequest) -> Result<WithdrawOutcome, StoreError> {
        self.with_retry(|| photo::withdraw::withdraw(self, request)).await
    }

    async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookupOutcome, StoreError> {
        self.with_retry(|| photo::collect::look_up(self, attempt)).await
    }

    async fn sealed_photo(&self, photo_id: PhotoId) -> Result<Option<StoredPhoto>, StoreError> {
        self.with_retry(|| photo::photos::sealed_photo(self, photo_id)).await
    }

    async fn lease(&self, request: &LeaseRequest) -> Result<LeaseOutcome, StoreError> {
        self.with_retry(|| photo::collect::lease(self, request)).await
    }

    async fn fetch(&self, request: &FetchRequest) -> Result<FetchOutcome, StoreError> {
        self.with_retry(|| photo::collect::fetch(self, request)).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleOutcome, StoreError> {
        self.with_retry(|| photo::settle::settle(self, request)).await
    }

    async fn collection(
        &self,
        office: PartyId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionRecord>, StoreError> {
        self.with_retry(|| photo::collections::find(self, collection_id, office)).await
    }

    async fn collection_at_device(
        &self,
        office: PartyId,
        device_id: DeviceId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionAtDevice>, StoreError> {
        self.with_retry(|| photo::desk::collection_at_device(self, office, device_id, collection_id)).await
    }

    async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError> {
        self.with_retry(|| photo::collections::list(self, office, after, limit)).await
    }

    async fn open_collections(
        &self,
        office: PartyId,
        now: Timestamp,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError> {
        self.with_retry(|| photo::desk::open_collections(self, office, now, after, limit)).await
    }

    async fn ended_collections(
        &self,
        office: PartyId,
        ended: Range<Timestamp>,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError> {
        self.with_retry(|| photo::desk::ended_collections(self, office, ended.clone(), after, limit)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError> {
        self.with_retry(|| photo::sweep::sweep(self, now)).await
    }

    async fn scrub_erased(&self) -> Result<ScrubOutcome, StoreError> {
        match &self.database {
            Database::File(file) => file.scrub_erased().await,
            // Erased pictures are nobody's to read any more; the server overwrites them when it has use for their place.
            Database::Server(_) => Ok(ScrubOutcome::Complete),
        }
    }

    async fn oldest_epoch_in_use(&self) -> Result<Option<u32>, StoreError> {
        self.with_retry(|| photo::photos::oldest_epoch_in_use(self)).await
    }

    async fn bind_key_file(&self, fingerprint: &Sha256Digest) -> Result<bool, StoreError> {
        self.with_retry(|| metadata::bind_key_file(self, fingerprint)).await
    }

    async fn last_swept_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.with_retry(|| metadata::timestamp(self, metadata::LAST_SWEPT_AT)).await
    }

    async fn clock_confirmed_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.with_retry(|| metadata::timestamp(self, metadata::CLOCK_CONFIRMED_AT)).await
    }

    async fn confirm_clock(&self, at: Timestamp, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| metadata::confirm_clock(self, at, &audit)).await
    }

    async fn record_sweep(&self, at: Timestamp) -> Result<(), StoreError> {
        self.with_retry(|| metadata::record_timestamp(self, metadata::LAST_SWEPT_AT, at)).await
    }

    fn rollback(&self) -> Option<RollbackError> {
        self.guard().rollback()
    }

    async fn check_ready(&self, now: Timestamp) -> Result<(), StoreError> {
        // A whole commit: a full disk shows only when something is written.
        self.with_retry(|| metadata::record_timestamp(self, metadata::LAST_PROBED_AT, now)).await
    }

    async fn photo_counts(&self) -> Result<Vec<(PhotoState, u64)>, StoreError> {
        self.with_retry(|| photo::photo_counts::photo_counts(self)).await
    }

    async fn changed(&self) {
        match &self.database {
            Database::File(_) => std::future::pending().await,
            Database::Server(server) => server.changes.changed().await,
        }
    }
}
