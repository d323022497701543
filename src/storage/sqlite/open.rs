//! Opening of the file: settings, migrations and errors.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteLockingMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::database::{FileIdentity, SqliteDatabase};
use crate::storage::driver_error::migration_error;
use crate::storage::error::StoreError;
use crate::storage::migrations::{Migrations, latest_version, migrator_up_to};
use crate::storage::rollback_guard::RollbackGuard;

/// Readers work beside the writer; more readers than cores would only wait for each other.
const READERS: u32 = 4;
/// Longest wait of a write for another process (a command of an administrator, a backup).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Attempts while another process locks the file at the start: five seconds in total.
const MAX_ATTEMPTS: u32 = 100;
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

const MIGRATIONS: Migrations = &[
    ("initial", include_str!("migrations/0001_initial.sql")),
    ("enrolment", include_str!("migrations/0002_enrolment.sql")),
    ("trust", include_str!("migrations/0003_trust.sql")),
    ("audit", include_str!("migrations/0004_audit.sql")),
    ("moving", include_str!("migrations/0005_moving.sql")),
    ("growth", include_str!("migrations/0006_growth.sql")),
    ("codes and keys", include_str!("migrations/0007_codes_and_keys.sql")),
    ("device kind", include_str!("migrations/0008_device_kind.sql")),
    ("events", include_str!("migrations/0009_events.sql")),
    ("repeated renewal", include_str!("migrations/0010_repeated_renewal.sql")),
    ("event cursors", include_str!("migrations/0011_event_cursors.sql")),
    ("seen refusals", include_str!("migrations/0012_seen_refusals.sql")),
];

impl SqliteDatabase {
    /// Opens the file and updates its schema. [`SqliteDatabase::create`] creates the file.
    /// [`StoreError::NewerSchema`] if a newer program wrote it, [`StoreError::Unavailable`] if it cannot be opened.
    pub(in crate::storage) async fn open(file: &Path) -> Result<Self, StoreError> {
        let base = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL, because in WAL mode NORMAL may lose the last acknowledged commits at a power failure.
            .synchronous(SqliteSynchronous::Full)
            // ON, because FAST leaves parts of erased envelopes in the file.
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .foreign_keys(true);
        let options = base.clone().busy_timeout(BUSY_TIMEOUT);
        let guard = RollbackGuard::default();
        let writer = retry_while_busy(|| open_writer(&options, &guard)).await?;
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .after_connect(check_on_connect(&guard))
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let checkpoint = Box::new(base.busy_timeout(Duration::ZERO));
        Ok(Self { writer, readers, checkpoint_options: checkpoint, guard, opened: FileIdentity::of(file) })
    }

    /// Opens the file for reading without changing its schema.
    /// [`StoreError::Unavailable`] when it cannot be opened.
    pub(in crate::storage) async fn open_read_only(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT);
        // The file may be foreign: functions that its schema names are not called.
        let options = options.pragma("trusted_schema", "OFF");
        let pool = || SqlitePoolOptions::new().max_connections(1).acquire_timeout(2 * BUSY_TIMEOUT);
        let readers = pool().connect_with(options.clone()).await?;
        Ok(Self {
            writer: pool().connect_lazy_with(options.clone()),
            readers,
            checkpoint_options: Box::new(options),
            guard: RollbackGuard::default(),
            opened: FileIdentity::of(file),
        })
    }

    /// Opens the file for one connection if no other process has it open, and keeps other processes out until it is
    /// closed.
    /// SQLite's *busy* if another process has it open; otherwise the error of opening it.
    pub(in crate::storage) async fn open_exclusive(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            // Set before the first read, so that the lock excludes every other connection.
            .locking_mode(SqliteLockingMode::Exclusive)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(1));
        let pool = SqlitePoolOptions::new().max_connections(1).acquire_timeout(2 * BUSY_TIMEOUT).idle_timeout(None);
        let only = pool.max_lifetime(None).connect_with(options.clone()).await?;
        // Takes the lock.
        sqlx::query("SELECT count(*) FROM sqlite_master").fetch_one(&only).await?;
        Ok(Self {
            writer: only.clone(),
            readers: only,
            checkpoint_options: Box::new(options),
            guard: RollbackGuard::default(),
            opened: FileIdentity::of(file),
        })
    }

    /// Newest schema version of this program.
    pub(in crate::storage) fn latest_schema_version() -> i64 {
        latest_version(MIGRATIONS)
    }

    /// Creates an empty database of this schema version in memory, for comparisons.
    /// [`StoreError::NewerSchema`] if this program does not know the schema.
    pub(in crate::storage) async fn in_memory(schema: i64) -> Result<SqliteConnection, StoreError> {
        let mut fresh = SqliteConnectOptions::new().in_memory(true).connect().await?;
        migrator_up_to(schema, MIGRATIONS)?.run(&mut fresh).await.map_err(migration_error)?;
        Ok(fresh)
    }

    /// Creates an empty file that only its owner can read, and opens it.
    /// [`StoreError::AlreadyExists`] if the file exists, [`StoreError::Unavailable`] if it cannot be created.
    pub(in crate::storage) async fn create(file: &Path) -> Result<Self, StoreError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // SQLite gives its log and index files the same mode.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::AlreadyExists,
            _ => StoreError::Unavailable(Box::new(error)),
        })?;
        Self::open(file).await
    }

    /// Closes all connections. SQLite then merges the write-ahead log into the file.
    pub(in crate::storage) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// The one connection that writes.
async fn open_writer(options: &SqliteConnectOptions, guard: &RollbackGuard) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(2 * BUSY_TIMEOUT)
        .after_connect(check_on_connect(guard))
        // On a full disk SQLite rolls back by itself, but the driver keeps the connection marked as inside a
        // transaction and begins no other. Such a connection is dropped. The ping lets rollbacks that are under way
        // finish first.
        .after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(options.clone())
        .await
}

/// Repeats while another process locks the file. SQLite itself does not wait for the lock that switches a file to WAL
/// mode, nor for a transaction that reads first and then writes.
async fn retry_while_busy<T, Work>(work: impl Fn() -> Work) -> Result<T, sqlx::Error>
where
    Work: Future<Output = Result<T, sqlx::Error>>,
{
    for _ in 1..MAX_ATTEMPTS {
        match work().await {
            Err(error) if is_busy(&error) => tokio::time::sleep(RETRY_INTERVAL).await,
            done => return done,
        }
    }
    work().await
}

/// SQLite's code 5 and its extended codes.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// Updates the schema. Another process may do the same at the same time, and SQLite has no lock for migrations: a
/// process that finds a migration done checks again which ones are left.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let migrator = migrator_up_to(latest_version(MIGRATIONS), MIGRATIONS)?;
    let mut found_done = migrator.iter().count();
    for _ in 1..MAX_ATTEMPTS {
        match migrator.run(writer).await {
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) if is_busy(&error) => {
                tokio::time::sleep(RETRY_INTERVAL).await;
            }
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if found_done > 0 => found_done -= 1,
            done => return done.map_err(migration_error),
        }
    }
    migrator.run(writer).await.map_err(migration_error)
}

type CheckFuture<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), sqlx::Error>> + Send + 'c>>;

/// Compares each new connection with what is known of the log.
fn check_on_connect(
    guard: &RollbackGuard,
) -> impl for<'c> Fn(&'c mut SqliteConnection, PoolConnectionMetadata) -> CheckFuture<'c> + Send + Sync + 'static {
    let guard = guard.clone();
    move |connection, _| {
        let guard = guard.clone();
        Box::pin(async move { guard.check_sqlite_connection(connection).await })
    }
}
