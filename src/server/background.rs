//! Background tasks of a running gateway: revocations, revocation lists, checkpoints, head files, warnings and the sweep.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{self, MissedTickBehavior};

use super::checkpoint_signer::CheckpointSigner;
use super::revocation_list_publisher::RevocationListPublisher;
use super::watermark::WatermarkMonitor;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::clock::Timestamp;
use crate::flows::Gateway;
use crate::flows::events::check_events;
use crate::flows::maintenance::announce::announce;
use crate::flows::maintenance::clock_check::{ClockState, ClockStep, clock_state};
use crate::flows::maintenance::expiring_certificates::{ExpiringCertificates, expiring_certificates};
use crate::flows::maintenance::sweep;
use crate::flows::rejected_handshakes::record_rejected_handshake;
use crate::storage::StoreError;
use crate::telemetry::Metrics;
use crate::transport::accept::connection_registry::ConnectionRegistry;
use crate::transport::http::shutdown::ShutdownTrigger;
use crate::transport::tls::rejected_certificates::RejectionCause;
use crate::transport::tls::revocation::RevokedCertificates;
use crate::transport::tls::trust_status::TrustStatus;

/// A revocation must reach every open connection within two seconds: this is twice in that time.
const REVOCATION_POLL_INTERVAL: Duration = Duration::from_millis(900);

/// Readers of revocation lists fetch them rarely, so seconds do not matter.
const REVOCATION_LIST_INTERVAL: Duration = Duration::from_secs(2);

/// The monitor notices rows of other nodes and a replaced database file within this time.
const HEAD_FILE_INTERVAL: Duration = Duration::from_secs(1);

/// Commits within this time share one write of the head file, which costs the disk as much as a commit.
const HEAD_FILE_BATCH_DELAY: Duration = Duration::from_millis(200);

/// A suspension must end event streams within two seconds, and events of other nodes arrive in this time without a notification.
const EVENT_POLL_INTERVAL: Duration = Duration::from_millis(900);

/// Commits within this time share one look for new events.
const EVENT_BATCH_DELAY: Duration = Duration::from_millis(20);

/// Ends that are days away are announced within this time.
const ANNOUNCE_INTERVAL: Duration = Duration::from_mins(10);

const EXPIRY_WARNING_INTERVAL: Duration = Duration::from_hours(24);

/// Name in `/readyz`.
const CLOCK_FAULT_NAME: &str = "clock-went-back";

/// Context of all background tasks.
pub(super) struct BackgroundTasks {
    pub gateway: Arc<Gateway>,
    pub revoked: RevokedCertificates,
    pub connections: ConnectionRegistry,
    pub metrics: Arc<Metrics>,
    pub key_file: PathBuf,
    pub sweep_every: Duration,
    pub publisher: RevocationListPublisher,
    pub checkpoints: CheckpointSigner,
    pub watermarks: WatermarkMonitor,
    pub status: TrustStatus,
}

impl BackgroundTasks {
    /// Starts all tasks; they end with `stop`.
    pub(super) fn spawn(self, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger) {
        let Self { gateway, revoked, connections, metrics, key_file, sweep_every, publisher, checkpoints, .. } = self;
        let (watermarks, status) = (self.watermarks, self.status);
        let (notifying_gateway, checked_gateway) = (Arc::clone(&gateway), Arc::clone(&gateway));
        interval_or_notify(
            REVOCATION_POLL_INTERVAL,
            tasks,
            stop,
            move || {
                let gateway = Arc::clone(&notifying_gateway);
                async move { gateway.store.changed().await }
            },
            move || close_revoked_connections(Arc::clone(&checked_gateway), revoked.clone(), connections.clone()),
        );
        at_interval(REVOCATION_LIST_INTERVAL, tasks, stop, move || publisher.clone().publish_due());
        let signer = checkpoints.clone();
        at_interval(checkpoints.check_interval(), tasks, stop, move || signer.clone().run());
        let advancing = watermarks.clone();
        let batch = move || {
            let watermarks = advancing.clone();
            async move {
                watermarks.advanced().await;
                time::sleep(HEAD_FILE_BATCH_DELAY).await;
            }
        };
        interval_or_notify(HEAD_FILE_INTERVAL, tasks, stop, batch, move || watermarks.clone().run());
        let expiring = Arc::clone(&gateway);
        at_interval(EXPIRY_WARNING_INTERVAL, tasks, stop, move || warn_of_expiring_certificates(Arc::clone(&expiring)));
        let (committing, delivering) = (Arc::clone(&gateway), Arc::clone(&gateway));
        let committed = move || {
            let gateway = Arc::clone(&committing);
            async move {
                gateway.store.events_committed().await;
                time::sleep(EVENT_BATCH_DELAY).await;
            }
        };
        interval_or_notify(EVENT_POLL_INTERVAL, tasks, stop, committed, move || {
            wake_receivers(Arc::clone(&delivering))
        });
        close_streams_at_shutdown(Arc::clone(&gateway), tasks, stop);
        let sweeper = Sweeper { gateway, metrics, key_file, checkpoints, status };
        let announcer = sweeper.clone();
        at_interval(ANNOUNCE_INTERVAL, tasks, stop, move || announcer.clone().announce());
        at_interval(sweep_every, tasks, stop, move || sweeper.clone().sweep());
    }
}

async fn wake_receivers(gateway: Arc<Gateway>) {
    if let Err(error) = check_events(&gateway).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "cannot look for new events, retrying in 1 s");
    }
}

/// Ends event streams as soon as the shutdown begins, which would wait for them.
fn close_streams_at_shutdown(gateway: Arc<Gateway>, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger) {
    let mut shutdown = stop.subscribe();
    tasks.spawn(async move {
        shutdown.draining().await;
        gateway.event_subscribers.close();
    });
}

async fn warn_of_expiring_certificates(gateway: Arc<Gateway>) {
    match expiring_certificates(&gateway).await {
        Ok(ExpiringCertificates { first_end: None, .. }) => {}
        Ok(ExpiringCertificates { studios, offices, first_end: Some(first_end) }) => tracing::warn!(
            studios,
            offices,
            %first_end,
            "certificates of browsers end within 14 days and must be replaced: see `lichtbild-gateway device list --expiring`"
        ),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot check for expiring certificates, retrying in 24 h"
            );
        }
    }
}

async fn close_revoked_connections(
    gateway: Arc<Gateway>,
    revoked: RevokedCertificates,
    connections: ConnectionRegistry,
) {
    if let Err(error) = refresh_revocations(&gateway, &revoked).await {
        // The old list stays active, and each request reads the device from the database.
        tracing::warn!(error = &error as &dyn std::error::Error, "cannot read revocations, retrying in 1 s");
    }
    for (certificate, cause) in revoked.rejected().drain() {
        let reason = match cause {
            RejectionCause::Revoked => "certificate_revoked",
            RejectionCause::Expired => "certificate_expired",
        };
        if let Err(error) = record_rejected_handshake(&gateway, certificate, reason).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                reason,
                "cannot write the audit row of a refused handshake"
            );
        }
    }
    // Also without new revocations: a connection may have finished its handshake just before the list changed.
    let closed = connections.cancel_revoked(|certificate| revoked.contains(certificate));
    if closed > 0 {
        tracing::info!(connections = closed, "closed connections of revoked devices");
    }
}

/// Runs the sweep, the purge, the destruction of epoch keys and announcements while the clock is plausible.
#[derive(Clone)]
struct Sweeper {
    gateway: Arc<Gateway>,
    metrics: Arc<Metrics>,
    key_file: PathBuf,
    checkpoints: CheckpointSigner,
    status: TrustStatus,
}

impl Sweeper {
    async fn sweep(self) {
        if self.gateway.store.rollback().is_some() {
            return;
        }
        let Some(now) = self.plausible_time().await else { return };
        match sweep::sweep(&self.gateway, now).await {
            Ok(report) => {
                self.metrics.count_sweep(&report);
                if report.has_changes() {
                    tracing::info!(?report, "sweep finished");
                }
            }
            Err(error) => {
                return tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "sweep failed, retrying at the next sweep"
                );
            }
        }
        match self.checkpoints.purge(now).await {
            Ok(purged) if purged.has_changes() => {
                tracing::info!(forgotten = ?purged, "purged tombstones and audit rows past their retention");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    error = error.as_ref() as &dyn std::error::Error,
                    "purge failed, retrying at the next sweep"
                );
            }
        }
        if let Err(error) = destroy_expired_epoch_keys(&self.gateway, &self.key_file, now).await {
            tracing::error!(
                error = error.as_ref() as &dyn std::error::Error,
                "cannot remove expired epoch keys from the key file, retrying at the next sweep"
            );
        }
    }

    async fn announce(self) {
        if self.gateway.store.rollback().is_some() {
            return;
        }
        let Some(now) = self.plausible_time().await else { return };
        match announce(&self.gateway, now).await {
            Ok(0) => {}
            Ok(events) => tracing::info!(events, "announced what ends soon"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot announce what ends soon, retrying in 10 minutes"
                );
            }
        }
    }

    /// The time that this sweep may decide by; `None` if the clock may be wrong.
    async fn plausible_time(&self) -> Option<Timestamp> {
        let state = match clock_state(&self.gateway).await {
            Ok(state) => state,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot check the clock, retrying at the next sweep"
                );
                return None;
            }
        };
        self.report_clock_step();
        let now = self.gateway.now();
        let why = match state {
            ClockState::Plausible { now } => return Some(now),
            ClockState::SweepGap { last_sweep: last } => format!("the last sweep was over a month ago, at {last}"),
            ClockState::Ahead(by) => {
                format!("the clock was set forward by {} minutes while the machine ran", by.as_secs() / 60)
            }
        };
        tracing::error!(
            %now,
            why,
            "erasures are paused because the clock may be wrong: check it, then run `lichtbild-gateway confirm-clock`"
        );
        None
    }

    fn report_clock_step(&self) {
        let Some(ClockStep { by, to }) = self.gateway.last_backward_step() else {
            self.status.clear_fault(CLOCK_FAULT_NAME);
            return;
        };
        let detail = format!(
            "the clock went back by {} minutes to {to}: check the time server, then run `lichtbild-gateway confirm-clock`",
            by.as_secs().div_ceil(60)
        );
        if self.status.set_fault(CLOCK_FAULT_NAME, detail.clone()) {
            tracing::warn!(detail, "the clock went back: check the time server");
        }
    }
}

/// Reads the list of revoked certificates from the database.
pub(super) async fn refresh_revocations(gateway: &Gateway, revoked: &RevokedCertificates) -> Result<(), StoreError> {
    let list = gateway.store.revoked_certificates(gateway.now()).await?;
    revoked.replace(list.into_iter().collect());
    Ok(())
}

/// Removes the keys of months without photos, first from the file, then from memory: if the file cannot be written, the keys are not
/// reported as destroyed and the next sweep tries again. A symbolic link stays; the file that it points to is replaced.
pub async fn destroy_expired_epoch_keys(
    gateway: &Gateway,
    key_file: &Path,
    now: Timestamp,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(remaining_keys) = sweep::without_expired_epochs(gateway, now).await? else { return Ok(()) };
    atomic_file::replace_for_good(key_file, remaining_keys.to_toml()?.as_bytes(), FileMode::OwnerOnly)
        .map_err(|error| format!("cannot write {}: {error}", key_file.display()))?;
    sweep::activate_keys(gateway, remaining_keys).await?;
    tracing::info!("destroyed expired epoch keys");
    Ok(())
}

/// Runs `task` at once and then in intervals of `period`. A shutdown waits for the current run.
fn at_interval<F, Task>(period: Duration, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger, task: F)
where
    F: Fn() -> Task + Send + 'static,
    Task: Future<Output = ()> + Send,
{
    interval_or_notify(period, tasks, stop, std::future::pending, task);
}

/// Like [`at_interval`], and at once when `notified` returns.
fn interval_or_notify<T, Notified, F, Task>(
    period: Duration,
    tasks: &mut JoinSet<()>,
    stop: &ShutdownTrigger,
    notified: T,
    task: F,
) where
    T: Fn() -> Notified + Send + 'static,
    Notified: Future<Output = ()> + Send,
    F: Fn() -> Task + Send + 'static,
    Task: Future<Output = ()> + Send,
{
    let mut shutdown = stop.subscribe();
    tasks.spawn(async move {
        let mut ticks = time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.draining() => return,
                _ = ticks.tick() => task().await,
                () = notified() => task().await,
            }
        }
    });
}
