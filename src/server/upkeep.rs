//! What runs beside the listeners: revocations that must bite at once, and the sweeper.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{self, MissedTickBehavior};

use super::checkpoints::Checkpoints;
use super::publish::Publisher;
use super::watermark::Watermarks;
use crate::durable::{self, Audience};
use crate::flows::clock::{ClockState, Step, clock_state};
use crate::flows::turn_away::note_turned_away;
use crate::flows::{Gateway, sweep};
use crate::storage::StoreError;
use crate::telemetry::Metrics;
use crate::transport::connections::Connections;
use crate::transport::revocation::RevokedCertificates;
use crate::transport::shutdown::Stop;
use crate::transport::trust_status::TrustStatus;
use crate::transport::turned_away::Cause;

/// Twice within the two seconds that a revocation may take to reach every open connection.
const REVOCATIONS_EVERY: Duration = Duration::from_millis(900);

/// Others learn of a revocation from a list when they next fetch one: seconds do not matter.
const LISTS_EVERY: Duration = Duration::from_secs(2);

/// Rows of other nodes are seen within it, and a file that was replaced.
const MARKS_EVERY: Duration = Duration::from_secs(1);

/// Commits that come so close together are one mark: it costs the disk as much as a commit does.
const COMMITS_OF_ONE_MARK: Duration = Duration::from_millis(200);

/// The name of a clock that went back, in `/readyz`.
const CLOCK: &str = "clock-went-back";

/// What upkeep works with.
pub(super) struct Upkeep {
    pub gateway: Arc<Gateway>,
    pub revoked: RevokedCertificates,
    pub connections: Connections,
    pub metrics: Arc<Metrics>,
    pub key_file: PathBuf,
    pub sweep_every: Duration,
    pub publisher: Publisher,
    pub checkpoints: Checkpoints,
    pub watermarks: Watermarks,
    pub status: TrustStatus,
}

impl Upkeep {
    /// Begins; ends when `stop` says so.
    pub(super) fn begin(self, work: &mut JoinSet<()>, stop: &Stop) {
        let Self { gateway, revoked, connections, metrics, key_file, sweep_every, publisher, checkpoints, .. } = self;
        let (watermarks, status) = (self.watermarks, self.status);
        let (told, watched) = (Arc::clone(&gateway), Arc::clone(&gateway));
        every_and_when(
            REVOCATIONS_EVERY,
            work,
            stop,
            move || {
                let gateway = Arc::clone(&told);
                async move { gateway.store.changed().await }
            },
            move || cut_off_revoked(Arc::clone(&watched), revoked.clone(), connections.clone()),
        );
        every(LISTS_EVERY, work, stop, move || publisher.clone().publish());
        let looking = checkpoints.clone();
        every(checkpoints.look_every(), work, stop, move || looking.clone().look());
        let told = watermarks.clone();
        let batch = move || {
            let watermarks = told.clone();
            async move {
                watermarks.advanced().await;
                time::sleep(COMMITS_OF_ONE_MARK).await;
            }
        };
        every_and_when(MARKS_EVERY, work, stop, batch, move || watermarks.clone().look());
        let sweeper = Sweeper { gateway, metrics, key_file, checkpoints, status };
        every(sweep_every, work, stop, move || sweeper.clone().sweep());
    }
}

async fn cut_off_revoked(gateway: Arc<Gateway>, revoked: RevokedCertificates, connections: Connections) {
    if let Err(error) = refresh_revoked(&gateway, &revoked).await {
        // The old list stays in force; each request asks the store anyway.
        tracing::warn!(error = &error as &dyn std::error::Error, "revocations not read");
    }
    for (certificate, cause) in revoked.turned_away().take() {
        let reason = match cause {
            Cause::Revoked => "certificate_revoked",
            Cause::Expired => "certificate_expired",
        };
        if let Err(error) = note_turned_away(&gateway, certificate, reason).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                reason,
                "a refused handshake is not in the transfer log"
            );
        }
    }
    // Also with nothing new: a connection may have passed its handshake just before the list was replaced.
    let cut = connections.cut(|certificate| revoked.contains(certificate));
    if cut > 0 {
        tracing::info!(connections = cut, "cut connections of revoked devices");
    }
}

/// Erases what time demands, as long as the clock can be trusted.
#[derive(Clone)]
struct Sweeper {
    gateway: Arc<Gateway>,
    metrics: Arc<Metrics>,
    key_file: PathBuf,
    checkpoints: Checkpoints,
    status: TrustStatus,
}

impl Sweeper {
    async fn sweep(self) {
        if self.gateway.store.regression().is_some() || !self.clock_is_plausible().await {
            return;
        }
        match sweep::sweep(&self.gateway).await {
            Ok(report) => {
                self.metrics.count_sweep(&report);
                if report.did_something() {
                    tracing::info!(?report, "swept");
                }
            }
            Err(error) => return tracing::warn!(error = &error as &dyn std::error::Error, "not swept"),
        }
        // A sweep of many photos takes a while, in which the clock may be set.
        if !self.clock_is_plausible().await {
            return;
        }
        match self.checkpoints.let_go().await {
            Ok(forgotten) if forgotten.did_something() => {
                tracing::info!(?forgotten, "forgot what was kept long enough")
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    error = error.as_ref() as &dyn std::error::Error,
                    "what was kept long enough was not forgotten"
                );
            }
        }
        if !self.clock_is_plausible().await {
            return;
        }
        if let Err(error) = destroy_dead_epochs(&self.gateway, &self.key_file).await {
            tracing::error!(
                error = error.as_ref() as &dyn std::error::Error,
                "dead epoch keys are still in the key file"
            );
        }
    }

    async fn clock_is_plausible(&self) -> bool {
        let state = match clock_state(&self.gateway).await {
            Ok(state) => state,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "not swept");
                return false;
            }
        };
        self.tell_of_step_back();
        let now = self.gateway.now();
        let why = match state {
            ClockState::Plausible => return true,
            ClockState::LongRest { last } => format!("the last sweep was over a month ago, at {last}"),
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

    fn tell_of_step_back(&self) {
        let Some(Step { by, to }) = self.gateway.clock_went_back() else {
            self.status.clear_fault(CLOCK);
            return;
        };
        let detail = format!(
            "the clock went back by {} minutes to {to}: check the time server; `lichtbild-gateway confirm-clock` says that it is right now",
            by.as_secs().div_ceil(60)
        );
        if self.status.note_fault(CLOCK, detail.clone()) {
            tracing::warn!(detail, "the clock went back");
        }
    }
}

/// Reads the list of revoked certificates anew.
pub(super) async fn refresh_revoked(gateway: &Gateway, revoked: &RevokedCertificates) -> Result<(), StoreError> {
    let list = gateway.store.revoked_certificates(gateway.now()).await?;
    revoked.replace(list.into_iter().collect());
    Ok(())
}

/// Removes the keys of months whose photos are all gone, first from the file, then from the memory: should the file not be written,
/// nothing is reported as destroyed and the next round tries again. A key file that is a symbolic link is replaced where it lies.
///
/// # Errors
/// The error that keeps the file from being written, or the store from being used.
pub async fn destroy_dead_epochs(
    gateway: &Gateway,
    key_file: &Path,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(alive) = sweep::without_dead_epochs(gateway).await? else { return Ok(()) };
    durable::replace(key_file, alive.to_toml()?.as_bytes(), Audience::Owner)
        .map_err(|error| format!("cannot write {}: {error}", key_file.display()))?;
    sweep::take_into_use(gateway, alive).await?;
    tracing::info!("destroyed the keys of months whose photos are all gone");
    Ok(())
}

/// Runs `task` again and again, `period` apart, the first time at once. A run that has begun is finished.
fn every<F, Work>(period: Duration, work: &mut JoinSet<()>, stop: &Stop, task: F)
where
    F: Fn() -> Work + Send + 'static,
    Work: Future<Output = ()> + Send,
{
    every_and_when(period, work, stop, std::future::pending, task);
}

/// The same, and at once when `told` returns.
fn every_and_when<T, Told, F, Work>(period: Duration, work: &mut JoinSet<()>, stop: &Stop, told: T, task: F)
where
    T: Fn() -> Told + Send + 'static,
    Told: Future<Output = ()> + Send,
    F: Fn() -> Work + Send + 'static,
    Work: Future<Output = ()> + Send,
{
    let mut shutdown = stop.subscribe();
    work.spawn(async move {
        let mut ticks = time::interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.finishing() => return,
                _ = ticks.tick() => task().await,
                () = told() => task().await,
            }
        }
    });
}
