//! Main loop of a watch: `scan -> claim -> attempt, several at a time -> file`, until it is stopped.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::{Id, JoinHandle, JoinSet};

pub use super::attempt::WatchContext;
use super::attempt::{AttemptOutcome, AttemptStage};
use super::circuit_breaker::{BreakerGeneration, CircuitBreaker};
use super::client_provider::ClientProvider;
use super::equal_photos::EqualPhotos;
use super::erasure::{self, Erasure, ToldFailures};
use super::event::{ReceiptWriter, WatchEvent, WatchObserver, WatchStatus};
use super::files::claim_file;
use super::files::folder::WatchedFolder;
use super::files::retention::SentRetention;
use super::files::skipped_files::ToldFiles;
use super::files::stability::{StabilityDelays, StabilityTracker};
use super::office_refusals::UntoldRefusal;
use super::profile_cache::ProfileCache;
use super::queue::PhotoQueue;
use crate::client::deposited::journal::DepositJournal;
use crate::client::gateway_client::GatewayClient;
use crate::client::timer::Timer;
use crate::clock::Clock;
use crate::domain::photo::declaration::Declaration;
use crate::entropy::Entropy;
use crate::texts::language::Language;
use crate::validation::profile::Profile;

/// Interval of the scans of the folder. Chosen freely: a second is not noticeable for the user.
const SCAN_INTERVAL: Duration = Duration::from_secs(1);
/// Interval of the search for sent photos that are to be erased.
const ERASE_INTERVAL: Duration = Duration::from_secs(60);
/// Longest time that photos wait at the start for the gateway's profile.
const PROFILE_TIMEOUT: Duration = Duration::from_secs(15);
/// Time that uploads in progress get after the stop. The next start continues unfinished ones.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Options of a watch.
#[derive(Debug, Clone, Copy)]
pub struct WatchOptions {
    /// Time without changes after which a file counts as complete.
    pub stability: StabilityDelays,
    /// Largest number of photos that are in memory at the same time.
    pub parallel: NonZeroUsize,
    pub keep_sent: SentRetention,
}

/// Settings and services of a watch.
pub struct WatchSettings {
    pub folder: WatchedFolder,
    pub client: GatewayClient,
    /// Gives new clients.
    pub client_provider: Arc<dyn ClientProvider>,
    /// In force until the gateway's profile is known.
    pub profile: Option<Profile>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub timer: Arc<dyn Timer>,
    pub receipt_writer: Arc<dyn ReceiptWriter>,
    pub observer: Arc<dyn WatchObserver>,
    pub language: Language,
    /// For every photo of this folder.
    pub declared: Option<Declaration>,
    /// Without it, refusals by offices and second deposits are not reported.
    pub journal: Option<DepositJournal>,
}

/// A running watch.
pub struct Watch {
    pub(super) context: Arc<WatchContext>,
    pub(super) options: WatchOptions,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) client_provider: Arc<dyn ClientProvider>,
    pub(super) client: GatewayClient,
    pub(super) breaker: CircuitBreaker,
    pub(super) queue: PhotoQueue,
    pub(super) stability: StabilityTracker,
    pub(super) tasks: JoinSet<AttemptOutcome>,
    pub(super) attempts: HashMap<Id, RunningAttempt>,
    pub(super) refresh: Option<JoinHandle<RefreshResult>>,
    pub(super) schedule: Schedule,
    pub(super) claim_count: u32,
    /// Files that could not be moved, with the time of the first failure.
    pub(super) unclaimed: HashMap<OsString, Duration>,
    pub(super) told_files: ToldFiles,
    pub(super) told_failures: ToldFailures,
    pub(super) is_folder_lost: bool,
    pub(super) is_storage_failing: bool,
    pub(super) is_profile_missing: bool,
    pub(super) status: WatchStatus,
}

pub(super) struct RunningAttempt {
    pub(super) id: String,
    pub(super) generation: BreakerGeneration,
    pub(super) stage: AttemptStage,
}

/// Times of the next periodic tasks, since the begin of the [`Timer`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Schedule {
    pub(super) scan: Duration,
    pub(super) erase: Duration,
    pub(super) refresh: Duration,
}

pub(super) struct RefreshResult {
    pub(super) client: Option<GatewayClient>,
    pub(super) profile: Option<Value>,
    pub(super) refusals: Vec<UntoldRefusal>,
}

/// Condition under which a watch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCondition {
    /// Runs until the stop signal.
    Signal,
    /// Runs until no photo is left, or until the gateway was unavailable for the given time.
    QueueEmpty { give_up_after: Duration },
}

/// Final state of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchSummary {
    pub status: WatchStatus,
    /// True if the gateway rejects this device.
    pub is_unauthorized: bool,
    /// True if reading or writing fails, or the folder is lost.
    pub is_storage_failing: bool,
}

impl Watch {
    /// Makes a watch, with the photos that an earlier one left. Nothing is sent yet.
    pub fn new(watch_settings: WatchSettings, options: WatchOptions) -> io::Result<Self> {
        let WatchSettings {
            folder,
            client,
            client_provider,
            profile,
            clock,
            entropy,
            timer,
            receipt_writer,
            observer,
            language,
            declared,
            journal,
        } = watch_settings;
        let mut queue = PhotoQueue::default();
        for job in claim_file::list_unfinished(&folder)? {
            queue.add(job);
        }
        if queue.len() > 0 {
            observer.event(&WatchEvent::Resuming { photos: queue.len() });
        }
        let rules = ProfileCache::load(&folder, profile);
        let gateway = client.gateway().to_string();
        Ok(Self {
            context: Arc::new(WatchContext {
                folder,
                profile: rules,
                clock,
                entropy,
                receipt_writer,
                observer,
                language,
                declared,
                journal,
                gateway,
                equal_photos: EqualPhotos::default(),
            }),
            options,
            timer,
            client_provider,
            client,
            breaker: CircuitBreaker::default(),
            queue,
            stability: StabilityTracker::default(),
            tasks: JoinSet::new(),
            attempts: HashMap::new(),
            refresh: None,
            schedule: Schedule::default(),
            claim_count: 0,
            unclaimed: HashMap::new(),
            told_files: ToldFiles::default(),
            told_failures: ToldFailures::default(),
            is_folder_lost: false,
            is_storage_failing: false,
            is_profile_missing: false,
            status: WatchStatus::default(),
        })
    }

    /// Runs until the end or until `stop` is ready. Then uploads in progress get a few seconds.
    pub async fn run(mut self, condition: StopCondition, stop: impl Future<Output = ()>) -> WatchSummary {
        let mut stop = std::pin::pin!(stop);
        self.begin_refresh();
        // Bounded by real time. A profile that arrives later is in force from then on.
        tokio::select! {
            renewed = finished(&mut self.refresh) => self.apply_refresh(renewed),
            () = tokio::time::sleep(PROFILE_TIMEOUT) => {}
            () = &mut stop => return self.into_summary(),
        }
        loop {
            self.round();
            if self.is_finished(condition) {
                break;
            }
            let pause = self.time_until_next();
            let timer = Arc::clone(&self.timer);
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.attempt_ended(ended),
                renewed = finished(&mut self.refresh) => self.apply_refresh(renewed),
                () = timer.sleep(pause) => {}
                () = &mut stop => break,
            }
        }
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, async {
            while let Some(ended) = self.tasks.join_next_with_id().await {
                self.attempt_ended(ended);
            }
        })
        .await;
        self.tasks.shutdown().await;
        self.into_summary()
    }

    /// Runs all tasks that are due, then begins attempts.
    fn round(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.attempt_ended(ended);
        }
        let now = self.timer.elapsed();
        if now >= self.schedule.scan {
            self.schedule.scan = now + SCAN_INTERVAL;
            self.scan(now);
        }
        if now >= self.schedule.erase {
            self.schedule.erase = now + ERASE_INTERVAL;
            self.erase();
        }
        if now >= self.schedule.refresh {
            self.begin_refresh();
        }
        self.begin_attempts();
        self.show_status();
    }

    fn scan(&mut self, now: Duration) {
        if !self.is_folder_there() {
            return;
        }
        let scan = match self.stability.scan(self.context.folder.arrivals(), now, self.options.stability) {
            Ok(scan) => scan,
            Err(error) => return self.storage_failed(&error),
        };
        (self.status.arriving, self.status.unusable) = (scan.incomplete, scan.unusable);
        self.told_files.tell(&scan.skipped, self.context.observer.as_ref());
        for name in scan.complete {
            self.claim_count = self.claim_count.wrapping_add(1);
            let context = &self.context;
            match claim_file::claim_file(
                &context.folder,
                &name,
                self.claim_count,
                context.clock.as_ref(),
                context.entropy.as_ref(),
            ) {
                Ok(job) => {
                    self.stability.forget(&name);
                    self.unclaimed.remove(&name);
                    self.queue.add(job);
                }
                Err(error) => self.claim_failed(name, &error, now),
            }
        }
    }

    /// Reports that a file could not be claimed: on Windows another program has it open, or the disk is full. The next scan tries it again.
    fn claim_failed(&mut self, name: OsString, error: &io::Error, now: Duration) {
        match error.kind() {
            io::ErrorKind::NotFound => self.status.arriving += 1,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem => {
                self.status.arriving += 1;
                self.storage_failed(error);
            }
            _ => {
                let observer = Arc::clone(&self.context.observer);
                let first_try = *self.unclaimed.entry(name.clone()).or_insert_with(|| {
                    observer.event(&WatchEvent::ClaimFailed { name: &name, error });
                    now
                });
                // A person has to act. A watch with `QueueEmpty` does not wait for this.
                match now.saturating_sub(first_try) >= self.options.stability.truncated {
                    true => self.status.unusable += 1,
                    false => self.status.arriving += 1,
                }
            }
        }
    }

    fn erase(&mut self) {
        if self.is_folder_lost {
            return;
        }
        let context = &self.context;
        match erasure::erase_sent(&context.folder, self.options.keep_sent, context.clock.now()) {
            Ok(Erasure { erased, failures }) => {
                for name in erased {
                    context.observer.event(&WatchEvent::Erased { name: &name });
                }
                self.told_failures.tell(&failures, context.observer.as_ref());
            }
            Err(error) => self.storage_failed(&error),
        }
    }

    /// Time until the next task. It is never zero, so that the loop does not spin.
    fn time_until_next(&self) -> Duration {
        let now = self.timer.elapsed();
        let mut next = self.schedule.scan.min(self.schedule.refresh);
        for due in [self.queue.next_due(now), self.breaker.next_try(now)].into_iter().flatten() {
            next = next.min(due);
        }
        next.saturating_sub(now).max(Duration::from_millis(5))
    }

    fn is_finished(&self, until: StopCondition) -> bool {
        let StopCondition::QueueEmpty { give_up_after } = until else { return false };
        if !self.tasks.is_empty() {
            return false;
        }
        let is_all_seen = !self.is_folder_lost && self.status.arriving == 0 && !self.queue.has_new();
        (is_all_seen && (self.queue.is_all_stuck() || self.breaker.is_unauthorized()))
            || self.timer.elapsed() >= give_up_after
    }

    fn show_status(&mut self) {
        self.status.in_progress = self.tasks.len();
        self.status.waiting = self.queue.len().saturating_sub(self.tasks.len());
        self.status.gateway_down_since = self.breaker.open_since();
        self.context.observer.status(&self.status);
    }

    fn into_summary(mut self) -> WatchSummary {
        self.show_status();
        WatchSummary {
            status: self.status,
            is_unauthorized: self.breaker.is_unauthorized(),
            is_storage_failing: self.is_storage_failing || self.is_folder_lost || !self.told_failures.is_empty(),
        }
    }
}

/// Ready when a refresh is in progress and has ended.
async fn finished(renewal: &mut Option<JoinHandle<RefreshResult>>) -> Option<RefreshResult> {
    match renewal {
        Some(handle) => handle.await.ok(),
        None => std::future::pending().await,
    }
}
