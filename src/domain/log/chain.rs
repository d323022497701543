//! Verification of the audit log's chain, row by row. It finds the first row that was changed, removed, swapped or inserted.
//!
//! The digest of each row covers its content, its number and the digest of the row before it. The chain alone cannot show that rows
//! were cut off at its end, or that the log was rewritten from some row to the end. A signed [checkpoint](super::checkpoint) with the
//! number of rows and the digest of the last one shows both.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{CHAIN_START, chain_digest};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// A row of the audit log. `sha256` covers all other members, so that a changed row is noticed.
//
// It is stored and exported like this, one JSON object per line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = LogRow)]
#[serde(deny_unknown_fields)]
pub struct ChainRow {
    /// Number of the row, counted from 1.
    pub sequence: i64,
    pub at: Timestamp,
    /// A device id, `administrator` or `gateway`.
    pub actor: String,
    /// Name of the event, such as `photo.deposited`.
    pub event: String,
    /// Identifier of the photo, collection, device or party that the event concerns; null if there is none.
    #[schema(required = true)]
    pub subject: Option<String>,
    /// Details of the event as the text of a JSON object. It is a string because the digest covers its bytes.
    pub details: String,
    /// `sha256` of the row before; zeros in the first row.
    pub prev: Sha256Digest,
    /// SHA-256 over `lichtbild/audit/v1`, `prev`, `sequence` and `at` in milliseconds since 1970 (64-bit, big endian each), one byte (1
    /// if there is a subject, otherwise 0), then `actor`, `event`, `subject` and `details`, each after its length (64-bit, big endian).
    pub sha256: Sha256Digest,
}

impl ChainRow {
    /// The digest that the row must have after a row with the digest `previous`.
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

    pub fn link(&self) -> ChainLink {
        ChainLink { sequence: self.sequence, sha256: self.sha256 }
    }
}

/// A place in the chain: a row's number and digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    pub sequence: i64,
    pub sha256: Sha256Digest,
}

impl ChainLink {
    /// The place before the first row.
    pub const START: Self = Self { sequence: 0, sha256: CHAIN_START };
}

/// Verifier of the chain. It stores only the last row and the checkpoints ahead, so its memory does not grow with the log.
#[derive(Debug, Clone)]
pub struct ChainVerifier {
    begin: ChainLink,
    last: ChainLink,
    pending_checkpoints: VecDeque<ChainLink>,
    /// Number of the last row that a checkpoint confirms.
    last_checkpointed: i64,
}

impl ChainVerifier {
    /// Begins after `begin` and must meet all later checkpoints.
    pub fn starting_after(begin: ChainLink, checkpoints: impl IntoIterator<Item = ChainLink>) -> Self {
        let mut ahead: Vec<ChainLink> =
            checkpoints.into_iter().filter(|checkpoint| checkpoint.sequence > begin.sequence).collect();
        ahead.sort_by_key(|checkpoint| checkpoint.sequence);
        Self { begin, last: begin, pending_checkpoints: ahead.into(), last_checkpointed: begin.sequence }
    }

    /// The last verified row.
    pub fn last(&self) -> ChainLink {
        self.last
    }

    /// Verifies the next row.
    ///
    /// # Errors
    /// [`ChainError`]: the first wrong row, as far as this row shows it.
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
            // The row is intact, but follows another beginning.
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

    /// Ends the verification at the end of the log.
    ///
    /// # Errors
    /// [`ChainError`] if a checkpoint counts more rows.
    pub fn finish(&self) -> Result<VerifiedRange, ChainError> {
        match self.pending_checkpoints.front() {
            Some(checkpoint) => {
                Err(chain_error(self.last.sequence + 1, ChainErrorKind::Truncated { count: checkpoint.sequence }))
            }
            None => Ok(self.verified_range()),
        }
    }

    /// The range that was verified so far.
    pub fn verified_range(&self) -> VerifiedRange {
        VerifiedRange { begin: self.begin, last: self.last, last_checkpointed: self.last_checkpointed }
    }
}

/// A part of the chain without errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedRange {
    /// The place before its first row.
    pub begin: ChainLink,
    pub last: ChainLink,
    /// Number of the last row that a checkpoint confirms; later rows could have been cut off or rewritten.
    pub last_checkpointed: i64,
}

impl VerifiedRange {
    pub fn rows(&self) -> i64 {
        self.last.sequence - self.begin.sequence
    }
}

/// The log is not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text())]
pub struct ChainError {
    /// Number of the first wrong row.
    pub sequence: i64,
    pub kind: ChainErrorKind,
}

/// Kind of an error in a row. The name in snake case is stable: other programs see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ChainErrorKind {
    /// The row is missing; the next existing row is `next`.
    Missing { next: i64 },
    /// The row follows a later one, or exists twice.
    OutOfPlace,
    /// Content or digest differ from what was written.
    Changed,
    /// Only its digest of the row before was changed.
    PrevChanged,
    /// The row is intact, but the next row was written after another one.
    Replaced,
    /// The row is intact, but was written after another beginning.
    OtherBeginning,
    /// The log was rewritten between this row and the row of the checkpoint.
    Rewritten { checkpoint: i64 },
    /// This row and the later ones were cut off: a checkpoint counted `count` rows.
    Truncated { count: i64 },
    /// The rows before it were cut off, and no old enough checkpoint permits that.
    #[strum(serialize = "front_cut")]
    BeginningRemoved,
}

impl ChainErrorKind {
    /// The name that other programs see.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

fn chain_error(sequence: i64, kind: ChainErrorKind) -> ChainError {
    ChainError { sequence, kind }
}

impl ChainError {
    fn text(&self) -> String {
        let row = self.sequence;
        match self.kind {
            ChainErrorKind::Missing { next } if next == row + 1 => format!("row {row} is missing"),
            ChainErrorKind::Missing { next } => format!("rows {row} to {} are missing", next - 1),
            ChainErrorKind::OutOfPlace => format!("row {row} follows a row that comes after it"),
            ChainErrorKind::Changed => format!("row {row} was changed: its digest is not that of its content"),
            ChainErrorKind::PrevChanged => {
                format!("row {row} was changed: its prev is not the digest of the row before it")
            }
            ChainErrorKind::Replaced => {
                format!("row {row} was replaced: row {} was written after another one", row + 1)
            }
            ChainErrorKind::OtherBeginning => format!("row {row} was written after another beginning"),
            ChainErrorKind::Rewritten { checkpoint } => format!(
                "rows between {row} and {checkpoint} were rewritten: a signed checkpoint has another row {checkpoint}"
            ),
            ChainErrorKind::Truncated { count } => {
                format!("row {row} and the rows after it were cut off: a signed checkpoint counted {count} rows")
            }
            ChainErrorKind::BeginningRemoved => {
                format!("the rows before row {row} were cut off without a signed checkpoint that permits it")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_the_rows_after_its_beginning() {
        let link = |sequence| ChainLink { sequence, sha256: Sha256Digest::of(b"") };
        let range = VerifiedRange { begin: link(3), last: link(10), last_checkpointed: 0 };
        assert_eq!(range.rows(), 7);
    }
}
