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

/// Compares the log of a database with all watermarks. If it contradicts one, it may be that of a primary that was replaced a moment ago: it
/// is compared again if another host is the primary.
pub async fn compare(store: &SqlStore, keys: &KeyFile, known: &KnownWatermarks) -> Result<RollbackCheck, StoreError> {
    let heads = known.watermarks.iter().map(|watermark| watermark.head.sequence);
    let rows: Vec<_> = heads.chain(known.checkpoints.iter().map(|checkpoint| checkpoint.count)).collect();
    let mut position = store.position(&rows).await?;
    let mut rollback = find_rollback(&position, keys, known);
    if rollback.is_some() && store.finds_other_primary().await {
        position = store.position(&rows).await?;
        rollback = find_rollback(&position, keys, known);
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::log::chain::ChainLink;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn keys(seed: u64) -> KeyFile {
        KeyFile::generate(NOW, &SeededEntropy::new(seed)).unwrap()
    }

    fn link(sequence: i64) -> ChainLink {
        ChainLink { sequence, sha256: Sha256Digest::of(&sequence.to_be_bytes()) }
    }

    /// A log of nine rows whose second generation begins after the fifth.
    fn confirmed() -> LogPosition {
        let generation = Generation { number: 2, begins_behind: link(5), confirmed_at: NOW };
        LogPosition {
            head: link(9),
            anchor: ChainLink::START,
            rows: BTreeMap::from([5, 7].map(|row| (row, link(row).sha256))),
            generation,
            seal: Some(seal_of(&keys(1), &generation)),
            server: None,
        }
    }

    #[test]
    fn a_generation_needs_the_seal_of_this_key_file_and_the_row_before_it() {
        let rollback = |position: &LogPosition| find_rollback(position, &keys(1), &KnownWatermarks::default());
        let position = confirmed();
        assert_eq!(rollback(&position), None);
        assert_eq!(rollback(&LogPosition { anchor: link(5), rows: BTreeMap::new(), ..position.clone() }), None);
        for forged in [
            LogPosition { seal: None, ..position.clone() },
            LogPosition { seal: Some(seal_of(&keys(2), &position.generation)), ..position.clone() },
            LogPosition { rows: BTreeMap::new(), ..position.clone() },
            LogPosition { rows: BTreeMap::from([(5, link(6).sha256)]), ..position.clone() },
            LogPosition {
                generation: Generation { begins_behind: link(7), ..position.generation },
                ..position.clone()
            },
        ] {
            assert_eq!(rollback(&forged), Some(RollbackError::ForgedGeneration { number: 2 }), "{forged:?}");
        }
        let first = LogPosition { generation: Generation::FIRST, seal: None, ..position };
        assert_eq!(rollback(&first), None);
    }

    #[test]
    fn a_checkpoint_counts_unless_the_generation_gave_its_rows_up() {
        let later = NOW + std::time::Duration::from_secs(1);
        for (count, time, expected) in [
            (7, NOW, None),
            (8, NOW, None),
            (7, later, None),
            (8, later, Some(RollbackError::Diverged { sequence: 8 })),
            (10, later, Some(RollbackError::Behind { known: 10, found: 9 })),
        ] {
            let digest = Sha256Digest::of(b"");
            let checkpoint = Checkpoint::at(link(count), "gateway.example".into(), digest, time, digest);
            let known = KnownWatermarks { watermarks: Vec::new(), checkpoints: vec![checkpoint] };
            assert_eq!(find_rollback(&confirmed(), &keys(1), &known), expected, "{count} {time:?}");
        }
    }

    #[test]
    fn watermarks_are_known_once_they_were_added() {
        let digest = Sha256Digest::of(b"");
        let watermark = Watermark { generation: Some(3), head: link(7), server: None };
        let new = KnownWatermarks {
            watermarks: vec![watermark],
            checkpoints: vec![Checkpoint::at(link(7), "gateway.example".into(), digest, NOW, digest)],
        };
        let mut known = KnownWatermarks::default();
        assert!(!known.contain(&new));
        for _ in 0..2 {
            known.add(new.clone());
        }
        assert!(known.contain(&new));
        assert_eq!((known.watermarks.len(), known.checkpoints.len(), known.latest_generation()), (1, 1, 3));
        let other = KnownWatermarks { watermarks: vec![Watermark { generation: None, ..watermark }], ..new };
        assert!(!known.contain(&other));
    }
}
