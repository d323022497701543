//! Migration of all rows to a database of the other kind.
//!
//! ```text
//! lock the source -> copy (one transaction) -> compare -> put the source out of use -> put the target into use
//! ```
//! If the program is killed at any time, one of the two databases is in use and complete. Until the source is marked,
//! the target is marked as an unfinished migration. Running the same command again finishes the migration.

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::tables::{TableSchema, file_has_tables, tables};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::AuditEntry;
use crate::failpoint;
use crate::storage::error::{InactiveReason, StoreError};
use crate::storage::location::DatabaseLocation;
use crate::storage::maintenance::ComparedTable;
use crate::storage::sql::engine::connection::{RowKeys, StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::{Database, SqlStore};
use crate::storage::sql::engine::statement::{DriverConnection, Statement};
use crate::storage::sql::engine::values::SqlValue;
use crate::storage::sql::metadata;
use crate::storage::{postgres, sqlite};

/// A migration that has begun.
pub struct OngoingMigration {
    source: SqlStore,
    source_lock: WriteTransaction,
    target: SqlStore,
    tables: Vec<TableSchema>,
    /// True if an earlier attempt has copied all rows.
    is_copied: bool,
    /// True if an earlier attempt has put the source out of use too.
    source_is_inactive: bool,
}

impl OngoingMigration {
    /// Locks the source and prepares the target.
    /// [`StoreError::InUse`] if another process uses either database; [`StoreError::AlreadyExists`] if the target has
    /// rows; [`StoreError::Inactive`] if the source is a backup or was moved elsewhere; [`StoreError::Unavailable`].
    pub async fn begin(from: &DatabaseLocation, to: &DatabaseLocation) -> Result<Self, StoreError> {
        let read_only = SqlStore::connect_read_only(from).await?;
        let inactive_reason = read_only.inactive_reason().await;
        read_only.close().await;
        let source_is_inactive = match inactive_reason? {
            None => false,
            Some(InactiveReason::MovedAway { .. }) => true,
            Some(why) => return Err(StoreError::Inactive(why)),
        };
        if !source_is_inactive {
            // Updates the schema of both.
            SqlStore::open_even_inactive(from).await?.close().await;
        }
        match to {
            DatabaseLocation::File(file) if file.exists() => SqlStore::open_even_inactive(to).await?.close().await,
            _ => match SqlStore::create(to).await {
                Ok(target) => target.close().await,
                Err(StoreError::AlreadyExists) => SqlStore::open_even_inactive(to).await?.close().await,
                Err(error) => return Err(error),
            },
        }
        let (source, target) = (open_exclusive(from).await?, open_exclusive(to).await?);
        let is_copied = match target.inactive_reason().await? {
            Some(InactiveReason::MoveIncomplete { .. }) => true,
            Some(why) => return Err(StoreError::Inactive(why)),
            None if source_is_inactive => return Err(moved_away_error(&source).await),
            None => false,
        };
        let mut source_lock = source.write().await.map_err(map_busy_to_in_use)?;
        let tables = match (&source.database, &target.database) {
            (Database::File(_), Database::Server(_)) => {
                let tables = tables(&mut target.read().await?).await?;
                ensure(
                    file_has_tables(&mut source_lock, &tables).await?,
                    "the two databases do not have the same tables",
                )?;
                tables
            }
            (Database::Server(_), Database::File(_)) => {
                let tables = tables(&mut source_lock).await?;
                ensure(
                    file_has_tables(&mut target.read().await?, &tables).await?,
                    "the two databases do not have the same tables",
                )?;
                let names: Vec<_> = tables.iter().map(|table| format!("\"{}\"", table.name)).collect();
                let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", "));
                source_lock.query(AssertSqlSafe(lock)).execute().await.map_err(map_busy_to_in_use)?;
                tables
            }
            _ => return Err(StoreError::Unavailable("both databases are of the same kind".into())),
        };
        Ok(Self { source, source_lock, target, tables, is_copied, source_is_inactive })
    }

    /// The same migration. Its audit row carries a digest.
    #[must_use]
    pub fn with_row_keys(self, row_keys: RowKeys) -> Self {
        Self { target: self.target.with_row_keys(row_keys), ..self }
    }

    /// Copies all rows in one transaction, unless an earlier attempt has.
    /// [`StoreError::AlreadyExists`] if the target has rows; otherwise the error of either database. The target is then
    /// unchanged.
    pub async fn copy(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.is_copied {
            return Ok(());
        }
        let mut target = self.target.write().await?;
        let is_server = matches!(self.target.database, Database::Server(_));
        if is_server {
            // A gateway that starts now must wait before it reads.
            target.query("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE").execute().await.map_err(map_busy_to_in_use)?;
        }
        for table in &self.tables {
            if !table.is_empty(&mut target).await? {
                return Err(StoreError::AlreadyExists);
            }
        }
        // The copied rows contain the results of the triggers already.
        let triggers = disable_triggers(&mut target, &self.tables, is_server).await?;
        for table in &self.tables {
            let mut after = None;
            loop {
                let page = table.page(&mut self.source_lock, after.as_deref()).await?;
                let Some(last) = page.last() else { break };
                after = Some(table.key_of(last));
                for row in page {
                    table.insert(&mut target, row).await?;
                }
            }
        }
        enable_triggers(&mut target, &self.tables, is_server, triggers).await?;
        metadata::put_timestamp(&mut target, metadata::MOVE_UNFINISHED, now).await?;
        failpoint::reached("move.before_commit");
        target.commit().await?;
        self.is_copied = true;
        failpoint::reached("move.copied");
        Ok(())
    }

    /// Compares all rows of both databases.
    /// [`StoreError::Damaged`] with the first row that differs.
    pub async fn compare(&mut self) -> Result<Vec<ComparedTable>, StoreError> {
        let mut target = self.target.read().await?;
        let mut compared = Vec::new();
        for table in &self.tables {
            let (mut rows, mut hasher, mut after) = (0, Sha256::new(), [None, None]);
            loop {
                let here = rows_without_markers(table, &mut self.source_lock, &mut after[0]).await?;
                let there = rows_without_markers(table, &mut target, &mut after[1]).await?;
                if here != there {
                    let place = here.iter().zip(&there).position(|(here, there)| here != there);
                    let row = place.map_or_else(|| here.last().or(there.last()), |place| here.get(place));
                    let key = row.map(|row| table.key_of(row));
                    return Err(StoreError::Damaged(format!("{} differs at {key:?}", table.name)));
                }
                if here.is_empty() {
                    break;
                }
                rows += here.len() as u64;
                here.iter().flatten().for_each(|cell| cell.digest_into(&mut hasher));
            }
            let sha256 = Sha256Digest::from_bytes(hasher.finalize().into());
            compared.push(ComparedTable { name: table.name.clone(), rows, sha256 });
        }
        Ok(compared)
    }

    pub fn target(&self) -> &SqlStore {
        &self.target
    }

    /// Disables the source permanently, then enables the target.
    pub async fn finish(mut self, now: Timestamp, audit: AuditEntry) -> Result<(), StoreError> {
        if !self.source_is_inactive {
            metadata::put_timestamp(&mut self.source_lock, metadata::MOVED_AWAY_AT, now).await?;
            // A node that reconnects does not read the mark, but the trigger refuses its changes.
            create_moved_away_trigger(self.source_lock.driver_connection()).await?;
            self.source_lock.commit().await?;
            failpoint::reached("move.source_left");
        } else {
            drop(self.source_lock);
        }
        let mut target = self.target.write().await?;
        metadata::remove(&mut target, metadata::MOVE_UNFINISHED).await?;
        target.append(audit);
        target.commit().await?;
        self.target.close().await;
        self.source.close().await;
        Ok(())
    }
}

/// Adds a trigger that refuses every change to a database that was moved.
pub(super) async fn create_moved_away_trigger(source: DriverConnection<'_>) -> Result<(), StoreError> {
    match source {
        DriverConnection::Sqlite(file) => {
            let trigger = "CREATE TRIGGER moved_away BEFORE INSERT ON audit
                           BEGIN SELECT RAISE(ABORT, 'this database was moved to another one'); END";
            Statement::new(trigger, DriverConnection::Sqlite(file)).execute().await?;
        }
        DriverConnection::Postgres(server) => {
            let function = "CREATE FUNCTION moved_away() RETURNS TRIGGER LANGUAGE plpgsql AS
                            $$ BEGIN RAISE EXCEPTION 'this database was moved to another one'; END $$";
            let trigger = "CREATE TRIGGER moved_away BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION moved_away()";
            Statement::new(function, DriverConnection::Postgres(&mut *server)).execute().await?;
            Statement::new(trigger, DriverConnection::Postgres(server)).execute().await?;
        }
    }
    Ok(())
}

/// Opens a store for one connection.
async fn open_exclusive(location: &DatabaseLocation) -> Result<SqlStore, StoreError> {
    let database = match location {
        DatabaseLocation::File(file) => {
            Database::File(sqlite::SqliteDatabase::open_exclusive(file).await.map_err(map_busy_to_in_use)?)
        }
        DatabaseLocation::Server(server) => Database::Server(postgres::PostgresDatabase::open_exclusive(server).await?),
    };
    Ok(SqlStore::new(database))
}

async fn moved_away_error(source: &SqlStore) -> StoreError {
    match source.inactive_reason().await {
        Ok(Some(why)) => StoreError::Inactive(why),
        Ok(None) => StoreError::InUse,
        Err(error) => error,
    }
}

/// Translates the codes for a locked database: 5 and 261 in SQLite, 55P03 in PostgreSQL.
fn map_busy_to_in_use(error: impl Into<StoreError>) -> StoreError {
    let error = error.into();
    let StoreError::Unavailable(source) = &error else { return error };
    let code =
        source.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error).and_then(|error| error.code());
    match code.as_deref() {
        Some("5" | "261" | "55P03") => StoreError::InUse,
        _ => error,
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::Damaged(otherwise.to_owned())) }
}

/// The next rows of a table without the marks of the migration itself.
async fn rows_without_markers(
    table: &TableSchema,
    connection: &mut StoreConnection,
    after: &mut Option<Vec<SqlValue>>,
) -> Result<Vec<Vec<SqlValue>>, StoreError> {
    loop {
        let page = table.page(connection, after.as_deref()).await?;
        let Some(last) = page.last() else { return Ok(page) };
        *after = Some(table.key_of(last));
        let marks =
            [metadata::MOVED_AWAY_AT, metadata::MOVE_UNFINISHED].map(|name| SqlValue::Text(Some(name.to_owned())));
        let is_own = |row: &Vec<SqlValue>| table.name != "notes" || !marks.contains(&row[0]);
        let own: Vec<_> = page.into_iter().filter(is_own).collect();
        if !own.is_empty() {
            return Ok(own);
        }
    }
}

/// Disables the triggers and returns the statements that enable them again.
async fn disable_triggers(
    target: &mut WriteTransaction,
    tables: &[TableSchema],
    is_server: bool,
) -> Result<Vec<String>, StoreError> {
    if is_server {
        for table in tables {
            let off = format!("ALTER TABLE \"{}\" DISABLE TRIGGER USER", table.name);
            target.query(AssertSqlSafe(off)).execute().await?;
        }
        return Ok(tables.iter().map(|table| format!("ALTER TABLE \"{}\" ENABLE TRIGGER USER", table.name)).collect());
    }
    let mut definitions = Vec::new();
    for row in target.query("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetch_all().await? {
        let off = format!("DROP TRIGGER \"{}\"", row.get::<String>("name")?);
        target.query(AssertSqlSafe(off)).execute().await?;
        definitions.push(row.get("sql")?);
    }
    Ok(definitions)
}

/// Enables the triggers, and sets the sequences of the server behind the copied rows.
async fn enable_triggers(
    target: &mut WriteTransaction,
    tables: &[TableSchema],
    is_server: bool,
    triggers: Vec<String>,
) -> Result<(), StoreError> {
    for trigger in triggers {
        target.query(AssertSqlSafe(trigger)).execute().await?;
    }
    for table in tables.iter().filter(|_| is_server) {
        for column in table.columns.iter().filter(|column| column.is_identity) {
            let (table, column) = (&table.name, &column.name);
            let count_on = format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), coalesce(max(\"{column}\"), 0) + 1, false)
                 FROM \"{table}\""
            );
            target.query(AssertSqlSafe(count_on)).fetch_one().await?;
        }
    }
    Ok(())
}
