//! One attempt to process a photo from its present stage to the end: `read -> check -> push -> file`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hyper::body::Bytes;

use super::equal_photos::EqualPhotos;
use super::event::{PhotoRefusal, ReceiptWriter, WatchEvent, WatchObserver};
use super::files::claim_file::Job;
use super::files::filing;
use super::files::folder::WatchedFolder;
use super::profile_cache::ProfileCache;
use crate::client::deposited::duplicates::EarlierDeposit;
use crate::client::deposited::journal::DepositJournal;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};
use crate::client::photo::photo_file::{PhotoFile, PhotoFileError, PhotoFileErrorKind};
use crate::client::photo::push::{PushContext, PushError, push_photo};
use crate::client::photo::spool::{RepeatPolicy, SpoolError};
use crate::client::photo::stored_receipt::{StoredReceipt, StoredReceiptError};
use crate::client::progress::{ProgressCallback, ProgressEvent};
use crate::client::timer::Timer;
use crate::client::transient_error::TransientError;
use crate::clock::{Clock, Timestamp};
use crate::domain::check::finding::Verdict;
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::declaration::Declaration;
use crate::entropy::Entropy;
use crate::texts::language::Language;
use crate::validation::judge::check_photo;
use crate::validation::profile::Profile;
use crate::{atomic_file, failpoint};

/// Settings and services that all attempts share.
pub struct WatchContext {
    pub folder: WatchedFolder,
    pub profile: ProfileCache,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub receipt_writer: Arc<dyn ReceiptWriter>,
    pub observer: Arc<dyn WatchObserver>,
    pub language: Language,
    /// For every photo of this folder.
    pub declared: Option<Declaration>,
    pub journal: Option<DepositJournal>,
    /// Address that the notes name.
    pub gateway: String,
    /// Makes photos with the same bytes wait for each other.
    pub equal_photos: EqualPhotos,
}

/// An attempt to process one photo.
pub struct Attempt {
    pub job: Arc<Job>,
    pub stage: AttemptStage,
    pub client: GatewayClient,
    /// Bytes that an earlier attempt has accepted.
    pub accepted_sha256: Option<Sha256Digest>,
}

/// Stage up to which an attempt goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptStage {
    Gateway,
    /// Only the steps without the gateway.
    Local,
}

/// Outcome of an attempt.
#[derive(Debug)]
pub enum AttemptOutcome {
    Sent,
    Refused(RefusedBy),
    /// The photo's file was removed. Its other files have been cleared.
    Missing,
    /// Accepted by the local check, not sent.
    Accepted(Sha256Digest),
    /// The file has other bytes than those that were sent, and is treated as another photo.
    Changed,
    Retry(RetryReason),
}

/// Origin of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedBy {
    /// The check on this computer.
    LocalCheck,
    Gateway,
    /// The gateway. An earlier try may have stored the photo.
    GatewayMaybeStored,
}

/// Reason for trying again later.
#[derive(Debug)]
pub enum RetryReason {
    /// The gateway cannot be reached or is busy.
    Unavailable {
        error: TransientError,
        /// Shortest pause.
        pause: Duration,
    },
    /// The gateway rejects this studio or device.
    Unauthorized(Box<ClientDepositError>),
    /// An error of this photo alone that needs an action of a person.
    Stuck(Box<PushError>),
    /// An error of the disk.
    Storage(io::Error),
}

impl From<io::Error> for RetryReason {
    fn from(error: io::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PushError> for RetryReason {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Deposit(ClientDepositError::GaveUp { last_error: last, pause, .. }) => {
                Self::Unavailable { error: last, pause }
            }
            PushError::Deposit(
                error @ (ClientDepositError::NotAllowed(_)
                | ClientDepositError::Tls(_)
                | ClientDepositError::Proxy(_)
                | ClientDepositError::NotAGateway { .. }),
            ) => Self::Unauthorized(Box::new(error)),
            PushError::Spool(
                SpoolError::Unreadable { source, .. }
                | SpoolError::Unwritable { source, .. }
                | SpoolError::Receipt(
                    StoredReceiptError::Unreadable { source, .. } | StoredReceiptError::Unwritable { source, .. },
                ),
            )
            | PushError::ReceiptNotStored(
                StoredReceiptError::Unreadable { source, .. } | StoredReceiptError::Unwritable { source, .. },
            ) => Self::Storage(source),
            error => Self::Stuck(Box::new(error)),
        }
    }
}

impl WatchContext {
    /// Makes one attempt. File operations block the calling thread; the photo check runs on another one.
    pub async fn attempt(&self, attempt: &Attempt) -> AttemptOutcome {
        match self.run_attempt(attempt).await {
            Ok(end) => end,
            Err(retry) => AttemptOutcome::Retry(retry),
        }
    }

    async fn run_attempt(&self, attempt: &Attempt) -> Result<AttemptOutcome, RetryReason> {
        let job = attempt.job.as_ref();
        if let Some(report) = filing::resume_refusal(&self.folder, job)? {
            self.close(job)?;
            self.observer.event(&WatchEvent::Refused { name: &job.name, report: &report, refusal: None });
            return Ok(AttemptOutcome::Refused(RefusedBy::LocalCheck));
        }
        if !job.has_photo()? {
            // If the folder is not available, the state of the photo is unknown.
            self.folder.check_present()?;
            if !job.has_photo()? {
                return self.finish_without_photo(job);
            }
        }
        if job.is_link()? {
            let error = PhotoFileError { path: job.photo(), kind: PhotoFileErrorKind::NotAFile };
            return Err(RetryReason::Stuck(Box::new(PushError::Photo(error))));
        }
        let unreadable = |source: io::Error| match source.kind() {
            // The file was removed since the queue was read.
            io::ErrorKind::NotFound => RetryReason::Storage(source),
            _ => {
                let error = PhotoFileError { path: job.photo(), kind: PhotoFileErrorKind::Unreadable(source) };
                RetryReason::Stuck(Box::new(PushError::Photo(error)))
            }
        };
        if file_kind(&job.name) != FileKind::Jpeg && !starts_as_jpeg(&job.photo()).map_err(unreadable)? {
            return self.refuse(job, &PhotoRefusal::NotJpeg);
        }
        let photo = match PhotoFile::read(&job.photo()) {
            Ok(photo) => photo,
            Err(error) => match error.kind {
                PhotoFileErrorKind::TooLarge => return self.refuse(job, &PhotoRefusal::TooLarge),
                PhotoFileErrorKind::Unreadable(source) => return Err(unreadable(source)),
                PhotoFileErrorKind::NotAFile => return Err(RetryReason::Stuck(Box::new(PushError::Photo(error)))),
            },
        };
        let leftover = filing::leftover_receipt(job)?;
        if let Some(other) = leftover.as_ref().filter(|receipt| receipt.body.sha256 != photo.sha256) {
            return self.file_receipt_only(job, other);
        }
        // A deposit that was begun may be stored at the gateway. Then only the gateway decides.
        let is_begun = leftover.is_some() || job.spool().try_exists()?;
        if !is_begun && attempt.accepted_sha256 != Some(photo.sha256) {
            if let Some(refusal) = self.check(&photo.bytes).await {
                return self.refuse(job, &refusal);
            }
            failpoint::reached("watch.judged");
        }
        if attempt.stage == AttemptStage::Local && leftover.is_none() {
            return Ok(AttemptOutcome::Accepted(photo.sha256));
        }
        job.sync(&self.folder)?;
        // The second of two equal files waits until the first one has its code and its note.
        let _turn = self.equal_photos.turn(photo.sha256).await;
        let earlier = if is_begun { None } else { self.earlier_deposit(attempt, &photo).await? };
        if let Some(EarlierDeposit { note, stored: Some(stored) }) = &earlier {
            self.observer.event(&WatchEvent::HasCodeAlready { name: &job.name, earlier: note });
            return self.file_sent_photo(
                job,
                photo.sha256,
                &StoredReceipt { stored_at: self.clock.now(), ..stored.clone() },
            );
        }
        let outcome = self.push(attempt, photo).await;
        if let (Ok(AttemptOutcome::Sent), Some(EarlierDeposit { note, .. })) = (&outcome, &earlier) {
            self.observer.event(&WatchEvent::HasSecondCode { name: &job.name, earlier: note });
        }
        outcome
    }

    /// The only place where photos are checked before they are sent. If the check panics, the photo is not refused.
    async fn check(&self, bytes: &Bytes) -> Option<PhotoRefusal> {
        let (profile, bytes, now) = (self.profile.current()?, bytes.clone(), self.clock.now());
        let declaration = self.declared.unwrap_or_default();
        tokio::task::spawn_blocking(move || check_locally(&bytes, &profile, declaration, now)).await.ok().flatten()
    }

    async fn push(&self, attempt: &Attempt, photo: PhotoFile) -> Result<AttemptOutcome, RetryReason> {
        let job = attempt.job.as_ref();
        let announce = |event: ProgressEvent| match event {
            // A watch resumes photos all the time, and an attempt has only one try: these two events are not shown.
            ProgressEvent::Resuming { .. } | ProgressEvent::Retrying { .. } => {}
            event => self.observer.event(&WatchEvent::Progress { name: &job.name, event: &event }),
        };
        let push = PushContext {
            client: &attempt.client,
            language: self.language,
            repeat: RepeatPolicy::ReturnReceipt,
            declared: self.declared,
            retry: self.single_try(&announce),
        };
        let pushed = push_photo(&photo, &push).await;
        let sent = photo.sha256;
        drop(photo);
        match pushed {
            Ok(pushed) => {
                self.file_sent_photo(job, sent, &StoredReceipt { body: pushed.receipt, stored_at: self.clock.now() })
            }
            Err(PushError::Deposit(ClientDepositError::Refused(problem))) => {
                self.refuse(job, &PhotoRefusal::Gateway(problem))
            }
            Err(PushError::RefusedMaybeStored { problem, .. }) => {
                self.refuse(job, &PhotoRefusal::GatewayMaybeStored(problem))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes one try to push the photo.
    pub(super) fn single_try<'a>(&'a self, on_progress: ProgressCallback<'a>) -> RetryContext<'a> {
        RetryContext {
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
            timer: &NoRetryTimer,
            give_up_after: Duration::ZERO,
            on_progress,
        }
    }

    fn file_sent_photo(
        &self,
        job: &Job,
        sent: Sha256Digest,
        receipt: &StoredReceipt,
    ) -> Result<AttemptOutcome, RetryReason> {
        let is_unchanged = PhotoFile::read(&job.photo()).is_ok_and(|photo| photo.sha256 == sent);
        if !is_unchanged && job.has_photo()? {
            return self.file_receipt_only(job, receipt);
        }
        let receipt_file = match is_unchanged {
            true => filing::put_into_sent(&self.folder, job, receipt, self.receipt_writer.as_ref())?,
            false => filing::put_receipt_into_sent(&self.folder, job, receipt, self.receipt_writer.as_ref())?,
        };
        self.note(job, receipt, &receipt_file);
        self.close(job)?;
        self.observer.event(&WatchEvent::Sent { name: &job.name, receipt_file: &receipt_file, receipt: &receipt.body });
        Ok(AttemptOutcome::Sent)
    }

    /// The receipt is for other bytes than the file has now. It is filed without the photo.
    fn file_receipt_only(&self, job: &Job, receipt: &StoredReceipt) -> Result<AttemptOutcome, RetryReason> {
        let receipt_file = filing::put_receipt_into_sent(&self.folder, job, receipt, self.receipt_writer.as_ref())?;
        self.note(job, receipt, &receipt_file);
        atomic_file::remove(&job.receipt())?;
        self.observer.event(&WatchEvent::ChangedAfterSending { name: &job.name, receipt_file: &receipt_file });
        Ok(AttemptOutcome::Changed)
    }

    fn refuse(&self, job: &Job, refusal: &PhotoRefusal) -> Result<AttemptOutcome, RetryReason> {
        let report = filing::put_into_refused(&self.folder, job, refusal, self.receipt_writer.as_ref())?;
        self.close(job)?;
        self.observer.event(&WatchEvent::Refused { name: &job.name, report: &report, refusal: Some(refusal) });
        Ok(AttemptOutcome::Refused(match refusal {
            PhotoRefusal::Gateway(_) => RefusedBy::Gateway,
            PhotoRefusal::GatewayMaybeStored(_) => RefusedBy::GatewayMaybeStored,
            PhotoRefusal::Findings(_) | PhotoRefusal::NotJpeg | PhotoRefusal::TooLarge => RefusedBy::LocalCheck,
        }))
    }

    /// Finishes a job without a photo, which was filed or removed before. A receipt with a code is kept in both cases.
    fn finish_without_photo(&self, job: &Job) -> Result<AttemptOutcome, RetryReason> {
        let Some(receipt) = filing::leftover_receipt(job)? else {
            if job.spool().try_exists()? {
                self.observer.event(&WatchEvent::Vanished { name: &job.name });
            }
            self.close(job)?;
            return Ok(AttemptOutcome::Missing);
        };
        let receipt = StoredReceipt { stored_at: self.clock.now(), ..receipt };
        let receipt_file = filing::put_receipt_into_sent(&self.folder, job, &receipt, self.receipt_writer.as_ref())?;
        self.note(job, &receipt, &receipt_file);
        self.close(job)?;
        self.observer.event(&WatchEvent::Sent { name: &job.name, receipt_file: &receipt_file, receipt: &receipt.body });
        Ok(AttemptOutcome::Sent)
    }

    fn close(&self, job: &Job) -> io::Result<()> {
        if let Some(path) = job.close(&self.folder)? {
            self.observer.event(&WatchEvent::LeftoverKept { path: &path });
        }
        Ok(())
    }
}

fn check_locally(bytes: &[u8], profile: &Profile, declaration: Declaration, now: Timestamp) -> Option<PhotoRefusal> {
    let outcome = check_photo(bytes, profile, declaration, now);
    (outcome.verdict == Verdict::Refused).then_some(PhotoRefusal::Findings(outcome.findings))
}

/// One try per attempt, because all photos share the pauses between attempts (`circuit_breaker`).
struct NoRetryTimer;

#[async_trait]
impl Timer for NoRetryTimer {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, _span: Duration) {}
}
