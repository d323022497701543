//! One attempt to bring a photo to its end, from wherever it stands: `read -> judge -> push -> put away`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hyper::body::Bytes;

use super::arrival::{Kind, kind_of};
use super::event::{Event, Observer, Papers, Refusal};
use super::folder::Folder;
use super::intake::Job;
use super::outcome;
use super::rules::Rules;
use crate::client::connection::Connection;
use crate::client::deposit::{DepositError, Trying};
use crate::client::notice::Notice;
use crate::client::patience::Patience;
use crate::client::photo_file::{PhotoFault, PhotoFile, PhotoFileError};
use crate::client::push::{Push, PushError, push_photo};
use crate::client::setback::Setback;
use crate::client::spool::{Repeat, SpoolError};
use crate::client::stored_receipt::{StoredReceipt, StoredReceiptError};
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::finding::Verdict;
use crate::domain::language::Language;
use crate::domain::subject::Declaration;
use crate::durable;
use crate::entropy::Entropy;
use crate::failpoint;
use crate::validation::judge::examine;
use crate::validation::profile::Profile;

/// What every attempt works with.
pub struct Workshop {
    /// The folder.
    pub folder: Folder,
    /// What photos are judged by.
    pub rules: Rules,
    /// The date.
    pub clock: Arc<dyn Clock>,
    /// For keys and names.
    pub entropy: Arc<dyn Entropy>,
    /// Writes receipts and reports.
    pub papers: Arc<dyn Papers>,
    /// Learns what happens.
    pub observer: Arc<dyn Observer>,
    /// The language of the gateway's findings.
    pub language: Language,
    /// What holds of the person in every photo of this folder.
    pub declared: Option<Declaration>,
}

/// What is attempted.
pub struct Attempt {
    /// The photo.
    pub job: Arc<Job>,
    /// How far.
    pub reach: Reach,
    /// The line to the gateway.
    pub connection: Connection,
    /// The bytes that were found good before.
    pub found_good: Option<Sha256Digest>,
}

/// How far an attempt goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the end.
    Gateway,
    /// As far as it goes without the gateway.
    Shop,
}

/// How it ended.
#[derive(Debug)]
pub enum End {
    /// In `sent/`.
    Sent,
    /// In `refused/`.
    Refused(By),
    /// The photo is not there any more, and what it left is put away.
    Gone,
    /// Judged and good, not sent.
    FoundGood(Sha256Digest),
    /// Other bytes lie there than were sent; they are a photo of their own.
    Changed,
    /// Not now.
    Later(Later),
}

/// Who refused a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The judge here.
    Shop,
    /// The gateway.
    Gateway,
    /// The gateway, which may have stored it before.
    GatewayAfterSilence,
}

/// Why not now.
#[derive(Debug)]
pub enum Later {
    /// The gateway is out of reach or busy.
    Line {
        /// Why.
        setback: Setback,
        /// The least pause.
        pause: Duration,
    },
    /// The gateway does not let this studio in.
    Barred(Box<DepositError>),
    /// Something about this photo alone that a person has to look at.
    Stuck(Box<PushError>),
    /// The disk.
    Storage(io::Error),
}

impl From<io::Error> for Later {
    fn from(error: io::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<PushError> for Later {
    fn from(error: PushError) -> Self {
        match error {
            PushError::Deposit(DepositError::GaveUp { last, pause, .. }) => Self::Line { setback: last, pause },
            PushError::Deposit(
                error @ (DepositError::NotAllowed(_) | DepositError::Tls(_) | DepositError::NotAGateway { .. }),
            ) => Self::Barred(Box::new(error)),
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

impl Workshop {
    /// Makes one attempt. File work is done on the calling thread, judging on another one.
    pub async fn attempt(&self, attempt: &Attempt) -> End {
        match self.work(attempt).await {
            Ok(end) => end,
            Err(later) => End::Later(later),
        }
    }

    async fn work(&self, attempt: &Attempt) -> Result<End, Later> {
        let job = attempt.job.as_ref();
        if let Some(report) = outcome::finish_begun_refusal(&self.folder, job)? {
            self.close(job)?;
            self.observer.event(&Event::Refused { name: &job.name, report: &report, refusal: None });
            return Ok(End::Refused(By::Shop));
        }
        if !job.has_photo()? {
            return self.wind_up(job);
        }
        if kind_of(&job.name) != Kind::Jpeg {
            return self.refuse(job, &Refusal::NotJpeg);
        }
        if job.is_link()? {
            let error = PhotoFileError { path: job.photo(), fault: PhotoFault::NotAFile };
            return Err(Later::Stuck(Box::new(PushError::Photo(error))));
        }
        let photo = match PhotoFile::read(&job.photo()) {
            Ok(photo) => photo,
            Err(error) => match error.fault {
                PhotoFault::TooLarge => return self.refuse(job, &Refusal::TooLarge),
                PhotoFault::Unreadable(source) => return Err(source.into()),
                PhotoFault::NotAFile => return Err(Later::Stuck(Box::new(PushError::Photo(error)))),
            },
        };
        let left = outcome::left_receipt(job)?;
        if let Some(other) = left.as_ref().filter(|receipt| receipt.body.sha256 != photo.sha256) {
            return self.part_with(job, other);
        }
        // What was begun may lie at the gateway already: then it decides, and nobody here.
        let is_begun = left.is_some() || job.spool().try_exists()?;
        if !is_begun && attempt.found_good != Some(photo.sha256) {
            if let Some(refusal) = self.judge(&photo.bytes).await {
                return self.refuse(job, &refusal);
            }
            failpoint::reached("watch.judged");
        }
        if attempt.reach == Reach::Shop && left.is_none() {
            return Ok(End::FoundGood(photo.sha256));
        }
        job.make_durable(&self.folder)?;
        self.push(attempt, photo).await
    }

    /// The one place where photos are judged in advance. A judge that failed has said nothing against the photo.
    async fn judge(&self, bytes: &Bytes) -> Option<Refusal> {
        let (profile, bytes, now) = (self.rules.present()?, bytes.clone(), self.clock.now());
        let declaration = self.declared.unwrap_or_default();
        tokio::task::spawn_blocking(move || findings_against(&bytes, &profile, declaration, now)).await.ok().flatten()
    }

    async fn push(&self, attempt: &Attempt, photo: PhotoFile) -> Result<End, Later> {
        let job = attempt.job.as_ref();
        let announce = |notice: Notice| match notice {
            // Going on is the daily work of a watch, and there is no second try within an attempt.
            Notice::Continuing { .. } | Notice::Retrying { .. } => {}
            notice => self.observer.event(&Event::Notice { name: &job.name, notice: &notice }),
        };
        let push = Push {
            connection: &attempt.connection,
            language: self.language,
            repeat: Repeat::ShowReceipt,
            declared: self.declared,
            trying: Trying {
                clock: self.clock.as_ref(),
                entropy: self.entropy.as_ref(),
                patience: &Once,
                give_up_after: Duration::ZERO,
                announce: &announce,
            },
        };
        let pushed = push_photo(&photo, &push).await;
        let sent = photo.sha256;
        drop(photo);
        match pushed {
            Ok(pushed) => {
                self.put_away(job, sent, &StoredReceipt { body: pushed.receipt, stored_at: self.clock.now() })
            }
            Err(PushError::Deposit(DepositError::Refused(problem))) => self.refuse(job, &Refusal::Gateway(problem)),
            Err(PushError::RefusedAfterSilence { problem, .. }) => {
                self.refuse(job, &Refusal::GatewayAfterSilence(problem))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn put_away(&self, job: &Job, sent: Sha256Digest, receipt: &StoredReceipt) -> Result<End, Later> {
        let is_unchanged = PhotoFile::read(&job.photo()).is_ok_and(|photo| photo.sha256 == sent);
        if !is_unchanged && job.has_photo()? {
            return self.part_with(job, receipt);
        }
        let receipt_file = match is_unchanged {
            true => outcome::put_into_sent(&self.folder, job, receipt, self.papers.as_ref())?,
            false => outcome::put_receipt_into_sent(&self.folder, job, receipt, self.papers.as_ref())?,
        };
        self.close(job)?;
        self.observer.event(&Event::Sent { name: &job.name, receipt_file: &receipt_file, receipt: &receipt.body });
        Ok(End::Sent)
    }

    /// The receipt is for other bytes than lie there: it is put away alone.
    fn part_with(&self, job: &Job, receipt: &StoredReceipt) -> Result<End, Later> {
        let receipt_file = outcome::put_receipt_into_sent(&self.folder, job, receipt, self.papers.as_ref())?;
        durable::remove(&job.receipt())?;
        self.observer.event(&Event::ChangedAfterSending { name: &job.name, receipt_file: &receipt_file });
        Ok(End::Changed)
    }

    fn refuse(&self, job: &Job, refusal: &Refusal) -> Result<End, Later> {
        let report = outcome::put_into_refused(&self.folder, job, refusal, self.papers.as_ref())?;
        self.close(job)?;
        self.observer.event(&Event::Refused { name: &job.name, report: &report, refusal: Some(refusal) });
        Ok(End::Refused(match refusal {
            Refusal::Gateway(_) => By::Gateway,
            Refusal::GatewayAfterSilence(_) => By::GatewayAfterSilence,
            Refusal::Findings(_) | Refusal::NotJpeg | Refusal::TooLarge => By::Shop,
        }))
    }

    /// A job without a photo: it is in its place already, or somebody took it away. A code is saved either way.
    fn wind_up(&self, job: &Job) -> Result<End, Later> {
        let Some(receipt) = outcome::left_receipt(job)? else {
            if job.spool().try_exists()? {
                self.observer.event(&Event::Vanished { name: &job.name });
            }
            self.close(job)?;
            return Ok(End::Gone);
        };
        let receipt = StoredReceipt { stored_at: self.clock.now(), ..receipt };
        let receipt_file = outcome::put_receipt_into_sent(&self.folder, job, &receipt, self.papers.as_ref())?;
        self.close(job)?;
        self.observer.event(&Event::Sent { name: &job.name, receipt_file: &receipt_file, receipt: &receipt.body });
        Ok(End::Sent)
    }

    fn close(&self, job: &Job) -> io::Result<()> {
        if let Some(path) = job.close(&self.folder)? {
            self.observer.event(&Event::KeptAside { path: &path });
        }
        Ok(())
    }
}

fn findings_against(bytes: &[u8], profile: &Profile, declaration: Declaration, now: Timestamp) -> Option<Refusal> {
    let examination = examine(bytes, profile, declaration, now);
    (examination.verdict == Verdict::Refused).then_some(Refusal::Findings(examination.findings))
}

/// One try an attempt: the pauses between attempts are shared by all photos (`line`).
struct Once;

#[async_trait]
impl Patience for Once {
    fn spent(&self) -> Duration {
        Duration::ZERO
    }

    async fn wait(&self, _span: Duration) {}
}
