//! One statement on its way to either database, and the rows that come back.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Decode, Encode, PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection, Type};

use crate::storage::error::StoreError;

/// A value that both databases take: text, bytes, whole numbers of 64 bits (PostgreSQL has no others that SQLite has too), truth.
pub(in crate::storage::sql) trait BindValue<'v>:
    Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres>
{
}

impl<'v, T: Encode<'v, Sqlite> + Type<Sqlite> + Encode<'v, Postgres> + Type<Postgres>> BindValue<'v> for T {}

/// A value that both databases give.
pub(in crate::storage::sql) trait ColumnValue:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>> ColumnValue for T {}

/// A connection of one driver or the other.
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

    /// Gives the next value.
    pub(in crate::storage::sql) fn bind<'v>(self, value: impl BindValue<'v>) -> Self {
        match self {
            Self::Sqlite(query, connection) => Self::Sqlite(query.bind(value), connection),
            Self::Postgres(query, connection) => Self::Postgres(query.bind(value), connection),
        }
    }

    /// Runs it; how many rows it changed.
    pub(in crate::storage::sql) async fn execute(self) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => query.execute(connection).await?.rows_affected(),
            Self::Postgres(query, connection) => query.execute(connection).await?.rows_affected(),
        })
    }

    /// The one row that there is.
    pub(in crate::storage::sql) async fn fetch_one(self) -> Result<DatabaseRow, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => DatabaseRow::Sqlite(query.fetch_one(connection).await?),
            Self::Postgres(query, connection) => DatabaseRow::Postgres(query.fetch_one(connection).await?),
        })
    }

    /// The first row, if there is one.
    pub(in crate::storage::sql) async fn fetch_optional(self) -> Result<Option<DatabaseRow>, StoreError> {
        Ok(match self {
            Self::Sqlite(query, connection) => query.fetch_optional(connection).await?.map(DatabaseRow::Sqlite),
            Self::Postgres(query, connection) => query.fetch_optional(connection).await?.map(DatabaseRow::Postgres),
        })
    }

    /// All rows.
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
}

/// A row of either database.
pub(in crate::storage::sql) enum DatabaseRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl DatabaseRow {
    /// The value of a column.
    pub(in crate::storage::sql) fn try_get<T: ColumnValue>(&self, column: &str) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => sqlx::Row::try_get(row, column)?,
            Self::Postgres(row) => sqlx::Row::try_get(row, column)?,
        })
    }

    /// The number in a column; damage when it is not one of this kind.
    pub(in crate::storage::sql) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        let number = self.try_get::<i64>(column)?;
        T::try_from(number).map_err(|_| StoreError::Damaged(format!("column {column}: {number}")))
    }
}
