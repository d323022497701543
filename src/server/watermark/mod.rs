//! High-water marks of the transfer log: read before the gateway serves, held against the database, and renewed as the log grows.
//!
//! ```text
//! start       head files + newest checkpoint + an auditor's -> compare -> serve, or hold everything back
//! each commit, each new connection   last durable row -> compare (storage)
//! each second, each batch of commits database -> compare -> head files
//! signature   all of them again
//! ```

mod head_file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use self::head_file::Head;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::checkpoint::Checkpoint;
use crate::domain::clock_watch::ClockAnchor;
use crate::domain::watermark::{Generation, LogPosition, Regression, ServerHistory, Watermark};
use crate::durable;
use crate::flows::Gateway;
use crate::flows::rollback::{Compared, Marks, compare};
use crate::identity::checkpoint_key::{CheckpointKey, CheckpointVerifier};
use crate::sealing::KeyFile;
use crate::storage::{SqlStore, Store, StoreError};
use crate::transport::trust_status::TrustStatus;

use super::checkpoint_files;
use super::secret_file::read_secret;

/// The name of a head file that cannot be read or written.
const HEAD_FILE: &str = "log-head-file";

/// The files in which the marks are.
#[derive(Debug, Clone)]
pub struct MarkFiles {
    /// The head file beside the key file, and the witness on another mount.
    heads: Vec<PathBuf>,
    checkpoints: PathBuf,
    audit_key: PathBuf,
    audit_public_key: PathBuf,
    /// A checkpoint that an auditor keeps.
    witness: Option<PathBuf>,
}

/// The marks as they were read.
#[derive(Debug, Default)]
pub struct ReadMarks {
    /// Those that can be compared.
    pub marks: Marks,
    /// The files that could not be read, with the reason.
    pub faults: Vec<String>,
    clock: Option<ClockAnchor>,
}

impl MarkFiles {
    /// The files that a configuration names.
    pub fn of(config: &Config) -> Self {
        Self {
            heads: config.head_files(),
            checkpoints: config.audit.checkpoints.clone(),
            audit_key: config.audit.key.clone(),
            audit_public_key: config.audit.public_key.clone(),
            witness: None,
        }
    }

    /// The same, with the path of a checkpoint's text that an auditor keeps.
    #[must_use]
    pub fn with_witness(self, witness: Option<PathBuf>) -> Self {
        Self { witness, ..self }
    }

    /// Reads all marks. A file that is missing is no mark; one that cannot be read is a fault.
    pub fn read(&self, keys: &KeyFile) -> ReadMarks {
        let mut read = ReadMarks::default();
        for path in &self.heads {
            match Head::read(path, keys) {
                Ok(Some(head)) => {
                    read.marks.heads.push(head.watermark());
                    read.clock = read.clock.or(head.clock);
                }
                Ok(None) => {}
                Err(error) => read.faults.push(format!("{}: {error}", path.display())),
            }
        }
        let Some(verifier) = self.verifier() else { return read };
        match checkpoint_files::newest(&self.checkpoints, &verifier) {
            Ok(newest) => {
                read.marks.checkpoints.extend(newest.checkpoint);
                let folder = self.checkpoints.display();
                let bad = newest.bad.iter();
                read.faults
                    .extend(bad.map(|count| format!("{folder}: checkpoint {count} is not signed with this key")));
            }
            Err(error) => read.faults.push(format!("{}: {error}", self.checkpoints.display())),
        }
        if let Some(witness) = &self.witness {
            match read_witness(witness, &verifier) {
                Ok(checkpoint) => read.marks.checkpoints.push(checkpoint),
                Err(error) => read.faults.push(format!("{}: {error}", witness.display())),
            }
        }
        read
    }

    /// Whichever half of the key is there.
    fn verifier(&self) -> Option<CheckpointVerifier> {
        let public = std::fs::read_to_string(&self.audit_public_key).ok();
        let of_key = || CheckpointKey::from_pem(&read_secret(&self.audit_key).ok()?).ok();
        of_key().map(|key| key.verifier().clone()).or_else(|| CheckpointVerifier::from_pem(&public?))
    }

    /// Writes the head files for a position that was compared, or that an administrator has just accepted.
    ///
    /// # Errors
    /// The system's error for the first file that was not written; the others are.
    pub fn write(&self, position: &LogPosition, keys: &KeyFile, clock: &dyn Clock) -> Result<(), String> {
        let (number, now) = (position.generation.number, clock.now());
        let mut failed = None;
        for path in &self.heads {
            let anchor = Head::read(path, keys).ok().flatten().and_then(|head| head.clock);
            let head = Head::new(number, position.head, position.server, anchor, now);
            if let Err(error) = head.write(path, keys) {
                failed.get_or_insert(format!("cannot write {}: {error}", path.display()));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Reads the head files, in their order.
    fn read_heads(&self, keys: &KeyFile) -> Vec<io::Result<Option<Head>>> {
        self.heads.iter().map(|path| Head::read(path, keys)).collect()
    }

    /// Writes a head into the files that are to have it, by what was read from them. One that is no head file is left alone: it may
    /// be another gateway's.
    fn write_head(
        &self,
        head: &Head,
        read: &[io::Result<Option<Head>>],
        keys: &KeyFile,
        is_due: impl Fn(Option<&Head>) -> bool,
    ) -> Result<(), String> {
        let mut failed = None;
        for (path, read) in self.heads.iter().zip(read) {
            let done = match read {
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error.to_string()),
                read if is_due(read.as_ref().ok().and_then(Option::as_ref)) => {
                    head.write(path, keys).map_err(|error| error.to_string())
                }
                _ => Ok(()),
            };
            if let Err(error) = done {
                failed.get_or_insert(format!("cannot write {}: {error}", path.display()));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Reads the checkpoint that an auditor keeps, where one was named: who names it does not want to start without it.
    ///
    /// # Errors
    /// The reason, for people.
    pub(super) fn check_witness(&self) -> Result<(), String> {
        let Some(witness) = &self.witness else { return Ok(()) };
        let Some(verifier) = self.verifier() else {
            let [public_key, key] = [&self.audit_public_key, &self.audit_key].map(|path| path.display());
            return Err(format!(
                "cannot compare with {}: neither {public_key} nor {key} can be read, which its signature is verified with",
                witness.display()
            ));
        };
        let unusable = |error| format!("cannot compare with {}: {error}", witness.display());
        read_witness(witness, &verifier).map(|_| ()).map_err(unusable)
    }

    /// Moves checkpoints aside that vouch for rows which were given up.
    ///
    /// # Errors
    /// The system's error.
    pub fn set_checkpoints_aside(&self, generation: &Generation, even_later: bool) -> io::Result<usize> {
        checkpoint_files::set_aside(&self.checkpoints, generation, even_later)
    }
}

fn read_witness(path: &Path, verifier: &CheckpointVerifier) -> Result<Checkpoint, String> {
    let signed = checkpoint_files::read_file(path).map_err(|error| error.to_string())?;
    verifier.verify(&signed).map_err(|error| error.to_string())
}

/// The marks of a running gateway. Clones share them.
#[derive(Clone)]
pub(super) struct Watermarks {
    gateway: Arc<Gateway>,
    store: SqlStore,
    files: MarkFiles,
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
    /// [`StoreError`] when the log cannot be read.
    pub(super) async fn begin(
        gateway: Arc<Gateway>,
        store: SqlStore,
        files: MarkFiles,
        status: TrustStatus,
    ) -> Result<Self, StoreError> {
        let keys = gateway.keys();
        let read = files.read(&keys);
        for fault in &read.faults {
            tracing::error!(fault, "a mark of the transfer log cannot be used");
            status.note_fault(HEAD_FILE, format!("{fault}: look at it, then start the gateway again"));
        }
        set_unreadable_aside(&files, &keys);
        let generation = read.marks.latest_generation();
        let server = read.marks.heads.iter().find_map(|mark| mark.server);
        let state = State { generation, server, written: None, is_stuck: false, unmet: Marks::default(), told: None };
        let state = Arc::new(Mutex::new(state));
        let this = Self { gateway, store, files, status, state };
        let compared = compare(&this.store, &keys, &read.marks).await?;
        this.conclude(&compared, &read.marks);
        read.clock.into_iter().for_each(|anchor| this.gateway.resume_clock_anchor(anchor));
        Ok(this)
    }

    /// Compares the database with every mark, those in files as well.
    ///
    /// # Errors
    /// [`StoreError::WentBack`], and what else keeps the log from being read.
    pub(super) async fn compare_all(&self) -> Result<(), StoreError> {
        let mut marks = self.files.read(&self.gateway.keys()).marks;
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
        let read = self.files.read_heads(&self.gateway.keys());
        let mut marks = self.in_memory();
        let heads = read.iter().flatten().flatten().map(Head::watermark).collect();
        marks.add(Marks { heads, checkpoints: Vec::new() });
        match self.compare(&marks).await {
            Ok(position) => self.renew(&position, &read),
            Err(error) => {
                // That it went back is told of by `conclude`.
                if !matches!(error, StoreError::WentBack(_)) {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the log was not compared with its mark");
                }
                self.keep(&read);
            }
        }
    }

    async fn compare(&self, marks: &Marks) -> Result<LogPosition, StoreError> {
        let compared = compare(&self.store, &self.gateway.keys(), marks).await?;
        self.conclude(&compared, marks)
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
    fn conclude(&self, compared: &Compared, marks: &Marks) -> Option<Regression> {
        let replaced = self.store.file_was_replaced().then_some(Regression::FileReplaced);
        let Compared { position, regression } = compared;
        if let Some(regression) = replaced.or(*regression) {
            self.store.stop_changes(regression);
            self.locked(|state| state.unmet = marks.clone());
            if self.locked(|state| state.told.replace(regression)) != Some(regression) {
                tracing::error!(%regression, "the database went back in time: every photo is held back, nothing is signed. {}", regression.advice());
            }
            return Some(regression);
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
            if let Err(error) = self.files.set_checkpoints_aside(&position.generation, false) {
                tracing::error!(error = &error as &dyn std::error::Error, "superseded checkpoints were not set aside");
            }
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

    fn renew(&self, position: &LogPosition, read: &[io::Result<Option<Head>>]) {
        let number = position.generation.number;
        let anchor = Some(self.gateway.clock_anchor());
        let head = Head::new(number, position.head, position.server, anchor, self.gateway.now());
        let is_news =
            self.locked(|state| state.written.as_ref().is_none_or(|written| !written.says_the_same_as(&head)));
        // The clock is each node's own: nodes that share a file do not write it in turn for that.
        self.write(&head, read, |found| is_news || found.is_none_or(|found| found.watermark() != head.watermark()));
    }

    /// Has the head files know the last row that this program knows to be durable, while the database does not show it: otherwise the
    /// next start of the program would not miss it.
    fn keep(&self, read: &[io::Result<Option<Head>>]) {
        let Some(known) = self.store.known_head() else { return };
        let (generation, server) = self.locked(|state| (state.generation, state.server));
        let head = Head::new(generation, known, server, Some(self.gateway.clock_anchor()), self.gateway.now());
        self.write(&head, read, |found| found.is_none_or(|found| found.is_before(&head)));
    }

    fn write(&self, head: &Head, read: &[io::Result<Option<Head>>], is_due: impl Fn(Option<&Head>) -> bool) {
        match self.files.write_head(head, read, &self.gateway.keys(), is_due) {
            Ok(()) => {
                let was_stuck = self.locked(|state| {
                    state.written = Some(head.clone());
                    std::mem::take(&mut state.is_stuck)
                });
                if was_stuck && self.status.clear_fault(HEAD_FILE) {
                    tracing::info!("the mark of the transfer log is renewed again");
                }
            }
            Err(error) => {
                self.locked(|state| state.is_stuck = true);
                if self
                    .status
                    .note_fault(HEAD_FILE, format!("{error}: name another place (audit.head_file, audit.witness_file)"))
                {
                    tracing::error!(error, "the mark of the transfer log was not renewed");
                }
            }
        }
    }

    fn locked<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A file that is no mark makes room for one, and is kept.
fn set_unreadable_aside(files: &MarkFiles, keys: &KeyFile) {
    for path in &files.heads {
        let is_invalid = Head::read(path, keys).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData);
        if is_invalid && let Err(error) = durable::set_aside(path) {
            tracing::error!(path = %path.display(), %error, "an unreadable head file is still in its place");
        }
    }
}
