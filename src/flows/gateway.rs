//! What every flow works with.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::claim::Claims;
use super::clock_watch::ClockWatch;
use super::issuance::Issuance;
use super::judge::Judges;
use super::pace::Pace;
use super::strangers::Strangers;
use super::turn_away::ROWS_PER_MINUTE;
use crate::clock::{Clock, Timestamp};
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::id::DeviceId;
use crate::domain::keeping::KEPT_MONTHS;
use crate::domain::quarantine::PhotosOfRevoked;
use crate::entropy::Entropy;
use crate::sealing::KeyFile;
use crate::storage::Store;
use crate::storage::steps::GuessLimits;
use crate::validation::profile::Profile;

/// A running gateway, without its listeners.
pub struct Gateway {
    /// What it remembers.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where identifiers and nonces come from.
    pub entropy: Arc<dyn Entropy>,
    /// What photos are judged by.
    pub profile: Arc<Profile>,
    /// Its deadlines and limits.
    pub rules: Rules,
    pub(super) judges: Judges,
    pub(super) claims: Claims,
    pub(super) clock_watch: ClockWatch,
    pub(super) pace: Pace<DeviceId>,
    pub(super) requests: Pace<DeviceId>,
    pub(super) refusals: Pace<DeviceId>,
    pub(super) strangers: Strangers,
    keys: RwLock<Arc<KeyFile>>,
    issuance: RwLock<Option<Arc<Issuance>>>,
}

/// Deadlines and limits.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long a photo waits for an office. PassDEÜV allows six months at most.
    pub retention: Duration,
    /// How long an office holds a photo before it must enter the code again.
    pub lease: Duration,
    /// How long an office that was handed a photo has to settle; then the photo counts as used.
    pub settle_within: Duration,
    /// How many wrong codes are borne.
    pub guesses: GuessLimits,
    /// What becomes of photos whose device is revoked.
    pub photos_of_revoked: PhotosOfRevoked,
    /// Requests of one device in a minute, of whatever kind.
    pub requests_per_minute: u32,
    /// Lookups of invitations and enrolments of one address in a minute.
    pub enrolments_per_minute: u32,
    /// Uploads and checks of one device in a minute.
    pub uploads_per_minute: u32,
    /// Bytes of one device's uploads and checks that may be under way, and so in memory, at the same time.
    pub upload_bytes_at_once: u64,
    /// Photos that are judged at the same time.
    pub judges: usize,
    /// Photos that may wait for a judge; more are told to come back.
    pub judge_queue: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            retention: Duration::from_secs(180 * 86_400),
            lease: Duration::from_secs(15 * 60),
            settle_within: Duration::from_secs(7 * 86_400),
            guesses: GuessLimits { per_device: 20, over_all: 1_000, window: Duration::from_secs(15 * 60) },
            photos_of_revoked: PhotosOfRevoked::Keep,
            requests_per_minute: 6_000,
            enrolments_per_minute: 60,
            uploads_per_minute: 600,
            upload_bytes_at_once: 64 * 1024 * 1024,
            judges: std::thread::available_parallelism().map_or(2, usize::from),
            judge_queue: 64,
        }
    }
}

impl Rules {
    /// The longest time from a photo's sealing to its erasure: waiting, then kept, with a month to spare. Epoch keys that are
    /// older are destroyed.
    pub fn longest_retention(&self) -> Duration {
        self.retention + Duration::from_secs((u64::from(KEPT_MONTHS) + 1) * 31 * 86_400)
    }
}

impl Gateway {
    /// Puts a gateway together.
    pub fn new(
        store: Arc<dyn Store>,
        keys: KeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        profile: Profile,
        rules: Rules,
    ) -> Self {
        Self {
            store,
            entropy,
            profile: Arc::new(profile),
            rules,
            judges: Judges::new(rules.judges, rules.judge_queue),
            claims: Claims::default(),
            clock_watch: ClockWatch::new(clock.as_ref()),
            clock,
            pace: Pace::new(rules.uploads_per_minute, rules.upload_bytes_at_once),
            requests: Pace::new(rules.requests_per_minute, u64::MAX),
            refusals: Pace::new(ROWS_PER_MINUTE, u64::MAX),
            strangers: Strangers::new(rules.enrolments_per_minute),
            keys: RwLock::new(Arc::new(keys)),
            issuance: RwLock::default(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<KeyFile> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other keys in force, after dead epochs were destroyed.
    pub(super) fn replace_keys(&self, keys: KeyFile) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// What devices are certified with; `None` where nothing was put in force.
    pub fn issuance(&self) -> Option<Arc<Issuance>> {
        self.issuance.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts authorities in force, from now on.
    pub fn put_issuance(&self, issuance: Issuance) {
        *self.issuance.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(issuance));
    }

    /// An audit row about something a device did.
    pub(super) fn audit(
        &self,
        device: DeviceId,
        event: AuditEvent,
        subject: Option<String>,
        details: serde_json::Value,
    ) -> AuditEntry {
        AuditEntry { at: self.now(), actor: device.to_string(), event, subject, details }
    }
}
