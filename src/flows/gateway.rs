//! State that every flow works with: store, clock, keys and limits.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::certificate_issuer::CertificateIssuer;
use super::clock_watch::ClockWatch;
use super::event_subscribers::EventSubscribers;
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

/// Audit rows about refused photos of one device in a minute: more than a studio produces, far less than a program in a loop.
const PHOTO_REFUSAL_ROWS_PER_MINUTE: u32 = 60;

/// Collections of one photo in a minute: each opens the envelope, and a released lease leaves three rows in the audit log.
const COLLECTIONS_PER_MINUTE: u32 = 60;

/// A running gateway, without its listeners.
pub struct Gateway {
    /// Store with all rows of the gateway.
    pub store: SqlStore,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub profile: Arc<Profile>,
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
    pub wrong_code_alarms: WrongCodeAlarms,
    pub event_subscribers: EventSubscribers,
    pub(super) anonymous_callers: AnonymousCallers,
    keys: RwLock<Arc<KeyFile>>,
    certificate_issuer: RwLock<Option<Arc<CertificateIssuer>>>,
}

/// Deadlines and limits; `config/gateway.example.toml` explains them.
#[derive(Debug, Clone, Copy)]
pub struct GatewayLimits {
    pub retention: Duration,
    pub lease: Duration,
    pub settle_within: Duration,
    pub wrong_codes: WrongCodeLimits,
    pub photos_of_revoked: RevokedDevicePolicy,
    pub requests_per_minute: u32,
    pub enrolments_per_minute: u32,
    pub uploads_per_minute: u32,
    pub upload_bytes_at_once: u64,
    pub photo_bytes_in_total: u64,
    pub workers: usize,
    pub worker_queue: usize,
}

impl GatewayLimits {
    /// Longest time from sealing to erasure: waiting, then kept, with a month to spare. Older epoch keys are destroyed.
    pub fn longest_retention(&self) -> Duration {
        self.retention + Duration::from_secs((u64::from(MAX_KEPT_MONTHS) + 1) * 31 * 86_400)
    }
}

impl Gateway {
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
            event_subscribers: EventSubscribers::default(),
            anonymous_callers: AnonymousCallers::new(limits.enrolments_per_minute),
            keys: RwLock::new(Arc::new(keys)),
            certificate_issuer: RwLock::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn keys(&self) -> Arc<KeyFile> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn replace_keys(&self, keys: KeyFile) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// `None` while enrolment is not set up.
    pub fn certificate_issuer(&self) -> Option<Arc<CertificateIssuer>> {
        self.certificate_issuer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_certificate_issuer(&self, certificate_issuer: CertificateIssuer) {
        *self.certificate_issuer.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(certificate_issuer));
    }

    /// An audit row about an act of a device.
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

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn an_epoch_key_outlives_a_photo_that_was_kept_for_six_long_months_on_its_last_day() {
        let limits = GatewayLimits {
            retention: 90 * DAY,
            lease: DAY,
            settle_within: DAY,
            wrong_codes: WrongCodeLimits { per_device: 1, alarm_in_total: 1, window: DAY },
            photos_of_revoked: RevokedDevicePolicy::default(),
            requests_per_minute: 1,
            enrolments_per_minute: 1,
            uploads_per_minute: 1,
            upload_bytes_at_once: 1,
            photo_bytes_in_total: 1,
            workers: 1,
            worker_queue: 1,
        };
        // From 1 July to 1 January, and a month to spare.
        assert!(((90 + 184 + 30) * DAY..(90 + 184 + 35) * DAY).contains(&limits.longest_retention()));
    }
}
