//! Columns to values. What cannot be read was not written by this program and is reported as damage.

use std::str::FromStr;

use super::statement::DatabaseRow;
use crate::clock::Timestamp;
use crate::storage::error::StoreError;

pub(in crate::storage::sql) fn parse_column<T: FromStr>(row: &DatabaseRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Damaged(format!("column {column}: unexpected value")))
}

pub(in crate::storage::sql) fn parse_optional_column<T: FromStr>(
    row: &DatabaseRow,
    column: &str,
) -> Result<Option<T>, StoreError> {
    match row.try_get::<Option<String>>(column)? {
        None => Ok(None),
        Some(text) => {
            let parsed = text.parse().map_err(|_| StoreError::Damaged(format!("column {column}: unexpected value")))?;
            Ok(Some(parsed))
        }
    }
}

pub(in crate::storage::sql) fn timestamp(row: &DatabaseRow, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_unix_milliseconds(row.try_get(column)?))
}

pub(in crate::storage::sql) fn optional_timestamp(
    row: &DatabaseRow,
    column: &str,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<Option<i64>>(column)?.map(Timestamp::from_unix_milliseconds))
}

pub(in crate::storage::sql) fn bytes32(row: &DatabaseRow, column: &str) -> Result<[u8; 32], StoreError> {
    optional_bytes32(row, column)?.ok_or_else(|| StoreError::Damaged(format!("column {column}: nothing")))
}

pub(in crate::storage::sql) fn optional_bytes32(
    row: &DatabaseRow,
    column: &str,
) -> Result<Option<[u8; 32]>, StoreError> {
    let Some(bytes) = row.try_get::<Option<Vec<u8>>>(column)? else { return Ok(None) };
    let bytes = bytes.try_into().map_err(|_| StoreError::Damaged(format!("column {column}: not 32 bytes")))?;
    Ok(Some(bytes))
}
