//! Watermark of the audit log: how far the log is known to have come, remembered outside the database.
//!
//! A database that was replaced by an older copy of itself is whole and looks like any other. Only a comparison with a watermark that
//! did not go back with it shows that photos in it may have been used since.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::chain::ChainLink;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// The end that the log had when the watermark was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermark {
    /// Number of the generation that the log was in; `None` where the source of the watermark knows nothing of generations.
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
    /// Counted up by each promotion and each recovery to a point in time.
    pub timeline: i64,
}

/// A span of the log that begins where an administrator has accepted that the database went back: number 0 until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// Counted up by each confirmation and each restore.
    pub number: u64,
    /// The last row of the log when it began.
    pub begins_behind: ChainLink,
    /// Time of the confirmation.
    pub confirmed_at: Timestamp,
}

impl Generation {
    /// The generation of a log that was never restored or confirmed.
    pub const FIRST: Self =
        Self { number: 0, begins_behind: ChainLink::START, confirmed_at: Timestamp::from_unix_milliseconds(0) };

    /// The bytes that its seal covers.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.number.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.begins_behind.sequence.to_be_bytes());
        bytes.extend_from_slice(self.begins_behind.sha256.as_bytes());
        bytes.extend_from_slice(&self.confirmed_at.unix_milliseconds().to_be_bytes());
        bytes
    }

    /// Reports whether a checkpoint vouches for rows that were given up when this generation began.
    pub fn supersedes(&self, count: i64, signed_at: Timestamp) -> bool {
        self.number > 0 && count > self.begins_behind.sequence && signed_at <= self.confirmed_at
    }
}

/// A database's log, as far as a comparison with watermarks needs it. The rows are read before the end and
/// the front of the log: what is missing among them although the log reaches further was never there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPosition {
    /// Its last row.
    pub head: ChainLink,
    /// The row that its front was last cut behind; [`ChainLink::START`] if it never was.
    pub anchor: ChainLink,
    /// Digests of the rows that were asked for and are there, by number.
    pub rows: BTreeMap<i64, Sha256Digest>,
    /// Its generation, of which nobody has checked the seal yet.
    pub generation: Generation,
    /// The seal of the generation; `None` where none was ever confirmed.
    pub seal: Option<Sha256Digest>,
    /// Identity of the server; `None` for a file, and where the server does not tell.
    pub server: Option<ServerHistory>,
}

/// A difference that an older copy of a database shows, or another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RollbackError {
    /// The log ends before the watermark.
    Behind {
        /// Rows that were known to be there.
        known: i64,
        /// Rows that are there.
        found: i64,
    },
    /// The row at the watermark is another one.
    Diverged {
        /// Its number.
        sequence: i64,
    },
    /// The log is of a generation before the watermark's.
    OlderGeneration {
        /// The watermark's.
        known: u64,
        /// The log's.
        found: u64,
    },
    /// The same server is on a timeline before the watermark's.
    OlderTimeline {
        /// The watermark's.
        known: i64,
        /// The server's.
        found: i64,
    },
    /// The generation that the database claims was not confirmed with this gateway's key file.
    ForgedGeneration { number: u64 },
    /// The database's file was replaced while the gateway had it open.
    FileReplaced,
}

impl Watermark {
    /// Compares the watermark with a log. A log of a later generation, whose seal the caller has checked, fits every watermark: an
    /// administrator has accepted it.
    ///
    /// # Errors
    /// [`RollbackError`] when the log is behind the watermark or contradicts it.
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
        // What goes from the log's front is ten years old, as a checkpoint may be. A head file is not: who puts an older copy in the
        // database's place could claim that its front went up to the watermark.
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
    /// The reason and the ways on, for an administrator.
    pub fn advice(self) -> String {
        let next = match self {
            Self::FileReplaced => "stop the gateway and start it again",
            _ => {
                "put the right database back and start again; or, if this one is to stay, `lichtbild-gateway confirm-rollback`, \
                 which holds back every photo in it (docs/operation.md, \"A database that went back in time\")"
            }
        };
        format!("{self}: {next}")
    }
}

impl fmt::Display for RollbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Behind { known, found } => {
                write!(f, "the audit log of the database has {found} rows, and {known} were known to be there")
            }
            Self::Diverged { sequence } => {
                write!(f, "row {sequence} of the audit log is not the one that was known to be there")
            }
            Self::OlderGeneration { known, found } => write!(
                f,
                "the database is from before a restore or a confirmed roll-back: its generation is {found}, and {known} was known"
            ),
            Self::OlderTimeline { known, found } => {
                write!(f, "the PostgreSQL server is on timeline {found}, and {known} was known")
            }
            Self::ForgedGeneration { number } => {
                write!(f, "generation {number} of the database was not confirmed with this gateway's key file")
            }
            Self::FileReplaced => f.write_str("the database file was replaced while the gateway had it open"),
        }
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

    /// A log of `rows` rows whose front was cut behind `anchor`.
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
