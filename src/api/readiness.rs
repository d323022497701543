//! Readiness for deposits and collections: read by monitoring, by load balancers, and by clerks in the self-test.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::App;
use crate::clock::Timestamp;
use crate::flows::maintenance::clock_check::{ClockState, clock_state};
use crate::storage::deadline::with_deadline;
use crate::transport::tls::trust_status::Degradation;

/// The name of a database that went back in time.
const ROLLBACK: &str = "database-rollback";

/// Time for which all callers of [`SharedReadiness`] get the same answer.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// Readiness for callers who may ask as often as they like: found out once a second at most, whoever asks. Clones share it.
///
/// They are not limited one by one: behind a load balancer its own checks come from the same address as everybody's requests, and whoever
/// used up that rate could have a healthy gateway taken out of service.
#[derive(Clone, Default)]
pub struct SharedReadiness(Arc<Mutex<Option<(Timestamp, bool)>>>);

impl SharedReadiness {
    /// Reports whether nothing was missing at most a second ago.
    pub async fn is_ready(&self, app: &App) -> bool {
        let mut last = Arc::clone(&self.0).lock_owned().await;
        let now = app.gateway.now();
        if let Some((at, is_ready)) = *last
            // A clock that was set back is no reason to answer an old state for long.
            && (at..at + SHARED_FOR).contains(&now)
        {
            return is_ready;
        }
        let app = app.clone();
        // In a task of its own, which holds the lock: callers who hang up must not start one probe after another.
        let probe = tokio::spawn(with_deadline(async move {
            let is_ready = probe(&app).await.missing.is_empty();
            *last = Some((app.gateway.now(), is_ready));
            is_ready
        }));
        probe.await.unwrap_or(false)
    }
}

/// Readiness of the gateway.
#[derive(Debug)]
pub struct Readiness {
    /// Names of the parts that are missing for a deposit or a collection; empty when the gateway is ready.
    pub missing: Vec<&'static str>,
    /// Faults that an administrator has to look at while the gateway works.
    pub degraded: Vec<Degradation>,
    /// The end of the last key that photos can be sealed with; `None` when there is none at all.
    pub keys_run_out_at: Option<Timestamp>,
    /// The end of the certificate that the listeners show.
    pub server_certificate_expires_at: Timestamp,
}

/// Finds out, by a small write among others.
pub async fn probe(app: &App) -> Readiness {
    let now = app.gateway.now();
    let mut missing = Vec::new();
    let rollback = app.gateway.store.rollback();
    if rollback.is_some() {
        missing.push(ROLLBACK);
    } else if let Err(error) = app.gateway.store.check_ready(now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "not ready: the store");
        missing.push("storage");
    }
    if clock_state(&app.gateway).await.is_ok_and(|state| state != ClockState::Plausible) {
        missing.push("clock");
    }
    let keys = app.gateway.keys();
    if keys.epoch_at(now).is_none() {
        missing.push("epoch-key");
    }
    let trust = app.trust.facts();
    if trust.server_certificate_expires_at <= now {
        missing.push("server-certificate");
    }
    let mut degraded = trust.degradations(now);
    degraded.extend(rollback.map(|rollback| Degradation { what: ROLLBACK.into(), detail: rollback.advice() }));
    Readiness {
        missing,
        degraded,
        keys_run_out_at: keys.epochs_end_at(),
        server_certificate_expires_at: trust.server_certificate_expires_at,
    }
}
