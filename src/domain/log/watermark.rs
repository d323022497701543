//! Watermark of the audit log: its last known row, stored outside the database.
//!
//! An older copy of the database is consistent in itself. Only a watermark that was not rolled back with it shows that its photos may
//! have been used since.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::chain::ChainLink;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// End of the log when the watermark was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// Number of the generation; `None` if the source of the watermark has no generations.
    pub generation: Option<u64>,
    /// The last row that was durable.
    pub head: ChainLink,
    /// Identity of the PostgreSQL server; `None` for a file.
    pub server: Option<ServerHistory>,
}

/// Identity of a PostgreSQL server and of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerHistory {
    /// Made by `initdb`, the same for a server and its standbys.
    pub system_identifier: i64,
    /// Increased by each promotion and each point-in-time recovery.
    pub timeline: i64,
}

/// Part of the log that begins when an administrator accepts a rolled-back database; number 0 until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// Increased by each confirmation and each restore.
    pub number: u64,
    /// The last row before it.
    pub begins_behind: ChainLink,
    pub confirmed_at: Timestamp,
}

impl Generation {
    /// The generation of a log that was never restored or confirmed.
    pub const FIRST: Self =
        Self { number: 0, begins_behind: ChainLink::START, confirmed_at: Timestamp::from_unix_milliseconds(0) };

    /// The bytes that the seal covers.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.begins_behind.sequence.to_be_bytes());
        bytes.extend_from_slice(self.begins_behind.sha256.as_bytes());
        bytes.extend_from_slice(&self.confirmed_at.unix_milliseconds().to_be_bytes());
        bytes
    }

    /// True if a checkpoint counts rows that were abandoned when this generation began.
    pub fn supersedes(&self, count: i64, signed_at: Timestamp) -> bool {
        self.number > 0 && count > self.begins_behind.sequence && signed_at <= self.confirmed_at
    }
}

/// The log of a database, as far as a comparison with watermarks needs it. The rows are read before the head and the anchor, so a row
/// that is missing although the log is longer never existed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPosition {
    pub head: ChainLink,
    /// The last purged row; [`ChainLink::START`] if the log was never purged.
    pub anchor: ChainLink,
    /// Digests of the requested rows, by number.
    pub rows: BTreeMap<i64, Sha256Digest>,
    /// Its seal is not verified yet.
    pub generation: Generation,
    /// Seal of the generation; `None` for the first one.
    pub seal: Option<Sha256Digest>,
    /// `None` for a file, and if the server does not report it.
    pub server: Option<ServerHistory>,
}

/// Sign of an older or another copy of the database. `known` is from the watermark, `found` from the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    #[error("the audit log of the database has {found} rows, but {known} rows were known")]
    Behind { known: i64, found: i64 },
    #[error("row {sequence} of the audit log is not the known one")]
    Diverged { sequence: i64 },
    #[error(
        "the database is from before a restore or a confirmed rollback: its generation is {found}, but {known} was known"
    )]
    OlderGeneration { known: u64, found: u64 },
    #[error("the PostgreSQL server is on timeline {found}, but {known} was known")]
    OlderTimeline { known: i64, found: i64 },
    #[error("generation {number} of the database was not confirmed with this gateway's key file")]
    ForgedGeneration { number: u64 },
    #[error("the database file was replaced while the gateway had it open")]
    FileReplaced,
}

impl Watermark {
    /// Compares the watermark with a log. The caller has verified the seal of the generation. A log of a later generation fits every
    /// watermark, because an administrator has accepted it.
    ///
    /// # Errors
    /// [`RollbackError`] if the log is behind the watermark or contradicts it.
    pub fn compare(&self, log: &LogPosition) -> Result<(), RollbackError> {
        let found = log.generation.number;
        match self.generation {
            Some(known) if found < known => return Err(RollbackError::OlderGeneration { known, found }),
            Some(known) if found > known => return Ok(()),
            _ => {}
        }
        let ChainLink { sequence, sha256 } = self.head;
        if log.head.sequence < sequence {
            return Err(RollbackError::Behind { known: sequence, found: log.head.sequence });
        }
        // Purged rows are ten years old, and so may be a checkpoint without a generation. A head file is never that old: an attacker
        // with an older copy could claim that its log was purged up to the watermark.
        let anchor = Some(log.anchor).filter(|_| self.generation.is_none());
        let is_known_start = sequence == 0 || anchor.is_some_and(|anchor| sequence < anchor.sequence);
        let of_anchor = anchor.filter(|anchor| anchor.sequence == sequence).map(|anchor| anchor.sha256);
        let digest = of_anchor.or_else(|| log.rows.get(&sequence).copied());
        if !is_known_start && digest != Some(sha256) {
            return Err(RollbackError::Diverged { sequence });
        }
        match (self.server, log.server) {
            (Some(known), Some(found))
                if known.system_identifier == found.system_identifier && found.timeline < known.timeline =>
            {
                Err(RollbackError::OlderTimeline { known: known.timeline, found: found.timeline })
            }
            _ => Ok(()),
        }
    }
}

impl RollbackError {
    /// The reason and the next step, for an administrator.
    pub fn advice(self) -> String {
        let next = match self {
            Self::FileReplaced => "stop the gateway and start it again",
            _ => {
                "restore the right database and start again, or accept this one with `lichtbild-gateway confirm-rollback`, which puts \
                 all its photos into quarantine (docs/operation/database.md, \"What do I do when the database went back in time?\")"
            }
        };
        format!("{self}: {next}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: i64) -> Sha256Digest {
        Sha256Digest::of(&number.to_be_bytes())
    }

    fn link(sequence: i64) -> ChainLink {
        ChainLink { sequence, sha256: digest(sequence) }
    }

    /// A log of `rows` rows that was purged up to `anchor`.
    fn log(anchor: i64, rows: i64) -> LogPosition {
        LogPosition {
            head: link(rows),
            anchor: if anchor == 0 { ChainLink::START } else { link(anchor) },
            rows: (anchor + 1..=rows).map(|row| (row, digest(row))).collect(),
            generation: Generation::FIRST,
            seal: None,
            server: None,
        }
    }

    fn watermark(sequence: i64) -> Watermark {
        let head = if sequence == 0 { ChainLink::START } else { link(sequence) };
        Watermark { generation: Some(0), head, server: None }
    }

    #[test]
    fn a_log_at_or_beyond_the_mark_fits_and_one_behind_or_beside_it_does_not() {
        for (sequence, anchor, rows, expected) in [
            (0, 0, 0, Ok(())),
            (0, 0, 9, Ok(())),
            (7, 0, 7, Ok(())),
            (7, 0, 900, Ok(())),
            (7, 7, 8, Err(RollbackError::Diverged { sequence: 7 })),
            (7, 8, 9, Err(RollbackError::Diverged { sequence: 7 })),
            (7, 0, 6, Err(RollbackError::Behind { known: 7, found: 6 })),
            (7, 0, 0, Err(RollbackError::Behind { known: 7, found: 0 })),
        ] {
            assert_eq!(watermark(sequence).compare(&log(anchor, rows)), expected, "{sequence} {anchor} {rows}");
        }
        let other = Watermark { head: ChainLink { sequence: 7, sha256: digest(70) }, ..watermark(7) };
        assert_eq!(other.compare(&log(0, 9)), Err(RollbackError::Diverged { sequence: 7 }));
        assert_eq!(other.compare(&log(7, 9)), Err(RollbackError::Diverged { sequence: 7 }));
        for anchor in [7, 8] {
            assert_eq!(Watermark { generation: None, ..watermark(7) }.compare(&log(anchor, 9)), Ok(()));
        }
        let of_checkpoint = Watermark { generation: None, ..other };
        assert_eq!(of_checkpoint.compare(&log(7, 9)), Err(RollbackError::Diverged { sequence: 7 }));
        assert_eq!(of_checkpoint.compare(&log(8, 9)), Ok(()));
        let mut without = log(0, 9);
        without.rows.remove(&7);
        assert_eq!(watermark(7).compare(&without), Err(RollbackError::Diverged { sequence: 7 }));
    }

    #[test]
    fn a_later_generation_was_accepted_and_an_earlier_one_went_back() {
        let of = |number, rows| LogPosition { generation: Generation { number, ..Generation::FIRST }, ..log(0, rows) };
        let known = Watermark { generation: Some(2), ..watermark(7) };
        assert_eq!(known.compare(&of(3, 4)), Ok(()));
        assert_eq!(known.compare(&of(2, 4)), Err(RollbackError::Behind { known: 7, found: 4 }));
        assert_eq!(known.compare(&of(1, 9)), Err(RollbackError::OlderGeneration { known: 2, found: 1 }));
        let checkpoint = Watermark { generation: None, ..watermark(7) };
        assert_eq!(checkpoint.compare(&of(3, 7)), Ok(()));
        assert_eq!(checkpoint.compare(&of(3, 4)), Err(RollbackError::Behind { known: 7, found: 4 }));
    }

    #[test]
    fn a_timeline_may_go_forward_and_never_back_on_the_same_server() {
        let at = |system_identifier, timeline| Some(ServerHistory { system_identifier, timeline });
        let known = Watermark { server: at(1, 2), ..watermark(7) };
        for (server, expected) in [
            (at(1, 2), Ok(())),
            (at(1, 3), Ok(())),
            (at(2, 1), Ok(())),
            (None, Ok(())),
            (at(1, 1), Err(RollbackError::OlderTimeline { known: 2, found: 1 })),
        ] {
            assert_eq!(known.compare(&LogPosition { server, ..log(0, 7) }), expected, "{server:?}");
        }
    }

    #[test]
    fn a_generation_supersedes_checkpoints_of_the_rows_it_gave_up() {
        let at = Timestamp::from_unix_milliseconds;
        let generation = Generation { number: 1, begins_behind: link(5), confirmed_at: at(100) };
        for (count, signed_at, expected) in [(6, 99, true), (6, 101, false), (5, 99, false)] {
            assert_eq!(generation.supersedes(count, at(signed_at)), expected, "{count} {signed_at}");
        }
        assert!(!Generation::FIRST.supersedes(6, at(0)));
    }
}
