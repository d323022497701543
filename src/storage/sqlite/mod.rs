//! The embedded store: one SQLite file, write-ahead log, every commit on the disk before it is answered.

mod audit;
mod certificates;
mod collect;
mod deposit;
mod enrolment;
mod foreign;
mod guesses;
mod invitations;
mod notes;
mod open;
mod parties;
mod photos;
mod quarantine;
mod rows;
mod settle;
mod sweep;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::contract::{Store, StoreError};
use super::enrolment_steps::{
    Approved, CodeWeighed, EnrolmentAttempt, EnrolmentStep, InvitationRecord, Invited, NewInvitation, Renewal, Renewed,
};
use super::steps::{
    Binding, CallerRecord, CertificateRecord, CodeAttempt, Deposited, Fetch, FetchRequest, LeaseRequest, Leased,
    LookUp, NewPhoto, PhotoPage, PhotoQuery, PreviousDeposit, Purge, Released, RevokedSerial, SettleRequest, Settled,
    SweepReport, TrackedPhoto,
};
use crate::clock::Timestamp;
use crate::domain::audit::AuditEntry;
use crate::domain::collection::CollectionRecord;
use crate::domain::credential::Credential;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::invitation::{Invitation, InvitationLookup};
use crate::domain::party::{Device, Party, Role};
use crate::domain::photo::{PhotoState, SealedPhoto};
use crate::domain::withdrawal::Withdrawal;

/// A store in one SQLite file. Several processes may have it open: the gateway and an administrator's command.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection: SQLite writes one transaction at a time, and a queue here is fairer than its busy handler.
    writer: SqlitePool,
    readers: SqlitePool,
    /// For a connection that waits for nobody.
    checkpoint: SqliteConnectOptions,
}

type Write = sqlx::Transaction<'static, sqlx::Sqlite>;

impl SqliteStore {
    /// A transaction that holds the write lock from its start, so that what it reads stays true until it commits. Dropped
    /// without a commit, it leaves nothing.
    async fn write(&self) -> Result<Write, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError> {
        parties::add(self, party, audit).await
    }

    async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError> {
        parties::list(self, role).await
    }

    async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError> {
        parties::find(self, party_id).await
    }

    async fn set_suspended(&self, party_id: PartyId, suspended: bool, audit: AuditEntry) -> Result<bool, StoreError> {
        parties::set_suspended(self, party_id, suspended, audit).await
    }

    async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        parties::add_device(self, device, certificate, audit).await
    }

    async fn bind_device(&self, device: &Device, binding: &Binding, audit: AuditEntry) -> Result<(), StoreError> {
        foreign::add_device(self, device, binding, audit).await
    }

    async fn bound_keys(&self) -> Result<Vec<(DeviceId, Sha256Digest)>, StoreError> {
        foreign::bound_keys(self).await
    }

    async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
        parties::devices(self, role).await
    }

    async fn revoke_device(&self, device_id: DeviceId, at: Timestamp, audit: AuditEntry) -> Result<bool, StoreError> {
        parties::revoke_device(self, device_id, at, audit).await
    }

    async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError> {
        parties::caller(self, credential).await
    }

    async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError> {
        parties::revoked_certificates(self, now).await
    }

    async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError> {
        parties::revoked_serials(self, role, alive_after).await
    }

    async fn release_photos(
        &self,
        studio: PartyId,
        device: Option<DeviceId>,
        audit: AuditEntry,
    ) -> Result<Released, StoreError> {
        quarantine::release(self, studio, device, audit).await
    }

    async fn invite(&self, invitation: &NewInvitation, audit: AuditEntry) -> Result<Invited, StoreError> {
        invitations::invite(self, invitation, audit).await
    }

    async fn invitation(&self, lookup: &InvitationLookup) -> Result<Option<InvitationRecord>, StoreError> {
        invitations::find(self, lookup).await
    }

    async fn invitations(&self, role: Role) -> Result<Vec<(DeviceId, Invitation)>, StoreError> {
        invitations::latest(self, role).await
    }

    async fn weigh_code(&self, attempt: &EnrolmentAttempt) -> Result<CodeWeighed, StoreError> {
        enrolment::weigh(self, attempt).await
    }

    async fn enrol(&self, attempt: &EnrolmentAttempt, step: &EnrolmentStep) -> Result<bool, StoreError> {
        enrolment::enrol(self, attempt, step).await
    }

    async fn approve_enrolment(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<Approved, StoreError> {
        invitations::approve(self, device_id, key, now, audit).await
    }

    async fn renew(&self, renewal: &Renewal) -> Result<Renewed, StoreError> {
        certificates::renew(self, renewal).await
    }

    async fn note_first_use(&self, certificate: Sha256Digest, at: Timestamp) -> Result<(), StoreError> {
        certificates::note_first_use(self, certificate, at).await
    }

    async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError> {
        deposit::find(self, request_id).await
    }

    async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<Deposited, StoreError> {
        deposit::deposit(self, photo, audit).await
    }

    async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError> {
        audit::append_alone(self, audit).await
    }

    async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError> {
        photos::find(self, studio, photo_id).await
    }

    async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<PhotoPage, StoreError> {
        photos::list(self, studio, query).await
    }

    async fn withdraw(
        &self,
        studio: PartyId,
        photo_id: PhotoId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<Option<(Withdrawal, TrackedPhoto)>, StoreError> {
        photos::withdraw(self, studio, photo_id, now, audit).await
    }

    async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookUp, StoreError> {
        collect::look_up(self, attempt).await
    }

    async fn sealed(&self, photo_id: PhotoId) -> Result<Option<SealedPhoto>, StoreError> {
        photos::sealed(self, photo_id).await
    }

    async fn lease(&self, request: &LeaseRequest) -> Result<Leased, StoreError> {
        collect::lease(self, request).await
    }

    async fn fetch(&self, request: &FetchRequest) -> Result<Fetch, StoreError> {
        collect::fetch(self, request).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<Option<Settled>, StoreError> {
        settle::settle(self, request).await
    }

    async fn collection(
        &self,
        office: PartyId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionRecord>, StoreError> {
        collect::find_on(&mut *self.readers.acquire().await?, collection_id, office).await
    }

    async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError> {
        collect::list(self, office, after, limit).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError> {
        sweep::sweep(self, now).await
    }

    async fn purge_erased(&self) -> Result<Purge, StoreError> {
        sweep::purge_erased(self).await
    }

    async fn oldest_epoch_in_use(&self) -> Result<Option<u32>, StoreError> {
        notes::oldest_epoch_in_use(self).await
    }

    async fn bind_key_file(&self, fingerprint: &Sha256Digest) -> Result<bool, StoreError> {
        notes::bind_key_file(self, fingerprint).await
    }

    async fn last_swept_at(&self) -> Result<Option<Timestamp>, StoreError> {
        notes::moment(self, notes::LAST_SWEPT_AT).await
    }

    async fn note_swept(&self, at: Timestamp) -> Result<(), StoreError> {
        notes::note_moment(self, notes::LAST_SWEPT_AT, at).await
    }

    async fn ready(&self, now: Timestamp) -> Result<(), StoreError> {
        // A whole commit: a full disk shows only when something is written.
        notes::note_moment(self, notes::LAST_PROBED_AT, now).await
    }

    async fn census(&self) -> Result<Vec<(PhotoState, u64)>, StoreError> {
        photos::census(self).await
    }
}
