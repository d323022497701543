//! Conversion of rows of the audit log and of the audited tables to records.

use crate::domain::log::chain::ChainRow;
use crate::domain::log::reconciliation::row::AuditedValue;
use crate::domain::log::reconciliation::table::{AuditedColumnType, AuditedTable};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::values::DatabaseRow;

/// The values of a row that was read with all columns of its table.
pub(in crate::storage::sql) fn column_values(
    row: &DatabaseRow,
    table: AuditedTable,
) -> Result<Vec<AuditedValue>, StoreError> {
    fn or_null<T>(value: Option<T>, audited: fn(T) -> AuditedValue) -> AuditedValue {
        value.map_or(AuditedValue::Null, audited)
    }
    let value = |name: &str, kind| {
        Ok(match kind {
            AuditedColumnType::Text => or_null(row.get(name)?, AuditedValue::Text),
            AuditedColumnType::Number => or_null(row.get(name)?, AuditedValue::Number),
            AuditedColumnType::Bytes => or_null(row.get(name)?, AuditedValue::Bytes),
            AuditedColumnType::Truth => or_null(row.get(name)?, AuditedValue::Truth),
        })
    };
    table.columns().iter().map(|column| value(column.name, column.kind)).collect()
}

pub(in crate::storage::sql) fn chain_row(row: &DatabaseRow) -> Result<ChainRow, StoreError> {
    Ok(ChainRow {
        sequence: row.get("sequence")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        event: row.get("event")?,
        subject: row.get("subject")?,
        details: row.get("details")?,
        prev: row.get("prev")?,
        sha256: row.get("sha256")?,
    })
}
