//! Watermarks of the audit log: compared with the database before the gateway serves and while it runs, and updated as the log grows.
//!
//! ```text
//! start       head files + newest checkpoint + an auditor's -> compare -> serve, or quarantine everything
//! each commit, each new database connection   last durable row -> compare (storage)
//! each second, each batch of commits          database -> compare -> head files
//! signature   all watermarks again
//! ```

mod file_worker;
mod files;
mod head_file;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use self::file_worker::HeadFileWorker;
pub use self::files::{LoadedWatermarks, WatermarkFiles};
use self::head_file::HeadFile;
use crate::domain::log::watermark::{LogPosition, RollbackError, ServerHistory, Watermark};
use crate::flows::Gateway;
use crate::flows::admin::rollback::{KnownWatermarks, RollbackCheck, compare};
use crate::storage::{SqlStore, StoreError};
use crate::transport::tls::trust_status::TrustStatus;

/// Names in `/readyz`.
const HEAD_FILE_FAULT: &str = "log-head-file";
const UNREADABLE_WATERMARK_FAULT: &str = "log-mark-unreadable";

type HeadFileReads = Vec<io::Result<Option<HeadFile>>>;

/// Reason why watermarks could not be compared at the start.
#[derive(Debug, thiserror::Error)]
pub enum WatermarkError {
    #[error("cannot read the head files")]
    Io(#[from] io::Error),
    #[error("cannot read the audit log")]
    Store(#[from] StoreError),
}

/// The watermarks of a running gateway. Clones share them.
#[derive(Clone)]
pub struct WatermarkMonitor {
    gateway: Arc<Gateway>,
    store: SqlStore,
    head_files: HeadFileWorker,
    status: TrustStatus,
    state: Arc<Mutex<MonitorState>>,
}

struct MonitorState {
    /// The newest accepted generation.
    generation: u64,
    server: Option<ServerHistory>,
    written: Option<HeadFile>,
    write_failed: bool,
    /// Watermarks that contradict the database. They stay until it fits them again.
    mismatched: KnownWatermarks,
    reported: Option<RollbackError>,
}

impl WatermarkMonitor {
    /// Compares the database with all watermarks before the gateway serves, and restores the clock anchor of an earlier run.
    pub async fn start(
        gateway: Arc<Gateway>,
        store: SqlStore,
        files: WatermarkFiles,
        status: TrustStatus,
    ) -> Result<Self, WatermarkError> {
        let (keys, head_files) = (gateway.keys(), HeadFileWorker::new(files));
        let worker_keys = Arc::clone(&keys);
        let read =
            head_files.run(move |files| (files.read(&worker_keys), files.rotate_invalid(&worker_keys)).0).await?;
        for fault in &read.faults {
            tracing::error!(
                fault,
                "cannot read a watermark of the audit log: check the file, then restart the gateway"
            );
            status.set_fault(UNREADABLE_WATERMARK_FAULT, format!("{fault}: check the file, then restart the gateway"));
        }
        let generation = read.known.latest_generation();
        let server = read.known.watermarks.iter().find_map(|watermark| watermark.server);
        let state = MonitorState {
            generation,
            server,
            written: None,
            write_failed: false,
            mismatched: KnownWatermarks::default(),
            reported: None,
        };
        let state = Arc::new(Mutex::new(state));
        let this = Self { gateway, store, head_files, status, state };
        let compared = compare(&this.store, &keys, &read.known).await?;
        this.apply_comparison(&compared, &read.known).await;
        this.archive_superseded(&compared.position).await;
        read.clock.into_iter().for_each(|anchor| this.gateway.resume_clock_anchor(anchor));
        Ok(this)
    }

    /// Compares the database with all watermarks in memory and in files.
    pub(super) async fn compare_all(&self) -> Result<(), StoreError> {
        let keys = self.gateway.keys();
        let read = self.head_files.run(move |files| files.read(&keys).known).await;
        let mut known = read.map_err(|error| StoreError::Unavailable(error.into()))?;
        known.add(self.in_memory());
        self.compare(&known).await.map(|_| ())
    }

    /// Returns when the log has grown or a rollback was found since the last return.
    pub(super) async fn advanced(&self) {
        self.store.advanced().await;
    }

    /// Compares the database with the watermarks in memory and in the head files, which other nodes may have changed, and updates the
    /// head files if the log has grown.
    pub async fn run(self) {
        // The files are read before the database, so that a row written in between cannot look like a rollback.
        let keys = self.gateway.keys();
        let read = self.head_files.run(move |files| files.read_heads(&keys)).await.unwrap_or_else(|error| {
            self.report_write_failure(&error.to_string());
            Vec::new()
        });
        let mut known = self.in_memory();
        let heads = read.iter().flatten().flatten().map(HeadFile::watermark).collect();
        known.add(KnownWatermarks { watermarks: heads, checkpoints: Vec::new() });
        match self.compare(&known).await {
            Ok(position) => self.update_head_files(&position, read).await,
            Err(error) => {
                // `apply_comparison` reports rollbacks.
                if !matches!(error, StoreError::RolledBack(_)) {
                    tracing::debug!(
                        error = &error as &dyn std::error::Error,
                        "cannot compare the audit log with its watermarks, retrying in 1 s"
                    );
                }
                self.preserve_known_head(read).await;
            }
        }
    }

    async fn compare(&self, known: &KnownWatermarks) -> Result<LogPosition, StoreError> {
        let compared = compare(&self.store, &self.gateway.keys(), known).await?;
        self.apply_comparison(&compared, known)
            .await
            .map_or(Ok(compared.position), |rollback| Err(StoreError::RolledBack(rollback)))
    }

    /// The last row that this process knows to be durable, and mismatched watermarks.
    fn in_memory(&self) -> KnownWatermarks {
        let (mut known, generation, server) =
            self.with_state(|state| (state.mismatched.clone(), state.generation, state.server));
        let own = self.store.known_head().map(|head| Watermark { generation: Some(generation), head, server });
        known.add(KnownWatermarks { watermarks: own.into_iter().collect(), checkpoints: Vec::new() });
        known
    }

    /// Stops or allows changes of the database after a comparison.
    async fn apply_comparison(&self, compared: &RollbackCheck, known: &KnownWatermarks) -> Option<RollbackError> {
        let replaced = self.store.file_was_replaced().then_some(RollbackError::FileReplaced);
        let RollbackCheck { position, rollback } = compared;
        if let Some(rollback) = replaced.or(*rollback) {
            self.store.stop_changes(rollback);
            self.with_state(|state| state.mismatched.add(known.clone()));
            if self.with_state(|state| state.reported.replace(rollback)) != Some(rollback) {
                tracing::error!(%rollback, "database rollback detected, all photos are in quarantine, nothing is signed: {}", rollback.advice());
            }
            return Some(rollback);
        }
        // A comparison that began before another one found mismatches does not include them: the next one decides.
        if !self.with_state(|state| known.contain(&state.mismatched)) {
            return None;
        }
        let accepted = self.with_state(|state| {
            state.mismatched = KnownWatermarks::default();
            let accepted = state.generation;
            // Of two concurrent comparisons the earlier one may end last.
            state.generation = accepted.max(position.generation.number);
            accepted
        });
        if position.generation.number > accepted {
            tracing::warn!(
                generation = position.generation.number,
                rows = position.head.sequence,
                "an administrator restored or confirmed the database, watermarks are updated"
            );
            self.archive_superseded(position).await;
            self.store.accept(position.head);
        }
        self.report_failover(position);
        self.store.advance(position.head);
        if self.store.rollback().is_some() {
            // All watermarks match, including earlier mismatches.
            self.store.resume_changes(position.head);
        }
        if self.with_state(|state| state.reported.take()).is_some() {
            tracing::info!("the database matches all watermarks again");
        }
        None
    }

    /// Makes room for checkpoints of the present generation. Also at the start: the command that confirmed the database may have lacked
    /// the permission.
    async fn archive_superseded(&self, position: &LogPosition) {
        let generation = position.generation;
        if generation.number == 0 {
            return;
        }
        let aside = self.head_files.run(move |files| files.archive_superseded_checkpoints(&generation, false)).await;
        if let Err(error) = aside.and_then(|moved| moved) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot archive superseded checkpoints: check the permissions of the folder audit.checkpoints"
            );
        }
    }

    /// A failover without lost rows is a warning, not an alarm.
    fn report_failover(&self, position: &LogPosition) {
        let Some(found) = position.server else { return };
        let known = self.with_state(|state| state.server.replace(found));
        if let Some(known) = known.filter(|known| *known != found) {
            tracing::warn!(
                system_identifier = found.system_identifier,
                timeline = found.timeline,
                timeline_before = known.timeline,
                "the PostgreSQL server was promoted, recovered or replaced; no row of the audit log is missing"
            );
        }
    }

    async fn update_head_files(&self, position: &LogPosition, read: HeadFileReads) {
        let number = position.generation.number;
        let anchor = Some(self.gateway.clock_anchor());
        let head = HeadFile::new(number, position.head, position.server, anchor, self.gateway.now());
        let is_news =
            self.with_state(|state| state.written.as_ref().is_none_or(|written| !written.equals_except_time(&head)));
        // The clock anchor differs between nodes: it must not make nodes that share a file overwrite each other all the time.
        let watermark = head.watermark();
        self.write_head_files(head, read, move |found| {
            is_news || found.is_none_or(|found| found.watermark() != watermark)
        })
        .await;
    }

    /// Writes the last row that this process knows to be durable, although the database does not have it: otherwise the next start
    /// would not notice the rollback.
    async fn preserve_known_head(&self, read: HeadFileReads) {
        let Some(known) = self.store.known_head() else { return };
        let (generation, server) = self.with_state(|state| (state.generation, state.server));
        let head = HeadFile::new(generation, known, server, Some(self.gateway.clock_anchor()), self.gateway.now());
        let known = head.clone();
        self.write_head_files(head, read, move |found| found.is_none_or(|found| found.is_before(&known))).await;
    }

    async fn write_head_files(
        &self,
        head: HeadFile,
        read: HeadFileReads,
        is_due: impl Fn(Option<&HeadFile>) -> bool + Send + 'static,
    ) {
        // The files could not be read, which is reported already.
        if read.is_empty() {
            return;
        }
        let (keys, written) = (self.gateway.keys(), head.clone());
        let done = self.head_files.run(move |files| files.write_head(&head, &read, &keys, is_due)).await;
        match done.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(()) => {
                let was_stuck = self.with_state(|state| {
                    state.written = Some(written);
                    std::mem::take(&mut state.write_failed)
                });
                if was_stuck && self.status.clear_fault(HEAD_FILE_FAULT) {
                    tracing::info!("head file written again");
                }
            }
            Err(error) => self.report_write_failure(&error),
        }
    }

    fn report_write_failure(&self, error: &str) {
        self.with_state(|state| state.write_failed = true);
        let detail = format!("{error}: name another path (audit.head_file, audit.witness_file)");
        if self.status.set_fault(HEAD_FILE_FAULT, detail) {
            tracing::error!(
                error,
                "cannot write the head file, retrying: name another path (audit.head_file, audit.witness_file)"
            );
        }
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut MonitorState) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
