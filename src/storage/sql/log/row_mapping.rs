//! Rows of the audit log, and of the tables that it tells of, to records.

use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainRow;
use crate::domain::log::reconciliation::row::AuditedValue;
use crate::domain::log::reconciliation::table::{AuditedColumnType, AuditedTable};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::columns::{bytes32, timestamp};
use crate::storage::sql::engine::statement::DatabaseRow;

/// The values of a row that was read with all columns of its table.
pub(in crate::storage::sql) fn column_values(
    row: &DatabaseRow,
    table: AuditedTable,
) -> Result<Vec<AuditedValue>, StoreError> {
    let value = |name: &str, kind| {
        Ok(match kind {
            AuditedColumnType::Text => {
                row.try_get::<Option<String>>(name)?.map_or(AuditedValue::Null, AuditedValue::Text)
            }
            AuditedColumnType::Number => {
                row.try_get::<Option<i64>>(name)?.map_or(AuditedValue::Null, AuditedValue::Number)
            }
            AuditedColumnType::Bytes => {
                row.try_get::<Option<Vec<u8>>>(name)?.map_or(AuditedValue::Null, AuditedValue::Bytes)
            }
            AuditedColumnType::Truth => {
                row.try_get::<Option<bool>>(name)?.map_or(AuditedValue::Null, AuditedValue::Truth)
            }
        })
    };
    table.columns().iter().map(|column| value(column.name, column.kind)).collect()
}

/// A row of the audit log with all of its columns.
pub(in crate::storage::sql) fn chain_row(row: &DatabaseRow) -> Result<ChainRow, StoreError> {
    Ok(ChainRow {
        sequence: row.try_get("sequence")?,
        at: timestamp(row, "at")?,
        actor: row.try_get("actor")?,
        event: row.try_get("event")?,
        subject: row.try_get("subject")?,
        details: row.try_get("details")?,
        prev: Sha256Digest::from_bytes(bytes32(row, "prev")?),
        sha256: Sha256Digest::from_bytes(bytes32(row, "sha256")?),
    })
}
