//! Scheduling of attempts, and the consequences of an attempt for the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError};

use super::attempt::{Attempt, AttemptOutcome, AttemptStage, RefusedBy, RetryReason};
use super::event::WatchEvent;
use super::queue::RequeueReason;
use super::watch_loop::{RunningAttempt, Watch};
use crate::client::backoff;
use crate::client::photo::push::PushError;
use crate::client::transient_error::TransientError;
use crate::entropy::random_bytes;

/// Pause before the next attempt if a photo needs an action of a person.
const STUCK_PAUSE: Duration = Duration::from_secs(300);
/// Pause of all photos after an error of the disk.
const STORAGE_PAUSE: Duration = Duration::from_secs(10);

impl Watch {
    /// Begins as many attempts as are allowed. Photos are also checked while the gateway is unavailable.
    pub(super) fn begin_attempts(&mut self) {
        if self.is_folder_lost {
            return;
        }
        while self.tasks.len() < self.options.parallel.get() {
            let now = self.timer.elapsed();
            let uploads = self.attempts.values().filter(|other| other.stage == AttemptStage::Gateway).count();
            let stage = if self.breaker.allows(now, uploads) { AttemptStage::Gateway } else { AttemptStage::Local };
            let Some(next) = self.queue.start_next(now, stage) else { break };
            let attempt = Attempt {
                job: Arc::clone(&next.job),
                stage,
                client: self.client.clone(),
                accepted_sha256: next.accepted_sha256,
            };
            let running = RunningAttempt { id: next.job.id.clone(), generation: self.breaker.generation(), stage };
            let context = Arc::clone(&self.context);
            let task = self.tasks.spawn(async move { context.attempt(&attempt).await });
            self.attempts.insert(task.id(), running);
        }
    }

    /// Takes the outcome of an attempt.
    pub(super) fn attempt_ended(&mut self, ended: Result<(Id, AttemptOutcome), JoinError>) {
        let (task, end) = match ended {
            Ok((task, end)) => (task, Some(end)),
            // The task was cancelled or panicked; the photo is where it was.
            Err(error) => (error.id(), None),
        };
        let Some(attempt) = self.attempts.remove(&task) else { return };
        let now = self.timer.elapsed();
        match end {
            Some(AttemptOutcome::Sent) => {
                self.status.sent += 1;
                self.finish(&attempt, attempt.stage == AttemptStage::Gateway);
            }
            Some(AttemptOutcome::Refused(by)) => {
                self.status.refused += 1;
                self.status.maybe_stored += usize::from(by == RefusedBy::GatewayMaybeStored);
                self.finish(&attempt, by != RefusedBy::LocalCheck);
            }
            Some(AttemptOutcome::Missing) => self.finish(&attempt, false),
            Some(AttemptOutcome::Accepted(sha256)) => {
                self.queue.put_back(&attempt.id, RequeueReason::Accepted(sha256), now)
            }
            Some(AttemptOutcome::Changed) => self.queue.put_back(&attempt.id, RequeueReason::ContentChanged, now),
            Some(AttemptOutcome::Retry(retry)) => self.retry_later(&attempt, &retry),
            None => self.queue.put_back(&attempt.id, RequeueReason::Failed, now + STUCK_PAUSE),
        }
    }

    fn finish(&mut self, attempt: &RunningAttempt, gateway_answered: bool) {
        self.queue.finish(&attempt.id);
        self.storage_recovered();
        if gateway_answered && let Some(since) = self.breaker.record_success() {
            self.context.observer.event(&WatchEvent::GatewayRecovered { since });
            // The gateway may have a new profile, and a renewal may have failed during the outage.
            self.begin_refresh();
        }
    }

    fn retry_later(&mut self, attempt: &RunningAttempt, retry: &RetryReason) {
        let (now, at) = (self.timer.elapsed(), self.context.clock.now());
        let observer = Arc::clone(&self.context.observer);
        match retry {
            RetryReason::Unavailable { error, pause } => {
                // Without randomness the pause has its full length, as in a single deposit.
                let draw = random_bytes(self.context.entropy.as_ref()).map_or(u32::MAX, u32::from_be_bytes);
                if self.breaker.record_failure(attempt.generation, at, now, *pause, draw) {
                    observer.event(&WatchEvent::GatewayDown { error });
                }
                let (reason, not_before) = match error {
                    TransientError::Unreachable(_) | TransientError::Proxy(_) => (RequeueReason::NotPhotoRelated, now),
                    // This photo may be the cause of the gateway's failure.
                    TransientError::TimedOut
                    | TransientError::ConnectionLost(_)
                    | TransientError::Unavailable { .. } => {
                        let failures = self.queue.failures(&attempt.id).saturating_add(1);
                        (RequeueReason::Failed, now + backoff::pause(failures, draw))
                    }
                };
                self.queue.put_back(&attempt.id, reason, not_before);
            }
            RetryReason::Unauthorized(error) => {
                if self.breaker.record_unauthorized(attempt.generation, at, now) {
                    observer.event(&WatchEvent::Unauthorized { error });
                    // A new certificate may help.
                    self.begin_refresh();
                }
                self.queue.put_back(&attempt.id, RequeueReason::NotPhotoRelated, now);
            }
            RetryReason::Stuck(error) => {
                if self.queue.failures(&attempt.id) == 0 {
                    let name = self.queue.name(&attempt.id);
                    observer.event(&WatchEvent::Stuck { name: &name, error });
                }
                // If its file cannot be read, a person has to act; other errors may be temporary.
                let reason = match error.as_ref() {
                    PushError::Photo(_) => RequeueReason::Stuck,
                    _ => RequeueReason::Failed,
                };
                self.queue.put_back(&attempt.id, reason, now + STUCK_PAUSE);
            }
            RetryReason::Storage(error) => {
                self.storage_failed(error);
                self.queue.put_back(&attempt.id, RequeueReason::NotPhotoRelated, now + STORAGE_PAUSE);
            }
        }
    }
}
