//! Rollback of the database: detected by watermarks outside the database, and confirmed by an administrator.

use super::administer::audit_entry;
use super::quarantine::quarantine_as_of;
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::AuditEvent;
use crate::domain::log::checkpoint::Checkpoint;
use crate::domain::log::watermark::{Generation, LogPosition, RollbackError, Watermark};
use crate::sealing::KeyFile;
use crate::storage::maintenance::QuarantineCounts;
use crate::storage::{NextGeneration, SqlStore, StoreError};

/// HMAC purpose of an administrator's confirmation in the database.
const GENERATION_SEAL_LABEL: &str = "lichtbild/generation/v1";

/// Watermarks from outside the database.
#[derive(Debug, Clone, Default)]
pub struct KnownWatermarks {
    pub watermarks: Vec<Watermark>,
    /// Checkpoints with a valid signature.
    pub checkpoints: Vec<Checkpoint>,
}

impl KnownWatermarks {
    /// Adds other watermarks that are new.
    pub fn add(&mut self, other: Self) {
        for watermark in other.watermarks {
            if !self.watermarks.contains(&watermark) {
                self.watermarks.push(watermark);
            }
        }
        for checkpoint in other.checkpoints {
            if !self.checkpoints.contains(&checkpoint) {
                self.checkpoints.push(checkpoint);
            }
        }
    }

    pub fn contain(&self, other: &Self) -> bool {
        other.watermarks.iter().all(|watermark| self.watermarks.contains(watermark))
            && other.checkpoints.iter().all(|checkpoint| self.checkpoints.contains(checkpoint))
    }

    pub fn latest_generation(&self) -> u64 {
        self.watermarks.iter().filter_map(|watermark| watermark.generation).max().unwrap_or_default()
    }
}

/// Result of the comparison of a database with the watermarks.
#[derive(Debug)]
pub struct RollbackCheck {
    pub position: LogPosition,
    /// About the first watermark that the database is behind or contradicts.
    pub rollback: Option<RollbackError>,
}

/// Compares the log of a database with all watermarks.
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

/// Checks the HMAC of a generation. A writer of the database could claim any number, but the HMAC needs the key file; the row before
/// the generation keeps the HMAC from being copied into another copy of the database.
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

/// Puts every photo into quarantine as of a moment and begins a generation that every node accepts. The last `replayed_rows` of the
/// log were replayed from an export.
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

/// Accepts a rolled-back database. Every photo goes into quarantine as of the last row of the log.
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
    let audit = audit_entry(now, AuditEvent::RollbackConfirmed, None, details);
    let seal = |generation: &Generation| seal_of(keys, generation);
    let next = NextGeneration { at_least: known.latest_generation(), seal: &seal };
    Ok((as_of, store.quarantine_all(as_of, Some(next), audit).await?))
}
