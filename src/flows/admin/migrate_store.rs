//! Moves a gateway to another database: copies every row, compares all rows, and then makes the old database inactive.

use super::administer::audit_entry;
use super::verify::verify;
use crate::clock::Clock;
use crate::domain::log::AuditEvent;
use crate::domain::log::integrity::IntegrityReport;
use crate::sealing::KeyFile;
use crate::storage::maintenance::ComparedTable;
use crate::storage::{DatabaseLocation, OngoingMigration, RowKeys, StoreError};

/// Result of a store migration.
pub struct StoreMigration {
    pub tables: Vec<ComparedTable>,
    /// Integrity check of the new database.
    pub report: IntegrityReport,
}

/// Moves all rows from one database to another. With the key file it compares the row digests too, and signs the audit row of the
/// migration. After an error the old database is still active, or the same call finishes the migration.
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
    let audit = audit_entry(clock.now(), AuditEvent::StoreMoved, None, serde_json::json!({ "rows": rows }));
    migration.finish(clock.now(), audit).await?;
    Ok(StoreMigration { tables, report })
}

/// Reaction to faults that the integrity check finds during a store migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFaults {
    /// The old database stays active.
    Abort,
    /// The rows are moved as they are.
    Accept,
}

/// Reason why a store migration failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateStoreError {
    #[error("the integrity check failed")]
    IntegrityCheckFailed(Box<IntegrityReport>),
    #[error("database error")]
    Store(#[from] StoreError),
}
