//! The photos in the working folder: which one is next.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::AttemptStage;
use super::files::claim_file::Job;
use crate::domain::digest::Sha256Digest;

/// All unfinished photos, oldest first.
#[derive(Debug, Default)]
pub struct PhotoQueue {
    entries: BTreeMap<String, QueueEntry>,
}

/// State of a queued photo; its stage follows from the folder it is in.
#[derive(Debug)]
pub struct QueueEntry {
    /// The photo.
    pub job: Arc<Job>,
    /// The bytes that were found good.
    pub accepted_sha256: Option<Sha256Digest>,
    is_new: bool,
    is_in_progress: bool,
    is_stuck: bool,
    failures: u32,
    not_before: Duration,
}

impl PhotoQueue {
    /// Adds a photo.
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

    /// Adds the photos that are not in the queue.
    pub fn add_missing(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            if !self.entries.contains_key(&job.id) {
                self.add(job);
            }
        }
    }

    /// The next photo to be attempted, which is under way from now on. Of those that failed equally often the oldest, so that a
    /// photo that always fails does not hold up the others.
    pub fn start_next(&mut self, now: Duration, stage: AttemptStage) -> Option<&QueueEntry> {
        let may_begin = |entry: &&mut QueueEntry| {
            !entry.is_in_progress && entry.not_before <= now && (stage == AttemptStage::Gateway || entry.is_new)
        };
        let next = self.entries.values_mut().filter(may_begin).min_by_key(|entry| entry.failures)?;
        next.is_in_progress = true;
        Some(next)
    }

    /// The photo is where it belongs.
    pub fn finish(&mut self, id: &str) {
        self.entries.remove(id);
    }

    /// The attempt is over and another one follows, not before the given time.
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

    /// Returns how often a photo's attempts failed for a reason that may lie in the photo.
    pub fn failures(&self, id: &str) -> u32 {
        self.entries.get(id).map_or(0, |entry| entry.failures)
    }

    /// The name under which a photo arrived.
    pub fn name(&self, id: &str) -> OsString {
        self.entries.get(id).map(|entry| entry.job.name.clone()).unwrap_or_default()
    }

    /// Number of queued photos.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Reports whether a person has to help with every photo that is left.
    pub fn is_all_stuck(&self) -> bool {
        self.entries.values().all(|entry| entry.is_stuck)
    }

    /// Reports whether there is a photo that no attempt has looked at yet.
    pub fn has_new(&self) -> bool {
        self.entries.values().any(|entry| entry.is_new)
    }

    /// The earliest time after `now` at which a photo may be attempted again.
    pub fn next_due(&self, now: Duration) -> Option<Duration> {
        let waiting = self.entries.values().filter(|entry| !entry.is_in_progress && entry.not_before > now);
        waiting.map(|entry| entry.not_before).min()
    }
}

/// Reason why an unfinished attempt puts its photo back into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequeueReason {
    /// These bytes are good.
    Accepted(Sha256Digest),
    /// Other bytes lie there.
    ContentChanged,
    /// Nothing: it did not depend on the photo.
    NotPhotoRelated,
    /// It failed, perhaps because of the photo.
    Failed,
    /// It failed, and does so until a person helps.
    Stuck,
}
