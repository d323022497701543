//! The store: each step of the contract as statements that SQLite and PostgreSQL read alike, written once for both.
//!
//! Both number their parameters `$1`, `$2`, …; times are milliseconds, identifiers are text, whole numbers have 64 bits, truth is
//! written `TRUE` and tested without comparing. Where one needs more than the other, that is asked of the
//! [`connection`]: locks, the word that is passed to other nodes, and what a sweep leaves out.

mod audit;
mod census;
mod certificates;
mod collect;
mod connection;
mod deposit;
mod enrolment;
mod foreign;
mod forget;
mod guesses;
mod invitations;
mod notes;
mod parties;
mod photos;
mod quarantine;
mod rows;
mod settle;
mod statement;
mod sweep;
mod transfer_log;
mod whole;

use std::time::Duration;

use async_trait::async_trait;

pub use self::connection::RowKeys;
use self::connection::{Connection, Write};
pub(super) use self::notes::BACKUP_TAKEN_AT;
pub use self::whole::{NextGeneration, Relocation, Snapshot};
use super::contract::{Store, StoreError};
use super::enrolment_steps::{
    Approved, CodeWeighed, EnrolmentAttempt, EnrolmentStep, InvitationRecord, Invited, NewInvitation, Renewal, Renewed,
};
use super::guard::Guard;
use super::patience::bounded;
use super::steps::{
    Binding, CallerRecord, CertificateRecord, CodeAttempt, Deposited, Fetch, FetchRequest, LeaseRequest, Leased,
    LookUp, NewPhoto, PhotoPage, PhotoQuery, PreviousDeposit, Purge, Released, RevokedSerial, SettleRequest, Settled,
    SweepReport, TrackedPhoto,
};
use super::{postgres, sqlite};
use crate::clock::Timestamp;
use crate::domain::audit::AuditEntry;
use crate::domain::collection::CollectionRecord;
use crate::domain::credential::Credential;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::invitation::{Invitation, InvitationLookup};
use crate::domain::party::{Device, Party, Role};
use crate::domain::photo::{PhotoState, StoredPhoto};
use crate::domain::watermark::Regression;
use crate::domain::withdrawal::Withdrawal;

/// A store over either database. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    row_keys: RowKeys,
}

#[derive(Debug, Clone)]
enum Database {
    File(sqlite::File),
    Server(postgres::Server),
}

impl SqlStore {
    /// Over a file that a test has its hands in.
    #[cfg(test)]
    pub(super) fn over(file: sqlite::File) -> Self {
        Self::on(Database::File(file))
    }

    fn on(database: Database) -> Self {
        Self { database, row_keys: RowKeys::None }
    }

    /// The same store, whose changes carry digests of the changed rows in their rows of the transfer log.
    #[must_use]
    pub fn with_row_keys(self, row_keys: RowKeys) -> Self {
        Self { row_keys, ..self }
    }

    /// Ends all work on the database; called last, so that SQLite's log is folded into its file.
    pub async fn close(&self) {
        match &self.database {
            Database::File(file) => file.close().await,
            Database::Server(server) => server.close().await,
        }
    }

    async fn read(&self) -> Result<Connection, StoreError> {
        Ok(match &self.database {
            Database::File(file) => Connection::SqliteReader(file.readers.acquire().await?),
            Database::Server(server) => Connection::PostgresReader(server.pool.acquire().await?),
        })
    }

    /// A transaction that changes something. In SQLite it holds the write lock from its start, so that what it reads stays true
    /// until it commits; in PostgreSQL that takes a [`Lock`](postgres::Lock).
    ///
    /// # Errors
    /// [`StoreError::WentBack`] while the database is behind what is known of it.
    async fn write(&self) -> Result<Write, StoreError> {
        let connection = match &self.database {
            Database::File(file) => {
                if file.was_replaced() {
                    return Err(file.guard.raise(Regression::FileReplaced));
                }
                Connection::SqliteWriter(file.begin().await?)
            }
            Database::Server(server) => Connection::PostgresWriter(server.pool.begin().await?),
        };
        // Not before: a new connection has been compared with what is known by now.
        self.guard().check()?;
        Ok(Write::new(connection, self.row_keys.clone(), self.guard().clone()))
    }

    fn guard(&self) -> &Guard {
        match &self.database {
            Database::File(file) => &file.guard,
            Database::Server(server) => &server.guard,
        }
    }

    /// Takes a step: within the patience of the request that it is part of; on a server for no longer than a few seconds, and again
    /// where the server asks for it.
    async fn attempt<T, Step>(&self, step: impl Fn() -> Step) -> Result<T, StoreError>
    where
        Step: Future<Output = Result<T, StoreError>>,
    {
        match &self.database {
            // A file's own limits end what waits for another process.
            Database::File(_) => bounded(Duration::MAX, step()).await,
            Database::Server(_) => postgres::attempt(step).await,
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError> {
        self.attempt(|| parties::add(self, party, &audit)).await
    }

    async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError> {
        self.attempt(|| parties::list(self, role)).await
    }

    async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError> {
        self.attempt(|| parties::find(self, party_id)).await
    }

    async fn set_suspended(&self, party_id: PartyId, suspended: bool, audit: AuditEntry) -> Result<bool, StoreError> {
        self.attempt(|| parties::set_suspended(self, party_id, suspended, &audit)).await
    }

    async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        self.attempt(|| parties::add_device(self, device, certificate, &audit)).await
    }

    async fn bind_device(&self, device: &Device, binding: &Binding, audit: AuditEntry) -> Result<(), StoreError> {
        self.attempt(|| foreign::add_device(self, device, binding, &audit)).await
    }

    async fn bound_keys(&self) -> Result<Vec<(DeviceId, Sha256Digest)>, StoreError> {
        self.attempt(|| foreign::bound_keys(self)).await
    }

    async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
        self.attempt(|| parties::devices(self, role)).await
    }

    async fn revoke_device(&self, device_id: DeviceId, at: Timestamp, audit: AuditEntry) -> Result<bool, StoreError> {
        self.attempt(|| parties::revoke_device(self, device_id, at, &audit)).await
    }

    async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError> {
        self.attempt(|| parties::caller(self, credential)).await
    }

    async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError> {
        self.attempt(|| parties::revoked_certificates(self, now)).await
    }

    async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError> {
        self.attempt(|| parties::revoked_serials(self, role, alive_after)).await
    }

    async fn release_photos(
        &self,
        studio: PartyId,
        device: Option<DeviceId>,
        audit: AuditEntry,
    ) -> Result<Released, StoreError> {
        self.attempt(|| quarantine::release(self, studio, device, &audit)).await
    }

    async fn invite(&self, invitation: &NewInvitation, audit: AuditEntry) -> Result<Invited, StoreError> {
        self.attempt(|| invitations::invite(self, invitation, &audit)).await
    }

    async fn invitation(&self, lookup: &InvitationLookup) -> Result<Option<InvitationRecord>, StoreError> {
        self.attempt(|| invitations::find(self, lookup)).await
    }

    async fn invitations(&self, role: Role) -> Result<Vec<(DeviceId, Invitation)>, StoreError> {
        self.attempt(|| invitations::latest(self, role)).await
    }

    async fn weigh_code(&self, attempt: &EnrolmentAttempt) -> Result<CodeWeighed, StoreError> {
        self.attempt(|| enrolment::weigh(self, attempt)).await
    }

    async fn enrol(&self, attempt: &EnrolmentAttempt, step: &EnrolmentStep) -> Result<bool, StoreError> {
        self.attempt(|| enrolment::enrol(self, attempt, step)).await
    }

    async fn approve_enrolment(
        &self,
        device_id: DeviceId,
        key: &Sha256Digest,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<Approved, StoreError> {
        self.attempt(|| invitations::approve(self, device_id, key, now, &audit)).await
    }

    async fn renew(&self, renewal: &Renewal) -> Result<Renewed, StoreError> {
        self.attempt(|| certificates::renew(self, renewal)).await
    }

    async fn note_first_use(&self, certificate: Sha256Digest, at: Timestamp) -> Result<(), StoreError> {
        self.attempt(|| certificates::note_first_use(self, certificate, at)).await
    }

    async fn find_deposit(&self, request_id: &[u8; 32]) -> Result<Option<PreviousDeposit>, StoreError> {
        self.attempt(|| deposit::find(self, request_id)).await
    }

    async fn deposit(&self, photo: NewPhoto, audit: AuditEntry) -> Result<Deposited, StoreError> {
        self.attempt(|| deposit::deposit(self, &photo, &audit)).await
    }

    async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError> {
        self.attempt(|| audit::append_alone(self, &audit)).await
    }

    async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError> {
        self.attempt(|| photos::find(self, studio, photo_id)).await
    }

    async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<PhotoPage, StoreError> {
        self.attempt(|| photos::list(self, studio, query)).await
    }

    async fn withdraw(
        &self,
        studio: PartyId,
        photo_id: PhotoId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<Option<(Withdrawal, TrackedPhoto)>, StoreError> {
        self.attempt(|| photos::withdraw(self, studio, photo_id, now, &audit)).await
    }

    async fn look_up(&self, attempt: &CodeAttempt) -> Result<LookUp, StoreError> {
        self.attempt(|| collect::look_up(self, attempt)).await
    }

    async fn sealed(&self, photo_id: PhotoId) -> Result<Option<StoredPhoto>, StoreError> {
        self.attempt(|| photos::sealed(self, photo_id)).await
    }

    async fn lease(&self, request: &LeaseRequest) -> Result<Leased, StoreError> {
        self.attempt(|| collect::lease(self, request)).await
    }

    async fn fetch(&self, request: &FetchRequest) -> Result<Fetch, StoreError> {
        self.attempt(|| collect::fetch(self, request)).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<Option<Settled>, StoreError> {
        self.attempt(|| settle::settle(self, request)).await
    }

    async fn collection(
        &self,
        office: PartyId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionRecord>, StoreError> {
        self.attempt(|| collect::find(self, collection_id, office)).await
    }

    async fn collections(
        &self,
        office: PartyId,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<CollectionRecord>, StoreError> {
        self.attempt(|| collect::list(self, office, after, limit)).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<SweepReport, StoreError> {
        self.attempt(|| sweep::sweep(self, now)).await
    }

    async fn purge_erased(&self) -> Result<Purge, StoreError> {
        match &self.database {
            Database::File(file) => file.purge_erased().await,
            // Erased pictures are nobody's to read any more; the server overwrites them when it has use for their place.
            Database::Server(_) => Ok(Purge::Complete),
        }
    }

    async fn oldest_epoch_in_use(&self) -> Result<Option<u32>, StoreError> {
        self.attempt(|| notes::oldest_epoch_in_use(self)).await
    }

    async fn bind_key_file(&self, fingerprint: &Sha256Digest) -> Result<bool, StoreError> {
        self.attempt(|| notes::bind_key_file(self, fingerprint)).await
    }

    async fn last_swept_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.attempt(|| notes::moment(self, notes::LAST_SWEPT_AT)).await
    }

    async fn clock_confirmed_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.attempt(|| notes::moment(self, notes::CLOCK_CONFIRMED_AT)).await
    }

    async fn confirm_clock(&self, at: Timestamp, audit: AuditEntry) -> Result<(), StoreError> {
        self.attempt(|| notes::confirm_clock(self, at, &audit)).await
    }

    async fn note_swept(&self, at: Timestamp) -> Result<(), StoreError> {
        self.attempt(|| notes::note_moment(self, notes::LAST_SWEPT_AT, at)).await
    }

    fn regression(&self) -> Option<Regression> {
        self.guard().regression()
    }

    async fn ready(&self, now: Timestamp) -> Result<(), StoreError> {
        // A whole commit: a full disk shows only when something is written.
        self.attempt(|| notes::note_moment(self, notes::LAST_PROBED_AT, now)).await
    }

    async fn census(&self) -> Result<Vec<(PhotoState, u64)>, StoreError> {
        self.attempt(|| census::census(self)).await
    }

    async fn changed(&self) {
        match &self.database {
            Database::File(_) => std::future::pending().await,
            Database::Server(server) => server.changes.next().await,
        }
    }
}
