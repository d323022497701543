//! Readiness for deposits and collections, for monitoring, for load balancers, and for the self-test of the desk.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::App;
use crate::clock::Timestamp;
use crate::flows::maintenance::clock_check::{ClockState, clock_state};
use crate::storage::StoreError;
use crate::storage::deadline::with_deadline;
use crate::transport::tls::trust_status::Degradation;

/// Name of the missing part if the database is older than the gateway remembers, for example after a restore.
const ROLLBACK: &str = "database-rollback";

/// Name of the fault if none of several database hosts accepts writes.
const NO_PRIMARY: &str = "database-primary";

/// Time for which all callers of [`SharedReadiness`] get the same result.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// Readiness for callers without a rate limit: the gateway determines it at most once per second. Clones share the result.
///
/// A rate limit per address would be harmful: behind a load balancer without PROXY headers, its checks and all requests come from the same
/// address, so that one client could use up the limit and have a healthy gateway taken out of service.
#[derive(Clone, Default)]
pub struct SharedReadiness(Arc<Mutex<Option<(Timestamp, bool)>>>);

impl SharedReadiness {
    /// Reports whether nothing was missing one second ago or later.
    pub async fn is_ready(&self, app: &App) -> bool {
        let mut last = Arc::clone(&self.0).lock_owned().await;
        let now = app.gateway.now();
        if let Some((at, is_ready)) = *last
            // If the clock was set back, the old result must not stay for long.
            && (at..at + SHARED_FOR).contains(&now)
        {
            return is_ready;
        }
        let app = app.clone();
        // A task of its own holds the lock, so that clients that close the connection cannot start one probe after another.
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
    /// Names of the parts that are missing; empty if the gateway is ready.
    pub missing: Vec<&'static str>,
    /// Faults that an administrator has to check although the gateway works.
    pub degraded: Vec<Degradation>,
    /// End of the last epoch key; `None` if there is no key.
    pub keys_run_out_at: Option<Timestamp>,
    pub server_certificate_expires_at: Timestamp,
}

/// Determines the readiness, with a small write to the database.
pub async fn probe(app: &App) -> Readiness {
    let now = app.gateway.now();
    let (mut missing, mut no_primary) = (Vec::new(), None);
    let rollback = app.gateway.store.rollback();
    if rollback.is_some() {
        missing.push(ROLLBACK);
        if let Err(StoreError::NoPrimary(error)) = app.gateway.store.last_swept_at().await {
            no_primary = Some(error);
        }
    } else if let Err(error) = app.gateway.store.check_ready(now).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "not ready: cannot write to the database");
        missing.push("storage");
        if let StoreError::NoPrimary(error) = error {
            no_primary = Some(error);
        }
    }
    if clock_state(&app.gateway).await.is_ok_and(|state| !matches!(state, ClockState::Plausible { .. })) {
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
    degraded.extend(no_primary.map(|error| Degradation { what: NO_PRIMARY.into(), detail: error.detail() }));
    Readiness {
        missing,
        degraded,
        keys_run_out_at: keys.epochs_end_at(),
        server_certificate_expires_at: trust.server_certificate_expires_at,
    }
}
