//! A database that went back in time: found by watermarks outside of it, and taken into use again by an administrator.

use super::quarantine::quarantine_as_of;
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::checkpoint::Checkpoint;
use crate::domain::log::watermark::{Generation, LogPosition, RollbackError, Watermark};
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::sealing::KeyFile;
use crate::storage::maintenance::QuarantineCounts;
use crate::storage::{NextGeneration, SqlStore, StoreError};

/// The purpose of the seal under which an administrator's confirmation stands in the database.
const GENERATION_SEAL_LABEL: &str = "lichtbild/generation/v1";

/// All that is known from outside the database.
#[derive(Debug, Clone, Default)]
pub struct KnownWatermarks {
    /// Watermarks of this gateway.
    pub watermarks: Vec<Watermark>,
    /// Checkpoints with a good signature.
    pub checkpoints: Vec<Checkpoint>,
}

impl KnownWatermarks {
    /// Adds other watermarks, each of them once.
    pub fn add(&mut self, other: Self) {
        let news: Vec<_> =
            other.watermarks.into_iter().filter(|watermark| !self.watermarks.contains(watermark)).collect();
        self.watermarks.extend(news);
        let news: Vec<_> =
            other.checkpoints.into_iter().filter(|checkpoint| !self.checkpoints.contains(checkpoint)).collect();
        self.checkpoints.extend(news);
    }

    /// Reports whether all of the other watermarks are among these.
    pub fn contain(&self, other: &Self) -> bool {
        other.watermarks.iter().all(|watermark| self.watermarks.contains(watermark))
            && other.checkpoints.iter().all(|checkpoint| self.checkpoints.contains(checkpoint))
    }

    /// The latest generation that any watermark knows of.
    pub fn latest_generation(&self) -> u64 {
        self.watermarks.iter().filter_map(|watermark| watermark.generation).max().unwrap_or_default()
    }
}

/// A database's log beside the watermarks.
#[derive(Debug)]
pub struct RollbackCheck {
    /// The log as it was found.
    pub position: LogPosition,
    /// The first watermark that it is behind, or contradicts.
    pub rollback: Option<RollbackError>,
}

/// Compares the log of a database with all watermarks.
///
/// # Errors
/// [`StoreError`] when the log cannot be read.
pub async fn compare(store: &SqlStore, keys: &KeyFile, known: &KnownWatermarks) -> Result<RollbackCheck, StoreError> {
    let heads = known.watermarks.iter().map(|watermark| watermark.head.sequence);
    let rows: Vec<_> = heads.chain(known.checkpoints.iter().map(|checkpoint| checkpoint.count)).collect();
    let position = store.position(&rows).await?;
    let rollback = find_rollback(&position, keys, known);
    Ok(RollbackCheck { position, rollback })
}

fn find_rollback(position: &LogPosition, keys: &KeyFile, known: &KnownWatermarks) -> Option<RollbackError> {
    let generation = position.generation;
    if !is_confirmed(position, keys) {
        return Some(RollbackError::ForgedGeneration { number: generation.number });
    }
    let of_checkpoints = known
        .checkpoints
        .iter()
        .filter(|checkpoint| !generation.supersedes(checkpoint.count, checkpoint.time))
        .map(|checkpoint| Watermark { generation: None, head: checkpoint.link(), server: None });
    known.watermarks.iter().copied().chain(of_checkpoints).find_map(|watermark| watermark.compare(position).err())
}

/// Checks the seal of a generation. A writer of the database could claim any; the seal takes the key file, and the row that it begins behind
/// keeps it from being copied into another copy of the database.
fn is_confirmed(position: &LogPosition, keys: &KeyFile) -> bool {
    let Generation { number, begins_behind, .. } = position.generation;
    let Some(seal) = position.seal else { return number == 0 };
    let is_there = begins_behind.sequence <= position.anchor.sequence
        || position.rows.get(&begins_behind.sequence) == Some(&begins_behind.sha256);
    is_there && seal == seal_of(keys, &position.generation)
}

fn seal_of(keys: &KeyFile, generation: &Generation) -> Sha256Digest {
    keys.keyed_digest(GENERATION_SEAL_LABEL, &generation.to_bytes())
}

/// Holds back every photo as of a moment and begins a generation that every node accepts. The last `replayed_rows` of the log came out
/// of an export.
///
/// # Errors
/// [`StoreError`]; nothing has changed then.
pub async fn quarantine(
    store: &SqlStore,
    clock: &dyn Clock,
    keys: &KeyFile,
    known: &KnownWatermarks,
    as_of: Timestamp,
    replayed_rows: u64,
) -> Result<QuarantineCounts, StoreError> {
    let seal = |generation: &Generation| seal_of(keys, generation);
    let next = NextGeneration { at_least: known.latest_generation(), seal: &seal };
    quarantine_as_of(store, clock, as_of, replayed_rows, Some(next)).await
}

/// Confirms that this database, which went back in time, is the one to go on with. Every photo is held back as of its last row.
///
/// # Errors
/// [`StoreError`]; nothing has changed then.
pub async fn confirm(
    store: &SqlStore,
    clock: &dyn Clock,
    keys: &KeyFile,
    known: &KnownWatermarks,
    compared: &RollbackCheck,
) -> Result<(Timestamp, QuarantineCounts), StoreError> {
    let head = compared.position.head;
    let last = store.log_rows(head.sequence - 1, 1).await?;
    let now = clock.now();
    let as_of = last.first().map_or(now, |row| row.at);
    let sequences: Vec<_> = known.watermarks.iter().map(|watermark| watermark.head.sequence).collect();
    let details = serde_json::json!({ "as_of": as_of, "found": head.sequence, "known": sequences.iter().max() });
    let audit = AuditEntry {
        at: now,
        actor: "administrator".into(),
        event: AuditEvent::RollbackConfirmed,
        subject: None,
        details,
    };
    let seal = |generation: &Generation| seal_of(keys, generation);
    let next = NextGeneration { at_least: known.latest_generation(), seal: &seal };
    Ok((as_of, store.quarantine_all(as_of, Some(next), audit).await?))
}
