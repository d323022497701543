//! High-water marks of the transfer log: read before the gateway serves, held against the database, and renewed as the log grows.
//!
//! ```text
//! start       head files + newest checkpoint + an auditor's -> compare -> serve, or hold everything back
//! each commit, each new connection   last durable row -> compare (storage)
//! each second, each batch of commits database -> compare -> head files
//! signature   all of them again
//! ```

mod disk;
mod files;
mod head_file;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use self::disk::Disk;
pub use self::files::{MarkFiles, ReadMarks};
use self::head_file::Head;
use crate::domain::watermark::{LogPosition, Regression, ServerHistory, Watermark};
use crate::flows::Gateway;
use crate::flows::rollback::{Compared, Marks, compare};
use crate::storage::{SqlStore, Store, StoreError};
use crate::transport::trust_status::TrustStatus;

/// The name of a head file that cannot be written, in `/readyz`.
const HEAD_FILE: &str = "log-head-file";
/// The name of a mark that could not be read at the start, in `/readyz`.
const UNREADABLE_MARK: &str = "log-mark-unreadable";

/// Head files as they were read, in their order.
type ReadHeads = Vec<io::Result<Option<Head>>>;

/// The reason why marks could not be compared at the start.
#[derive(Debug)]
pub enum MarksError {
    /// The files do not answer.
    Files(io::Error),
    /// The log cannot be read.
    Store(StoreError),
}

impl From<io::Error> for MarksError {
    fn from(error: io::Error) -> Self {
        Self::Files(error)
    }
}

impl From<StoreError> for MarksError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The marks of a running gateway. Clones share them.
#[derive(Clone)]
pub(super) struct Watermarks {
    gateway: Arc<Gateway>,
    store: SqlStore,
    disk: Disk,
    status: TrustStatus,
    state: Arc<Mutex<State>>,
}

/// The marks in memory.
struct State {
    /// The newest generation that was accepted.
    generation: u64,
    server: Option<ServerHistory>,
    written: Option<Head>,
    /// The head files could not be written the last time.
    is_stuck: bool,
    /// Marks that the database does not fit, and so may not be forgotten.
    unmet: Marks,
    told: Option<Regression>,
}

impl Watermarks {
    /// Compares the database with all marks before anything is served, and goes on with the clock's anchor of an earlier run.
    ///
    /// # Errors
    /// [`MarksError`] when the files do not answer, or the log cannot be read.
    pub(super) async fn begin(
        gateway: Arc<Gateway>,
        store: SqlStore,
        files: MarkFiles,
        status: TrustStatus,
    ) -> Result<Self, MarksError> {
        let (keys, disk) = (gateway.keys(), Disk::of(files));
        let of_work = Arc::clone(&keys);
        let read = disk.work(move |files| (files.read(&of_work), files.set_unreadable_aside(&of_work)).0).await?;
        for fault in &read.faults {
            tracing::error!(fault, "a mark of the transfer log cannot be used");
            status.note_fault(UNREADABLE_MARK, format!("{fault}: look at it, then start the gateway again"));
        }
        let generation = read.marks.latest_generation();
        let server = read.marks.heads.iter().find_map(|mark| mark.server);
        let state = State { generation, server, written: None, is_stuck: false, unmet: Marks::default(), told: None };
        let state = Arc::new(Mutex::new(state));
        let this = Self { gateway, store, disk, status, state };
        let compared = compare(&this.store, &keys, &read.marks).await?;
        this.conclude(&compared, &read.marks).await;
        this.set_superseded_aside(&compared.position).await;
        read.clock.into_iter().for_each(|anchor| this.gateway.resume_clock_anchor(anchor));
        Ok(this)
    }

    /// Compares the database with every mark, those in files as well.
    ///
    /// # Errors
    /// [`StoreError::WentBack`], and what else keeps the log from being read.
    pub(super) async fn compare_all(&self) -> Result<(), StoreError> {
        let keys = self.gateway.keys();
        let read = self.disk.work(move |files| files.read(&keys).marks).await;
        let mut marks = read.map_err(|error| StoreError::Unavailable(error.into()))?;
        marks.add(self.in_memory());
        self.compare(&marks).await.map(|_| ())
    }

    /// Returns when the log has grown, or a regression was found, since it last returned.
    pub(super) async fn advanced(&self) {
        self.store.advanced().await;
    }

    /// Compares the database with the marks in memory and in the head files, which other nodes or a mount that came late may have
    /// changed, and renews the head files where the log has grown.
    pub(super) async fn look(self) {
        // Before the database: what they know was durable when they were read.
        let keys = self.gateway.keys();
        let read = self.disk.work(move |files| files.read_heads(&keys)).await.unwrap_or_else(|error| {
            self.tell_stuck(&error.to_string());
            Vec::new()
        });
        let mut marks = self.in_memory();
        let heads = read.iter().flatten().flatten().map(Head::watermark).collect();
        marks.add(Marks { heads, checkpoints: Vec::new() });
        match self.compare(&marks).await {
            Ok(position) => self.renew(&position, read).await,
            Err(error) => {
                // That it went back is told of by `conclude`.
                if !matches!(error, StoreError::WentBack(_)) {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the log was not compared with its mark");
                }
                self.keep(read).await;
            }
        }
    }

    async fn compare(&self, marks: &Marks) -> Result<LogPosition, StoreError> {
        let compared = compare(&self.store, &self.gateway.keys(), marks).await?;
        self.conclude(&compared, marks)
            .await
            .map_or(Ok(compared.position), |regression| Err(StoreError::WentBack(regression)))
    }

    /// The last row that this program knows to be durable, and what was not met.
    fn in_memory(&self) -> Marks {
        let (mut marks, generation, server) =
            self.locked(|state| (state.unmet.clone(), state.generation, state.server));
        let known = self.store.known_head().map(|head| Watermark { generation: Some(generation), head, server });
        marks.add(Marks { heads: known.into_iter().collect(), checkpoints: Vec::new() });
        marks
    }

    /// Draws the consequence of a comparison: changes are stopped, or taken.
    async fn conclude(&self, compared: &Compared, marks: &Marks) -> Option<Regression> {
        let replaced = self.store.file_was_replaced().then_some(Regression::FileReplaced);
        let Compared { position, regression } = compared;
        if let Some(regression) = replaced.or(*regression) {
            self.store.stop_changes(regression);
            self.locked(|state| state.unmet.add(marks.clone()));
            if self.locked(|state| state.told.replace(regression)) != Some(regression) {
                tracing::error!(%regression, "the database went back in time: every photo is held back, nothing is signed. {}", regression.advice());
            }
            return Some(regression);
        }
        // A comparison that began before others found marks unmet does not know of them: the next one decides.
        if !self.locked(|state| marks.contain(&state.unmet)) {
            return None;
        }
        let known = self.locked(|state| {
            state.unmet = Marks::default();
            let known = state.generation;
            // Of two comparisons at a time the earlier one may end last.
            state.generation = known.max(position.generation.number);
            known
        });
        if position.generation.number > known {
            tracing::warn!(
                generation = position.generation.number,
                rows = position.head.sequence,
                "an administrator has restored or confirmed the database: the marks follow it"
            );
            self.set_superseded_aside(position).await;
            self.store.accept(position.head);
        }
        self.note_history(position);
        self.store.advance(position.head);
        if self.store.regression().is_some() {
            // Every mark fits, those in memory and those that did not fit before.
            self.store.resume_changes(position.head);
        }
        if self.locked(|state| state.told.take()).is_some() {
            tracing::info!("the database is where it was known to be");
        }
        None
    }

    /// Makes room for checkpoints of the present generation. At the start as well: a command that confirmed it may not have been allowed to.
    async fn set_superseded_aside(&self, position: &LogPosition) {
        let generation = position.generation;
        if generation.number == 0 {
            return;
        }
        let aside = self.disk.work(move |files| files.set_checkpoints_aside(&generation, false)).await;
        if let Err(error) = aside.and_then(|moved| moved) {
            tracing::error!(error = &error as &dyn std::error::Error, "superseded checkpoints were not set aside");
        }
    }

    /// A failover that lost nothing is told of, and no alarm.
    fn note_history(&self, position: &LogPosition) {
        let Some(found) = position.server else { return };
        let known = self.locked(|state| state.server.replace(found));
        if let Some(known) = known.filter(|known| *known != found) {
            tracing::warn!(
                system_identifier = found.system_identifier,
                timeline = found.timeline,
                timeline_before = known.timeline,
                "the PostgreSQL server was promoted, recovered or exchanged; no row of the transfer log is missing"
            );
        }
    }

    async fn renew(&self, position: &LogPosition, read: ReadHeads) {
        let number = position.generation.number;
        let anchor = Some(self.gateway.clock_anchor());
        let head = Head::new(number, position.head, position.server, anchor, self.gateway.now());
        let is_news =
            self.locked(|state| state.written.as_ref().is_none_or(|written| !written.says_the_same_as(&head)));
        // The clock is each node's own: nodes that share a file do not write it in turn for that.
        let mark = head.watermark();
        self.write(head, read, move |found| is_news || found.is_none_or(|found| found.watermark() != mark)).await;
    }

    /// Has the head files know the last row that this program knows to be durable, while the database does not show it: otherwise the
    /// next start of the program would not miss it.
    async fn keep(&self, read: ReadHeads) {
        let Some(known) = self.store.known_head() else { return };
        let (generation, server) = self.locked(|state| (state.generation, state.server));
        let head = Head::new(generation, known, server, Some(self.gateway.clock_anchor()), self.gateway.now());
        let known = head.clone();
        self.write(head, read, move |found| found.is_none_or(|found| found.is_before(&known))).await;
    }

    async fn write(&self, head: Head, read: ReadHeads, is_due: impl Fn(Option<&Head>) -> bool + Send + 'static) {
        // They did not answer, which is told of already.
        if read.is_empty() {
            return;
        }
        let (keys, written) = (self.gateway.keys(), head.clone());
        let done = self.disk.work(move |files| files.write_head(&head, &read, &keys, is_due)).await;
        match done.unwrap_or_else(|error| Err(error.to_string())) {
            Ok(()) => {
                let was_stuck = self.locked(|state| {
                    state.written = Some(written);
                    std::mem::take(&mut state.is_stuck)
                });
                if was_stuck && self.status.clear_fault(HEAD_FILE) {
                    tracing::info!("the mark of the transfer log is renewed again");
                }
            }
            Err(error) => self.tell_stuck(&error),
        }
    }

    fn tell_stuck(&self, error: &str) {
        self.locked(|state| state.is_stuck = true);
        let detail = format!("{error}: name another place (audit.head_file, audit.witness_file)");
        if self.status.note_fault(HEAD_FILE, detail) {
            tracing::error!(error, "the mark of the transfer log was not renewed");
        }
    }

    fn locked<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
