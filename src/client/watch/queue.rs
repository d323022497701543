//! Queue of the photos in the working folder.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::AttemptStage;
use super::files::claim_file::Job;
use crate::domain::digest::Sha256Digest;

/// Oldest first.
#[derive(Debug, Default)]
pub struct PhotoQueue {
    entries: BTreeMap<String, QueueEntry>,
}

/// State of a queued photo. Its stage is not stored: it follows from the photo's files.
#[derive(Debug)]
pub struct QueueEntry {
    pub job: Arc<Job>,
    /// Bytes that the local check has accepted.
    pub accepted_sha256: Option<Sha256Digest>,
    is_new: bool,
    is_in_progress: bool,
    is_stuck: bool,
    failures: u32,
    not_before: Duration,
}

impl PhotoQueue {
    pub fn add(&mut self, job: Job) {
        let entry = QueueEntry {
            accepted_sha256: None,
            is_new: true,
            is_in_progress: false,
            is_stuck: false,
            failures: 0,
            not_before: Duration::ZERO,
            job: Arc::new(job),
        };
        self.entries.insert(entry.job.id.clone(), entry);
    }

    pub fn add_missing(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            if !self.entries.contains_key(&job.id) {
                self.add(job);
            }
        }
    }

    /// Takes the next photo for an attempt. Photos that failed less often come first, then older ones, so that a photo that always fails
    /// does not delay the others.
    pub fn start_next(&mut self, now: Duration, stage: AttemptStage) -> Option<&QueueEntry> {
        let may_begin = |entry: &&mut QueueEntry| {
            !entry.is_in_progress && entry.not_before <= now && (stage == AttemptStage::Gateway || entry.is_new)
        };
        let next = self.entries.values_mut().filter(may_begin).min_by_key(|entry| entry.failures)?;
        next.is_in_progress = true;
        Some(next)
    }

    /// Removes a finished photo.
    pub fn finish(&mut self, id: &str) {
        self.entries.remove(id);
    }

    /// Puts a photo back for another attempt, not before the given time.
    pub fn put_back(&mut self, id: &str, reason: RequeueReason, not_before: Duration) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        (entry.is_in_progress, entry.is_new, entry.not_before) = (false, false, not_before);
        entry.is_stuck = reason == RequeueReason::Stuck;
        match reason {
            RequeueReason::Accepted(sha256) => entry.accepted_sha256 = Some(sha256),
            RequeueReason::ContentChanged => (entry.accepted_sha256, entry.is_new) = (None, true),
            RequeueReason::NotPhotoRelated => {}
            RequeueReason::Failed | RequeueReason::Stuck => entry.failures = entry.failures.saturating_add(1),
        }
    }

    /// Number of attempts that failed for a reason that may lie in the photo.
    pub fn failures(&self, id: &str) -> u32 {
        self.entries.get(id).map_or(0, |entry| entry.failures)
    }

    /// Original file name of a photo.
    pub fn name(&self, id: &str) -> OsString {
        self.entries.get(id).map(|entry| entry.job.name.clone()).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Reports whether every remaining photo needs an action of a person.
    pub fn is_all_stuck(&self) -> bool {
        self.entries.values().all(|entry| entry.is_stuck)
    }

    /// Reports whether there is a photo without an attempt.
    pub fn has_new(&self) -> bool {
        self.entries.values().any(|entry| entry.is_new)
    }

    /// Earliest time after `now` at which an attempt may begin.
    pub fn next_due(&self, now: Duration) -> Option<Duration> {
        let waiting = self.entries.values().filter(|entry| !entry.is_in_progress && entry.not_before > now);
        waiting.map(|entry| entry.not_before).min()
    }
}

/// Reason for which an attempt puts its photo back into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequeueReason {
    /// The local check has accepted these bytes.
    Accepted(Sha256Digest),
    /// The file has changed.
    ContentChanged,
    /// The attempt ended for a reason that does not lie in the photo.
    NotPhotoRelated,
    /// The attempt failed, possibly because of the photo.
    Failed,
    /// The attempt failed and needs an action of a person.
    Stuck,
}
