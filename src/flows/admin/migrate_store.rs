//! A gateway's database becomes another one: every row goes, is compared, and only then the new one takes the old one's place.

use std::fmt;

use super::verify::verify;
use crate::clock::Clock;
use crate::domain::log::integrity::IntegrityReport;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::sealing::KeyFile;
use crate::storage::maintenance::ComparedTable;
use crate::storage::{DatabaseLocation, OngoingMigration, RowKeys, StoreError};

/// Result of a store migration.
pub struct StoreMigration {
    /// Every table.
    pub tables: Vec<ComparedTable>,
    /// Result of the integrity check of the new database.
    pub report: IntegrityReport,
}

/// Moves all rows `from` one database `to` another. Whether faults that the old one had come along is said by `on_faults`. With the key
/// file, digests of rows are compared on the way, and the row of the log that tells of the move carries its own.
///
/// # Errors
/// [`MigrateStoreError`]; the old database is in use as before then, or the same call finishes what was begun.
pub async fn migrate_store(
    from: &DatabaseLocation,
    to: &DatabaseLocation,
    clock: &dyn Clock,
    on_faults: OnFaults,
    keys: Option<&KeyFile>,
) -> Result<StoreMigration, MigrateStoreError> {
    let row_keys = keys.map_or(RowKeys::None, |keys| RowKeys::new(keys.row_key()));
    let mut migration = OngoingMigration::begin(from, to).await?.with_row_keys(row_keys);
    migration.copy(clock.now()).await?;
    let tables = migration.compare().await?;
    let report = verify(migration.target(), keys).await?;
    if !report.is_ok() && on_faults == OnFaults::Abort {
        return Err(MigrateStoreError::IntegrityCheckFailed(Box::new(report)));
    }
    let rows: u64 = tables.iter().map(|table| table.rows).sum();
    let audit = AuditEntry {
        at: clock.now(),
        actor: "administrator".into(),
        event: AuditEvent::StoreMoved,
        subject: None,
        details: serde_json::json!({ "rows": rows }),
    };
    migration.finish(clock.now(), audit).await?;
    Ok(StoreMigration { tables, report })
}

/// Reaction to faults that are found during a store migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFaults {
    /// Nothing is moved.
    Abort,
    /// They come along.
    Accept,
}

/// Reason why a store migration failed.
#[derive(Debug)]
pub enum MigrateStoreError {
    /// The old database is not sound.
    IntegrityCheckFailed(Box<IntegrityReport>),
    /// One of the two cannot be used.
    Store(StoreError),
}

impl fmt::Display for MigrateStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IntegrityCheckFailed(_) => f.write_str("the database is not sound"),
            Self::Store(_) => f.write_str("a database cannot be used"),
        }
    }
}

impl std::error::Error for MigrateStoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::IntegrityCheckFailed(_) => None,
            Self::Store(source) => Some(source),
        }
    }
}

impl From<StoreError> for MigrateStoreError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
