//! A statement with its values, sent to either database, and the rows that come back.

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection};

use super::values::{DatabaseRow, DriverType, SqlValue};
use crate::storage::error::StoreError;

/// A connection of either driver.
pub(in crate::storage::sql) enum DriverConnection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A statement with its values.
pub(in crate::storage::sql) enum Statement<'c> {
    Sqlite(Query<'static, Sqlite, SqliteArguments>, &'c mut SqliteConnection),
    Postgres(Query<'static, Postgres, PgArguments>, &'c mut PgConnection),
}

impl<'c> Statement<'c> {
    pub(in crate::storage::sql) fn new(sql: impl SqlSafeStr, connection: DriverConnection<'c>) -> Self {
        let sql = sql.into_sql_str();
        match connection {
            DriverConnection::Sqlite(connection) => Self::Sqlite(sqlx::query(sql), connection),
            DriverConnection::Postgres(connection) => Self::Postgres(sqlx::query(sql), connection),
        }
    }

    /// Binds the next parameters, listed with `params!`.
    pub(in crate::storage::sql) fn bind(self, values: impl IntoIterator<Item = SqlValue>) -> Self {
        values.into_iter().fold(self, |statement, value| match value {
            SqlValue::Text(text) => statement.bind_value(text),
            SqlValue::Number(number) => statement.bind_value(number),
            SqlValue::Bytes(bytes) => statement.bind_value(bytes),
            SqlValue::Truth(truth) => statement.bind_value(truth),
        })
    }

    fn bind_value<T: DriverType>(self, value: Option<T>) -> Self {
        match self {
            Self::Sqlite(query, connection) => Self::Sqlite(query.bind(value), connection),
            Self::Postgres(query, connection) => Self::Postgres(query.bind(value), connection),
        }
    }

    /// Runs the statement and returns the number of changed rows.
    pub(in crate::storage::sql) async fn execute(self) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => query.execute(connection).await?.rows_affected(),
            Self::Postgres(query, connection) => query.execute(connection).await?.rows_affected(),
        })
    }

    pub(in crate::storage::sql) async fn fetch_one(self) -> Result<DatabaseRow, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => DatabaseRow::Sqlite(query.fetch_one(connection).await?),
            Self::Postgres(query, connection) => DatabaseRow::Postgres(query.fetch_one(connection).await?),
        })
    }

    pub(in crate::storage::sql) async fn fetch_optional(self) -> Result<Option<DatabaseRow>, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => query.fetch_optional(connection).await?.map(DatabaseRow::Sqlite),
            Self::Postgres(query, connection) => query.fetch_optional(connection).await?.map(DatabaseRow::Postgres),
        })
    }

    pub(in crate::storage::sql) async fn fetch_all(self) -> Result<Vec<DatabaseRow>, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => {
                query.fetch_all(connection).await?.into_iter().map(DatabaseRow::Sqlite).collect()
            }
            Self::Postgres(query, connection) => {
                query.fetch_all(connection).await?.into_iter().map(DatabaseRow::Postgres).collect()
            }
        })
    }

    pub(in crate::storage::sql) async fn fetch_optional_as<T>(
        self,
        record: impl FnOnce(&DatabaseRow) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.fetch_optional().await?.as_ref().map(record).transpose()
    }

    pub(in crate::storage::sql) async fn fetch_all_as<T>(
        self,
        record: impl FnMut(&DatabaseRow) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.fetch_all().await?.iter().map(record).collect()
    }
}
