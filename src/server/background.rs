//! Background tasks of a running gateway: revocations that must take effect at once, and the sweeper.

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
use crate::flows::Gateway;
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

/// Twice within the two seconds that a revocation may take to reach every open connection.
const REVOCATION_POLL_INTERVAL: Duration = Duration::from_millis(900);

/// Others learn of a revocation from a list when they next fetch one: seconds do not matter.
const REVOCATION_LIST_INTERVAL: Duration = Duration::from_secs(2);

/// Rows of other nodes are seen within it, and a file that was replaced.
const HEAD_FILE_INTERVAL: Duration = Duration::from_secs(1);

/// Commits that come so close together are one mark: it costs the disk as much as a commit does.
const HEAD_FILE_BATCH_DELAY: Duration = Duration::from_millis(200);

/// Interval at which the log names certificates that end soon.
const EXPIRY_WARNING_INTERVAL: Duration = Duration::from_hours(24);

/// The name of a clock that went back, in `/readyz`.
const CLOCK_FAULT_NAME: &str = "clock-went-back";

/// Everything that the background tasks work with.
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
    /// Begins; ends when `stop` says so.
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
        let sweeper = Sweeper { gateway, metrics, key_file, checkpoints, status };
        at_interval(sweep_every, tasks, stop, move || sweeper.clone().sweep());
    }
}

async fn warn_of_expiring_certificates(gateway: Arc<Gateway>) {
    match expiring_certificates(&gateway).await {
        Ok(ExpiringCertificates { first_end: None, .. }) => {}
        Ok(ExpiringCertificates { studios, offices, first_end: Some(first_end) }) => tracing::warn!(
            studios,
            offices,
            %first_end,
            "certificates of browsers end within 14 days, and no browser renews: `lichtbild-gateway device list --expiring` names them"
        ),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot look for certificates that end soon");
        }
    }
}

async fn close_revoked_connections(
    gateway: Arc<Gateway>,
    revoked: RevokedCertificates,
    connections: ConnectionRegistry,
) {
    if let Err(error) = refresh_revocations(&gateway, &revoked).await {
        // The old list stays in force; each request asks the store anyway.
        tracing::warn!(error = &error as &dyn std::error::Error, "revocations not read");
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
                "a refused handshake is not in the audit log"
            );
        }
    }
    // Also with nothing new: a connection may have passed its handshake just before the list was replaced.
    let closed = connections.cancel_revoked(|certificate| revoked.contains(certificate));
    if closed > 0 {
        tracing::info!(connections = closed, "cut connections of revoked devices");
    }
}

/// Erases what time demands, as long as the clock can be trusted.
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
        if self.gateway.store.rollback().is_some() || !self.is_clock_plausible().await {
            return;
        }
        match sweep::sweep(&self.gateway).await {
            Ok(report) => {
                self.metrics.count_sweep(&report);
                if report.has_changes() {
                    tracing::info!(?report, "swept");
                }
            }
            Err(error) => return tracing::warn!(error = &error as &dyn std::error::Error, "not swept"),
        }
        // A sweep of many photos takes a while, in which the clock may be set.
        if !self.is_clock_plausible().await {
            return;
        }
        match self.checkpoints.purge().await {
            Ok(purged) if purged.has_changes() => {
                tracing::info!(forgotten = ?purged, "forgot what was kept long enough")
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    error = error.as_ref() as &dyn std::error::Error,
                    "what was kept long enough was not forgotten"
                );
            }
        }
        if !self.is_clock_plausible().await {
            return;
        }
        if let Err(error) = destroy_expired_epoch_keys(&self.gateway, &self.key_file).await {
            tracing::error!(
                error = error.as_ref() as &dyn std::error::Error,
                "cannot remove expired epoch keys from the key file"
            );
        }
    }

    async fn is_clock_plausible(&self) -> bool {
        let state = match clock_state(&self.gateway).await {
            Ok(state) => state,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "not swept");
                return false;
            }
        };
        self.report_clock_step();
        let now = self.gateway.now();
        let why = match state {
            ClockState::Plausible => return true,
            ClockState::SweepGap { last_sweep: last } => format!("the last sweep was over a month ago, at {last}"),
            ClockState::Ahead(by) => format!(
                "the clock was set ahead by {} minutes while the gateway ran: nothing that it shows has passed on this machine",
                by.as_secs() / 60
            ),
        };
        tracing::error!(
            %now,
            why,
            "nothing is erased and no key destroyed until an administrator has looked at the clock (`lichtbild-gateway confirm-clock`)"
        );
        false
    }

    fn report_clock_step(&self) {
        let Some(ClockStep { by, to }) = self.gateway.last_backward_step() else {
            self.status.clear_fault(CLOCK_FAULT_NAME);
            return;
        };
        let detail = format!(
            "the clock went back by {} minutes to {to}: check the time server; `lichtbild-gateway confirm-clock` says that it is right now",
            by.as_secs().div_ceil(60)
        );
        if self.status.set_fault(CLOCK_FAULT_NAME, detail.clone()) {
            tracing::warn!(detail, "the clock went back");
        }
    }
}

/// Reads the list of revoked certificates anew.
pub(super) async fn refresh_revocations(gateway: &Gateway, revoked: &RevokedCertificates) -> Result<(), StoreError> {
    let list = gateway.store.revoked_certificates(gateway.now()).await?;
    revoked.replace(list.into_iter().collect());
    Ok(())
}

/// Removes the keys of months whose photos are all gone, first from the file, then from the memory: should the file not be written,
/// nothing is reported as destroyed and the next round tries again. A key file that is a symbolic link is replaced where it lies.
///
/// # Errors
/// The error that keeps the file from being written, or the store from being used.
pub async fn destroy_expired_epoch_keys(
    gateway: &Gateway,
    key_file: &Path,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(remaining_keys) = sweep::without_expired_epochs(gateway).await? else { return Ok(()) };
    atomic_file::replace_for_good(key_file, remaining_keys.to_toml()?.as_bytes(), FileMode::OwnerOnly)
        .map_err(|error| format!("cannot write {}: {error}", key_file.display()))?;
    sweep::activate_keys(gateway, remaining_keys).await?;
    tracing::info!("destroyed the keys of months whose photos are all gone");
    Ok(())
}

/// Runs `task` again and again, `period` apart, the first time at once. A run that has begun is finished.
fn at_interval<F, Task>(period: Duration, tasks: &mut JoinSet<()>, stop: &ShutdownTrigger, task: F)
where
    F: Fn() -> Task + Send + 'static,
    Task: Future<Output = ()> + Send,
{
    interval_or_notify(period, tasks, stop, std::future::pending, task);
}

/// The same, and at once when `notified` returns.
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
