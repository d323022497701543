//! State that every flow works with: store, clock, keys and limits.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::certificate_issuer::CertificateIssuer;
use super::clock_watch::ClockWatch;
use super::wrong_code_alarm::WrongCodeAlarms;
use crate::clock::{Clock, Timestamp};
use crate::domain::id::{DeviceId, PartyId, PhotoId};
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::photo::quarantine::RevokedDevicePolicy;
use crate::domain::photo::retention::MAX_KEPT_MONTHS;
use crate::entropy::Entropy;
use crate::limits::anonymous_callers::AnonymousCallers;
use crate::limits::in_flight::InFlight;
use crate::limits::memory_shares::MemoryShares;
use crate::limits::rate_limiter::RateLimiter;
use crate::limits::row_pace::RowPace;
use crate::limits::worker_pool::WorkerPool;
use crate::sealing::KeyFile;
use crate::storage::SqlStore;
use crate::storage::requests::WrongCodeLimits;
use crate::validation::profile::Profile;

/// Audit rows about refused handshakes, enrolments and renewals of one device in a minute.
const REJECTION_ROWS_PER_MINUTE: u32 = 10;

/// Audit rows about refused photos of one device in a minute: more than a studio takes, far less than a program in a loop sends.
const PHOTO_REFUSAL_ROWS_PER_MINUTE: u32 = 60;

/// Collections of one photo in a minute: each opens the photo, and a lease that is released leaves three rows in the audit log.
const COLLECTIONS_PER_MINUTE: u32 = 60;

/// A running gateway, without its listeners.
pub struct Gateway {
    /// Store with all rows of the gateway.
    pub store: SqlStore,
    /// Source of the time.
    pub clock: Arc<dyn Clock>,
    /// Source of randomness for identifiers and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// Profile with the limits that photos are checked against.
    pub profile: Arc<Profile>,
    /// Its deadlines and limits.
    pub limits: GatewayLimits,
    pub(super) workers: WorkerPool<PartyId, DeviceId>,
    pub(super) in_flight: InFlight,
    pub(super) clock_watch: ClockWatch,
    pub(super) photo_memory: MemoryShares,
    pub(super) upload_limiter: RateLimiter<DeviceId>,
    pub(super) request_limiter: RateLimiter<DeviceId>,
    pub(super) rejection_rows: RowPace<(DeviceId, AuditEvent)>,
    pub(super) photo_refusal_rows: RowPace<DeviceId>,
    pub(super) lease_limiter: RateLimiter<PhotoId>,
    pub(super) wrong_code_alarms: WrongCodeAlarms,
    pub(super) anonymous_callers: AnonymousCallers,
    keys: RwLock<Arc<KeyFile>>,
    certificate_issuer: RwLock<Option<Arc<CertificateIssuer>>>,
}

/// Deadlines and limits.
#[derive(Debug, Clone, Copy)]
pub struct GatewayLimits {
    /// Longest time that a photo waits for an office. PassDEÜV allows six months at most.
    pub retention: Duration,
    /// Time for which an office holds a photo before it must enter the code again.
    pub lease: Duration,
    /// Time in which an office must settle after a hand-over; then the photo counts as used.
    pub settle_within: Duration,
    pub wrong_codes: WrongCodeLimits,
    /// Policy for photos whose device is revoked.
    pub photos_of_revoked: RevokedDevicePolicy,
    /// Requests of one device in a minute, of whatever kind.
    pub requests_per_minute: u32,
    /// Lookups of invitations and enrolments of one address in a minute.
    pub enrolments_per_minute: u32,
    /// Uploads and checks of one device in a minute.
    pub uploads_per_minute: u32,
    /// Bytes of photos that one device uploads or fetches, and so are in memory, at the same time.
    pub upload_bytes_at_once: u64,
    /// The same of all devices together; a party may hold as many as are left free for others.
    pub photo_bytes_in_total: u64,
    /// Photos that are judged at the same time.
    pub workers: usize,
    /// Photos that may wait for a judge; more are told to come back.
    pub worker_queue: usize,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            retention: Duration::from_secs(180 * 86_400),
            lease: Duration::from_secs(15 * 60),
            settle_within: Duration::from_secs(7 * 86_400),
            wrong_codes: WrongCodeLimits {
                per_device: 20,
                alarm_in_total: 1_000,
                window: Duration::from_secs(15 * 60),
            },
            photos_of_revoked: RevokedDevicePolicy::Keep,
            requests_per_minute: 6_000,
            enrolments_per_minute: 60,
            uploads_per_minute: 600,
            upload_bytes_at_once: 64 * 1024 * 1024,
            photo_bytes_in_total: 512 * 1024 * 1024,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            worker_queue: 64,
        }
    }
}

impl GatewayLimits {
    /// The longest time from a photo's sealing to its erasure: waiting, then kept, with a month to spare. Epoch keys that are
    /// older are destroyed.
    pub fn longest_retention(&self) -> Duration {
        self.retention + Duration::from_secs((u64::from(MAX_KEPT_MONTHS) + 1) * 31 * 86_400)
    }
}

impl Gateway {
    /// Puts a gateway together.
    pub fn new(
        store: SqlStore,
        keys: KeyFile,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        profile: Profile,
        limits: GatewayLimits,
    ) -> Self {
        Self {
            store,
            entropy,
            profile: Arc::new(profile),
            limits,
            workers: WorkerPool::new(limits.workers, limits.worker_queue),
            in_flight: InFlight::default(),
            clock_watch: ClockWatch::new(clock.as_ref()),
            clock,
            photo_memory: MemoryShares::new(limits.photo_bytes_in_total, limits.upload_bytes_at_once),
            upload_limiter: RateLimiter::new(limits.uploads_per_minute),
            request_limiter: RateLimiter::new(limits.requests_per_minute),
            rejection_rows: RowPace::new(REJECTION_ROWS_PER_MINUTE),
            photo_refusal_rows: RowPace::new(PHOTO_REFUSAL_ROWS_PER_MINUTE),
            lease_limiter: RateLimiter::new(COLLECTIONS_PER_MINUTE),
            wrong_code_alarms: WrongCodeAlarms::default(),
            anonymous_callers: AnonymousCallers::new(limits.enrolments_per_minute),
            keys: RwLock::new(Arc::new(keys)),
            certificate_issuer: RwLock::default(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Alarms about wrong codes since the gateway started.
    pub fn wrong_code_alarms(&self) -> u64 {
        self.wrong_code_alarms.count()
    }

    /// The keys in force.
    pub fn keys(&self) -> Arc<KeyFile> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other keys in force, after expired epochs were destroyed.
    pub(super) fn replace_keys(&self, keys: KeyFile) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Certificate issuer in force; `None` where none was put in force.
    pub fn certificate_issuer(&self) -> Option<Arc<CertificateIssuer>> {
        self.certificate_issuer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts authorities in force, from now on.
    pub fn set_certificate_issuer(&self, certificate_issuer: CertificateIssuer) {
        *self.certificate_issuer.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(certificate_issuer));
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
