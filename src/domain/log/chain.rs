//! The audit log's chain, walked row by row: whatever was changed, dropped, swapped, inserted or cut off shows, and where.
//!
//! Each row's digest covers its content, its place and the digest of the row before it. That alone finds every change but two: rows
//! that were cut off at the end, and a log that was written anew from some row to its end. Both show against a signed
//! [checkpoint](super::checkpoint), which knows how many rows there were and what the last one's digest was.

use std::collections::VecDeque;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CHAIN_START, chain_digest};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// A row as it is stored, and as it is exported: one JSON object a line. `details` is JSON within a string, because the digest is
/// over its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainRow {
    /// Its place, counted from 1.
    pub sequence: i64,
    /// Time of the event.
    pub at: Timestamp,
    /// Actor: a device id, `administrator` or `gateway`.
    pub actor: String,
    /// Name of the event.
    pub event: String,
    /// To what.
    pub subject: Option<String>,
    /// More of it, as JSON text.
    pub details: String,
    /// The digest of the row before it.
    pub prev: Sha256Digest,
    /// Its own digest.
    pub sha256: Sha256Digest,
}

impl ChainRow {
    /// Computes the digest that the row must have behind a row with the digest `previous`.
    fn digest_after(&self, previous: &Sha256Digest) -> Sha256Digest {
        chain_digest(
            previous,
            self.sequence,
            self.at.unix_milliseconds(),
            &self.actor,
            &self.event,
            self.subject.as_deref(),
            &self.details,
        )
    }

    /// Its place in the chain.
    pub fn link(&self) -> ChainLink {
        ChainLink { sequence: self.sequence, sha256: self.sha256 }
    }
}

/// A place in the chain: a row's number and digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// The row's number; as many rows have been written up to it.
    pub sequence: i64,
    /// Its digest.
    pub sha256: Sha256Digest,
}

impl ChainLink {
    /// Place before the first row.
    pub const START: Self = Self { sequence: 0, sha256: CHAIN_START };
}

/// A walk along the chain. It remembers the last row and the checkpoints ahead, however long the log is.
#[derive(Debug, Clone)]
pub struct ChainVerifier {
    begin: ChainLink,
    last: ChainLink,
    pending_checkpoints: VecDeque<ChainLink>,
    /// The last row that a checkpoint vouches for.
    last_checkpointed: i64,
}

impl ChainVerifier {
    /// A walk that begins behind `begin` and has to meet every checkpoint that lies there.
    pub fn starting_after(begin: ChainLink, checkpoints: impl IntoIterator<Item = ChainLink>) -> Self {
        let mut ahead: Vec<ChainLink> =
            checkpoints.into_iter().filter(|checkpoint| checkpoint.sequence > begin.sequence).collect();
        ahead.sort_by_key(|checkpoint| checkpoint.sequence);
        Self { begin, last: begin, pending_checkpoints: ahead.into(), last_checkpointed: begin.sequence }
    }

    /// The last row that was walked past.
    pub fn last(&self) -> ChainLink {
        self.last
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// [`ChainError`]: the first row that is not as it was written, as far as this row shows.
    pub fn verify_row(&mut self, row: &ChainRow) -> Result<(), ChainError> {
        let expected = self.last.sequence + 1;
        if row.sequence > expected {
            return Err(chain_error(expected, ChainErrorKind::Missing { next: row.sequence }));
        }
        if row.sequence < expected {
            return Err(chain_error(row.sequence, ChainErrorKind::OutOfPlace));
        }
        if row.prev == self.last.sha256 {
            if row.digest_after(&row.prev) != row.sha256 {
                return Err(chain_error(row.sequence, ChainErrorKind::Changed));
            }
        } else if row.digest_after(&self.last.sha256) == row.sha256 {
            return Err(chain_error(row.sequence, ChainErrorKind::PrevChanged));
        } else if row.digest_after(&row.prev) != row.sha256 {
            return Err(chain_error(row.sequence, ChainErrorKind::Changed));
        } else if self.last == self.begin {
            // Whole in itself, and it follows on another beginning.
            return Err(chain_error(row.sequence, ChainErrorKind::OtherBeginning));
        } else {
            return Err(chain_error(self.last.sequence, ChainErrorKind::Replaced));
        }
        while let Some(checkpoint) =
            self.pending_checkpoints.front().filter(|checkpoint| checkpoint.sequence == row.sequence)
        {
            if checkpoint.sha256 != row.sha256 {
                return Err(chain_error(
                    self.last_checkpointed + 1,
                    ChainErrorKind::Rewritten { checkpoint: row.sequence },
                ));
            }
            self.last_checkpointed = row.sequence;
            self.pending_checkpoints.pop_front();
        }
        self.last = row.link();
        Ok(())
    }

    /// Ends the walk at the end of the log.
    ///
    /// # Errors
    /// [`ChainError`] when a checkpoint knows of more rows than there are.
    pub fn finish(&self) -> Result<VerifiedRange, ChainError> {
        match self.pending_checkpoints.front() {
            Some(checkpoint) => {
                Err(chain_error(self.last.sequence + 1, ChainErrorKind::Truncated { count: checkpoint.sequence }))
            }
            None => Ok(self.verified_range()),
        }
    }

    /// Returns the range that has been walked, wherever the log ends.
    pub fn verified_range(&self) -> VerifiedRange {
        VerifiedRange { begin: self.begin, last: self.last, last_checkpointed: self.last_checkpointed }
    }
}

/// A piece of the chain without a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedRange {
    /// Place before its first row.
    pub begin: ChainLink,
    /// Its last row.
    pub last: ChainLink,
    /// The last row that a checkpoint vouches for; what lies behind it could have been cut off or written anew.
    pub last_checkpointed: i64,
}

impl VerifiedRange {
    /// Number of its rows.
    pub fn rows(&self) -> i64 {
        self.last.sequence - self.begin.sequence
    }
}

/// The log is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainError {
    /// The first row that is wrong.
    pub sequence: i64,
    pub kind: ChainErrorKind,
}

/// Kinds of errors in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainErrorKind {
    /// It is not there; the next one that is there is `next`.
    Missing {
        /// The next row that is there.
        next: i64,
    },
    /// It stands behind a row that it belongs before, or a second time.
    OutOfPlace,
    /// Its content or its digest is not what was written.
    Changed,
    /// Only what it says of the row before it was changed.
    PrevChanged,
    /// It is whole in itself, but the next row was written behind another one.
    Replaced,
    /// It is whole in itself, but was written behind another beginning.
    OtherBeginning,
    /// From some row, this one at the earliest, up to the one at the checkpoint the log was written anew.
    Rewritten {
        /// Number of rows that the checkpoint counted.
        checkpoint: i64,
    },
    /// From it on rows were cut off: a checkpoint counted so many.
    Truncated {
        /// Number of rows that the checkpoint counted.
        count: i64,
    },
    /// Rows before it were cut off, and no checkpoint old enough vouches for that.
    BeginningRemoved,
}

impl ChainErrorKind {
    /// The name that programs see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::OutOfPlace => "out_of_place",
            Self::Changed => "changed",
            Self::PrevChanged => "prev_changed",
            Self::Replaced => "replaced",
            Self::OtherBeginning => "other_beginning",
            Self::Rewritten { .. } => "rewritten",
            Self::Truncated { .. } => "truncated",
            Self::BeginningRemoved => "front_cut",
        }
    }
}

fn chain_error(sequence: i64, kind: ChainErrorKind) -> ChainError {
    ChainError { sequence, kind }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.sequence;
        match self.kind {
            ChainErrorKind::Missing { next } if next == row + 1 => write!(f, "row {row} is missing"),
            ChainErrorKind::Missing { next } => write!(f, "rows {row} to {} are missing", next - 1),
            ChainErrorKind::OutOfPlace => write!(f, "row {row} stands behind a row that comes after it"),
            ChainErrorKind::Changed => {
                write!(f, "row {row} was changed: its content and its digest do not belong together")
            }
            ChainErrorKind::PrevChanged => {
                write!(f, "row {row} was changed: its prev is not the digest of the row before it")
            }
            ChainErrorKind::Replaced => {
                write!(f, "row {row} was replaced: row {} was written behind another one", row + 1)
            }
            ChainErrorKind::OtherBeginning => write!(f, "row {row} was written behind another beginning"),
            ChainErrorKind::Rewritten { checkpoint } => write!(
                f,
                "rows between {row} and {checkpoint} were written anew: a signed checkpoint knows another row {checkpoint}"
            ),
            ChainErrorKind::Truncated { count } => {
                write!(f, "row {row} and what follows were cut off: a signed checkpoint counted {count} rows")
            }
            ChainErrorKind::BeginningRemoved => write!(
                f,
                "the rows before row {row} were cut off, and no signed checkpoint says that their time was over"
            ),
        }
    }
}

impl std::error::Error for ChainError {}
