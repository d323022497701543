//! A gateway's database becomes another one: every row goes, is compared, and only then the new one takes the old one's place.

use std::fmt;

use super::verify::verify;
use crate::clock::Clock;
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::soundness::Findings;
use crate::sealing::KeyFile;
use crate::storage::inspection::ComparedTable;
use crate::storage::{DatabaseLocation, Relocation, RowKeys, StoreError};

/// What was moved.
pub struct Relocated {
    /// Every table.
    pub tables: Vec<ComparedTable>,
    /// What was found in the new database.
    pub findings: Findings,
}

/// Moves all rows `from` one database `to` another. Whether faults that the old one had come along is said by `faults`. With the key
/// file, digests of rows are compared on the way, and the row of the log that tells of the move carries its own.
///
/// # Errors
/// [`RelocateError`]; the old database is in use as before then, or the same call finishes what was begun.
pub async fn relocate(
    from: &DatabaseLocation,
    to: &DatabaseLocation,
    clock: &dyn Clock,
    faults: Faults,
    keys: Option<&KeyFile>,
) -> Result<Relocated, RelocateError> {
    let row_keys = keys.map_or(RowKeys::None, |keys| RowKeys::new(keys.row_key()));
    let mut relocation = Relocation::begin(from, to).await?.with_row_keys(row_keys);
    relocation.copy(clock.now()).await?;
    let tables = relocation.compare().await?;
    let findings = verify(relocation.target(), keys).await?;
    if !findings.are_sound() && faults == Faults::Stop {
        return Err(RelocateError::Unsound(Box::new(findings)));
    }
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let audit = AuditEntry {
        at: clock.now(),
        actor: "administrator".into(),
        event: AuditEvent::StoreMoved,
        subject: None,
        details: serde_json::json!({ "rows": rows }),
    };
    relocation.finish(clock.now(), audit).await?;
    Ok(Relocated { tables, findings })
}

/// What to do about faults that are found on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    /// Nothing is moved.
    Stop,
    /// They come along.
    Bear,
}

/// Why nothing was moved.
#[derive(Debug)]
pub enum RelocateError {
    /// The old database is not sound.
    Unsound(Box<Findings>),
    /// One of the two cannot be used.
    Store(StoreError),
}

impl fmt::Display for RelocateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsound(_) => f.write_str("the database is not sound"),
            Self::Store(_) => f.write_str("a database cannot be used"),
        }
    }
}

impl std::error::Error for RelocateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unsound(_) => None,
            Self::Store(source) => Some(source),
        }
    }
}

impl From<StoreError> for RelocateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
