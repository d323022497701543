//! Whose turn it is, and what an attempt's end means for the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinError};

use super::attempt::{Attempt, By, End, Later, Reach};
use super::event::Event;
use super::queue::Verdict;
use super::watch::{UnderWay, Watch};
use crate::client::backoff;
use crate::client::setback::Setback;
use crate::entropy::random_bytes;

/// How long a photo waits that only a person can help.
const STUCK_PAUSE: Duration = Duration::from_secs(300);
/// How long photos wait for a disk.
const STORAGE_PAUSE: Duration = Duration::from_secs(10);

impl Watch {
    /// Begins as many attempts as may be under way. Photos are judged while the gateway is away.
    pub(super) fn begin_attempts(&mut self) {
        while self.running.len() < self.settings.parallel.get() {
            let now = self.patience.spent();
            let uploads = self.under_way.values().filter(|other| other.reach == Reach::Gateway).count();
            let reach = if self.line.may_begin(now, uploads) { Reach::Gateway } else { Reach::Shop };
            let Some(next) = self.queue.begin(now, reach) else { break };
            let attempt = Attempt {
                job: Arc::clone(&next.job),
                reach,
                connection: self.connection.clone(),
                found_good: next.found_good,
            };
            let under_way = UnderWay { id: next.job.id.clone(), era: self.line.era(), reach };
            let shop = Arc::clone(&self.shop);
            let task = self.running.spawn(async move { shop.attempt(&attempt).await });
            self.under_way.insert(task.id(), under_way);
        }
    }

    /// An attempt is over.
    pub(super) fn ended(&mut self, ended: Result<(Id, End), JoinError>) {
        let (task, end) = match ended {
            Ok((task, end)) => (task, Some(end)),
            // It was broken off or has a fault; the photo is where it was.
            Err(error) => (error.id(), None),
        };
        let Some(attempt) = self.under_way.remove(&task) else { return };
        let now = self.patience.spent();
        match end {
            Some(End::Sent) => {
                self.status.sent += 1;
                self.finish(&attempt, attempt.reach == Reach::Gateway);
            }
            Some(End::Refused(by)) => {
                self.status.refused += 1;
                self.status.perhaps_deposited += usize::from(by == By::GatewayAfterSilence);
                self.finish(&attempt, by != By::Shop);
            }
            Some(End::Gone) => self.finish(&attempt, false),
            Some(End::FoundGood(sha256)) => self.queue.put_back(&attempt.id, Verdict::Good(sha256), now),
            Some(End::Changed) => self.queue.put_back(&attempt.id, Verdict::Unknown, now),
            Some(End::Later(later)) => self.later(&attempt, &later),
            None => self.queue.put_back(&attempt.id, Verdict::Failed, now + STUCK_PAUSE),
        }
    }

    fn finish(&mut self, attempt: &UnderWay, gateway_answered: bool) {
        self.queue.finish(&attempt.id);
        self.storage_works();
        if gateway_answered && let Some(since) = self.line.answered() {
            self.shop.observer.event(&Event::LineBack { since });
            // Its rules may be others now, and our certificate may have been renewed in vain meanwhile.
            self.begin_renewal();
        }
    }

    fn later(&mut self, attempt: &UnderWay, later: &Later) {
        let (now, at) = (self.patience.spent(), self.shop.clock.now());
        let observer = Arc::clone(&self.shop.observer);
        match later {
            Later::Line { setback, pause } => {
                // Without randomness the whole pause, as in a single deposit.
                let draw = random_bytes(self.shop.entropy.as_ref()).map_or(u32::MAX, u32::from_be_bytes);
                if self.line.failed(attempt.era, at, now, *pause, draw) {
                    observer.event(&Event::LineDown { setback });
                }
                let (verdict, not_before) = match setback {
                    Setback::Unreachable(_) => (Verdict::Unchanged, now),
                    // It may be this photo that the gateway stumbles over.
                    Setback::TimedOut | Setback::Cut(_) | Setback::Busy { .. } => {
                        let failures = self.queue.failures(&attempt.id).saturating_add(1);
                        (Verdict::Failed, now + backoff::pause(failures, draw))
                    }
                };
                self.queue.put_back(&attempt.id, verdict, not_before);
            }
            Later::Barred(error) => {
                if self.line.barred(attempt.era, at, now) {
                    observer.event(&Event::Barred { error });
                    // Perhaps a new certificate is what is needed.
                    self.begin_renewal();
                }
                self.queue.put_back(&attempt.id, Verdict::Unchanged, now);
            }
            Later::Stuck(error) => {
                if self.queue.failures(&attempt.id) == 0 {
                    let name = self.queue.name(&attempt.id);
                    observer.event(&Event::Stuck { name: &name, error });
                }
                self.queue.put_back(&attempt.id, Verdict::Failed, now + STUCK_PAUSE);
            }
            Later::Storage(error) => {
                self.storage_trouble(error);
                self.queue.put_back(&attempt.id, Verdict::Unchanged, now + STORAGE_PAUSE);
            }
        }
    }
}
