//! Reading the audit log and all tables at one moment, page by page, to compare them.

use sqlx::AssertSqlSafe;

use crate::clock::Timestamp;
use crate::domain::log::chain::{ChainLink, ChainRow};
use crate::domain::log::reconciliation::row::{AuditedValue, RowId, StoredRow};
use crate::domain::log::reconciliation::table::{
    AuditedColumnType, AuditedTable, ENVELOPE_SHA256, PHOTO_OF_COLLECTION,
};
use crate::storage::error::StoreError;
use crate::storage::maintenance::StoredCheckpoint;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::engine::values::{DatabaseRow, ToSql, params};
use crate::storage::sql::log::audit_log::{self, signed_checkpoint};
use crate::storage::sql::log::row_mapping::column_values;
use crate::storage::sql::metadata;

/// Rows that are in memory at the same time.
const ROWS_PER_PAGE: i64 = 1000;

/// One moment of a store. Others write meanwhile; in SQLite erased bytes stay in the write-ahead log until this is dropped.
pub struct Snapshot {
    connection: StoreConnection,
}

impl SqlStore {
    /// Begins to read the store as it is at this moment.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let connection = match &self.database {
            Database::File(file) => StoreConnection::SqliteWriter(file.readers.begin().await?),
            Database::Server(server) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let transaction = server.pool.get(|pool| async move { pool.begin_with(begin).await });
                StoreConnection::PostgresWriter(transaction.await?)
            }
        };
        Ok(Snapshot { connection })
    }
}

impl Snapshot {
    /// Row after which the audit log begins.
    pub async fn log_anchor(&mut self) -> Result<ChainLink, StoreError> {
        audit_log::anchor(&mut self.connection).await
    }

    /// The next rows of the audit log.
    pub async fn log_rows(&mut self, after: i64, limit: u32) -> Result<Vec<ChainRow>, StoreError> {
        audit_log::rows(&mut self.connection, after, limit).await
    }

    /// The next rows of a table after a primary key, which is empty for the first page.
    pub async fn rows(&mut self, table: AuditedTable, after: &[AuditedValue]) -> Result<Vec<StoredRow>, StoreError> {
        let columns: Vec<_> = table.columns().iter().map(|column| qualified_column(table, column.name)).collect();
        let (columns, name) = (columns.join(", "), table.name());
        let key: Vec<_> = table.columns()[..table.key_columns()].iter().map(|key| format!("t.{}", key.name)).collect();
        let values: Vec<_> = (1..=key.len()).map(|number| format!("${number}")).collect();
        let (key, values) = (key.join(", "), values.join(", "));
        let source = match table {
            AuditedTable::Photos => "photos t LEFT JOIN frames f ON f.photo_id = t.photo_id".to_owned(),
            AuditedTable::CollectionDevices => {
                "collection_devices t LEFT JOIN collections c ON c.collection_id = t.collection_id".to_owned()
            }
            _ => format!("{name} t"),
        };
        let key_values = (0..table.key_columns()).map(|place| match after.get(place) {
            Some(AuditedValue::Text(after)) => after.to_sql(),
            Some(AuditedValue::Bytes(after)) => after.to_sql(),
            // Empty values sort before every key.
            _ if table.columns()[place].kind == AuditedColumnType::Bytes => Vec::<u8>::new().to_sql(),
            _ => "".to_sql(),
        });
        self.connection
            .query(AssertSqlSafe(format!(
                "SELECT {columns} FROM {source} WHERE ({key}) > ({values}) ORDER BY {key} LIMIT {ROWS_PER_PAGE}"
            )))
            .bind(key_values)
            .fetch_all_as(|row| stored_row(row, table))
            .await
    }

    pub async fn last_swept_at(&mut self) -> Result<Option<Timestamp>, StoreError> {
        metadata::timestamp_on(&mut self.connection, metadata::LAST_SWEPT_AT).await
    }

    /// Number of photos in each state, as counted by triggers.
    pub async fn photo_counts(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let counts = "SELECT state, CAST(sum(photos) AS BIGINT) AS photos FROM photo_counts GROUP BY state";
        let rows = self.connection.query(counts).fetch_all().await.map_err(|error| match error {
            // The sum exceeds 64 bits.
            StoreError::Unavailable(source) if matches!(source.downcast_ref(), Some(sqlx::Error::Database(_))) => {
                StoreError::Damaged(format!("photo_counts cannot be added up: {source}"))
            }
            error => error,
        })?;
        rows.iter().map(|row| Ok((row.get("state")?, row.get("photos")?))).collect()
    }

    pub async fn checkpoints(&mut self, after: i64) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let rows = self
            .connection
            .query(
                "SELECT count, at, head, document, signature FROM checkpoints WHERE count > $1 ORDER BY count LIMIT $2",
            )
            .bind(params![after, ROWS_PER_PAGE])
            .fetch_all()
            .await?;
        rows.iter()
            .map(|row| {
                Ok(StoredCheckpoint {
                    link: link(row, "count", "head")?,
                    at: row.get("at")?,
                    signed: signed_checkpoint(row)?,
                })
            })
            .collect()
    }

    /// Every row up to which the log was shortened, with the time.
    pub async fn log_anchors(&mut self) -> Result<Vec<(ChainLink, Timestamp)>, StoreError> {
        let anchors = "SELECT sequence, sha256, moved_at FROM log_anchors ORDER BY sequence";
        self.connection
            .query(anchors)
            .fetch_all_as(|row| Ok((link(row, "sequence", "sha256")?, row.get("moved_at")?)))
            .await
    }
}

fn link(row: &DatabaseRow, sequence: &str, sha256: &str) -> Result<ChainLink, StoreError> {
    Ok(ChainLink { sequence: row.get(sequence)?, sha256: row.get(sha256)? })
}

fn qualified_column(table: AuditedTable, name: &str) -> String {
    match (table, name) {
        (AuditedTable::Photos, ENVELOPE_SHA256) => format!("f.sha256 AS {name}"),
        (AuditedTable::CollectionDevices, PHOTO_OF_COLLECTION) => format!("c.{name}"),
        _ => format!("t.{name}"),
    }
}

fn stored_row(row: &DatabaseRow, table: AuditedTable) -> Result<StoredRow, StoreError> {
    let values = column_values(row, table)?;
    let key = match (table, values.as_slice()) {
        (AuditedTable::Invitations, [_, device_id, number, ..]) => format!("{device_id}.{number}"),
        (AuditedTable::CollectionDevices, [collection_id, device_id, ..]) => format!("{collection_id}.{device_id}"),
        (_, values) => values.first().map_or_else(String::new, ToString::to_string),
    };
    let name = format!("{}/{key}", table.name());
    let id = name.parse::<RowId>().map_err(|_| StoreError::Damaged(format!("{name} is no row's name")))?;
    Ok(StoredRow { id, values })
}
