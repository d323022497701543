//! Watermarks of the audit log: read before the gateway serves, held against the database, and renewed as the log grows.
//!
//! ```text
//! start       head files + newest checkpoint + an auditor's -> compare -> serve, or hold everything back
//! each commit, each new connection   last durable row -> compare (storage)
//! each second, each batch of commits database -> compare -> head files
//! signature   all of them again
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

/// The name of a head file that cannot be written, in `/readyz`.
const HEAD_FILE_FAULT: &str = "log-head-file";
/// The name of a watermark that could not be read at the start, in `/readyz`.
const UNREADABLE_WATERMARK_FAULT: &str = "log-mark-unreadable";

/// Head files as they were read, in their order.
type HeadFileReads = Vec<io::Result<Option<HeadFile>>>;

/// The reason why watermarks could not be compared at the start.
#[derive(Debug)]
pub enum WatermarkError {
    /// The files do not answer.
    Io(io::Error),
    /// The log cannot be read.
    Store(StoreError),
}

impl From<io::Error> for WatermarkError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StoreError> for WatermarkError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The watermarks of a running gateway. Clones share them.
#[derive(Clone)]
pub(super) struct WatermarkMonitor {
    gateway: Arc<Gateway>,
    store: SqlStore,
    head_files: HeadFileWorker,
    status: TrustStatus,
    state: Arc<Mutex<MonitorState>>,
}

/// The watermarks in memory.
struct MonitorState {
    /// The newest generation that was accepted.
    generation: u64,
    server: Option<ServerHistory>,
    written: Option<HeadFile>,
    /// The head files could not be written the last time.
    write_failed: bool,
    /// Watermarks that the database does not fit, and so may not be forgotten.
    mismatched: KnownWatermarks,
    reported: Option<RollbackError>,
}

impl WatermarkMonitor {
    /// Compares the database with all watermarks before anything is served, and goes on with the clock's anchor of an earlier run.
    ///
    /// # Errors
    /// [`WatermarkError`] when the files do not answer, or the log cannot be read.
    pub(super) async fn start(
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
            tracing::error!(fault, "a mark of the audit log cannot be used");
            status.set_fault(UNREADABLE_WATERMARK_FAULT, format!("{fault}: look at it, then start the gateway again"));
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

    /// Compares the database with every watermark, those in files as well.
    ///
    /// # Errors
    /// [`StoreError::RolledBack`], and what else keeps the log from being read.
    pub(super) async fn compare_all(&self) -> Result<(), StoreError> {
        let keys = self.gateway.keys();
        let read = self.head_files.run(move |files| files.read(&keys).known).await;
        let mut known = read.map_err(|error| StoreError::Unavailable(error.into()))?;
        known.add(self.in_memory());
        self.compare(&known).await.map(|_| ())
    }

    /// Returns when the log has grown, or a rollback was found, since it last returned.
    pub(super) async fn advanced(&self) {
        self.store.advanced().await;
    }

    /// Compares the database with the watermarks in memory and in the head files, which other nodes or a mount that came late may have
    /// changed, and renews the head files where the log has grown.
    pub(super) async fn run(self) {
        // Before the database: what they know was durable when they were read.
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
                // That it went back is told of by `apply_comparison`.
                if !matches!(error, StoreError::RolledBack(_)) {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the log was not compared with its mark");
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

    /// The last row that this program knows to be durable, and what was not met.
    fn in_memory(&self) -> KnownWatermarks {
        let (mut known, generation, server) =
            self.with_state(|state| (state.mismatched.clone(), state.generation, state.server));
        let own = self.store.known_head().map(|head| Watermark { generation: Some(generation), head, server });
        known.add(KnownWatermarks { watermarks: own.into_iter().collect(), checkpoints: Vec::new() });
        known
    }

    /// Draws the consequence of a comparison: changes are stopped, or taken.
    async fn apply_comparison(&self, compared: &RollbackCheck, known: &KnownWatermarks) -> Option<RollbackError> {
        let replaced = self.store.file_was_replaced().then_some(RollbackError::FileReplaced);
        let RollbackCheck { position, rollback } = compared;
        if let Some(rollback) = replaced.or(*rollback) {
            self.store.stop_changes(rollback);
            self.with_state(|state| state.mismatched.add(known.clone()));
            if self.with_state(|state| state.reported.replace(rollback)) != Some(rollback) {
                tracing::error!(%rollback, "the database went back in time: every photo is held back, nothing is signed. {}", rollback.advice());
            }
            return Some(rollback);
        }
        // A comparison that began before others found watermarks unmet does not know of them: the next one decides.
        if !self.with_state(|state| known.contain(&state.mismatched)) {
            return None;
        }
        let accepted = self.with_state(|state| {
            state.mismatched = KnownWatermarks::default();
            let accepted = state.generation;
            // Of two comparisons at a time the earlier one may end last.
            state.generation = accepted.max(position.generation.number);
            accepted
        });
        if position.generation.number > accepted {
            tracing::warn!(
                generation = position.generation.number,
                rows = position.head.sequence,
                "an administrator has restored or confirmed the database: the marks follow it"
            );
            self.archive_superseded(position).await;
            self.store.accept(position.head);
        }
        self.report_failover(position);
        self.store.advance(position.head);
        if self.store.rollback().is_some() {
            // Every watermark fits, those in memory and those that did not fit before.
            self.store.resume_changes(position.head);
        }
        if self.with_state(|state| state.reported.take()).is_some() {
            tracing::info!("the database is where it was known to be");
        }
        None
    }

    /// Makes room for checkpoints of the present generation. At the start as well: a command that confirmed it may not have been allowed to.
    async fn archive_superseded(&self, position: &LogPosition) {
        let generation = position.generation;
        if generation.number == 0 {
            return;
        }
        let aside = self.head_files.run(move |files| files.archive_superseded_checkpoints(&generation, false)).await;
        if let Err(error) = aside.and_then(|moved| moved) {
            tracing::error!(error = &error as &dyn std::error::Error, "superseded checkpoints were not set aside");
        }
    }

    /// A failover that lost nothing is told of, and no alarm.
    fn report_failover(&self, position: &LogPosition) {
        let Some(found) = position.server else { return };
        let known = self.with_state(|state| state.server.replace(found));
        if let Some(known) = known.filter(|known| *known != found) {
            tracing::warn!(
                system_identifier = found.system_identifier,
                timeline = found.timeline,
                timeline_before = known.timeline,
                "the PostgreSQL server was promoted, recovered or exchanged; no row of the audit log is missing"
            );
        }
    }

    async fn update_head_files(&self, position: &LogPosition, read: HeadFileReads) {
        let number = position.generation.number;
        let anchor = Some(self.gateway.clock_anchor());
        let head = HeadFile::new(number, position.head, position.server, anchor, self.gateway.now());
        let is_news =
            self.with_state(|state| state.written.as_ref().is_none_or(|written| !written.equals_except_time(&head)));
        // The clock is each node's own: nodes that share a file do not write it in turn for that.
        let watermark = head.watermark();
        self.write_head_files(head, read, move |found| {
            is_news || found.is_none_or(|found| found.watermark() != watermark)
        })
        .await;
    }

    /// Has the head files know the last row that this program knows to be durable, while the database does not show it: otherwise the
    /// next start of the program would not miss it.
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
        // They did not answer, which is told of already.
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
                    tracing::info!("the mark of the audit log is renewed again");
                }
            }
            Err(error) => self.report_write_failure(&error),
        }
    }

    fn report_write_failure(&self, error: &str) {
        self.with_state(|state| state.write_failed = true);
        let detail = format!("{error}: name another place (audit.head_file, audit.witness_file)");
        if self.status.set_fault(HEAD_FILE_FAULT, detail) {
            tracing::error!(error, "the mark of the audit log was not renewed");
        }
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut MonitorState) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
