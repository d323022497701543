//! Connections to a server: pool, migrations and errors.

use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, Row};

use super::database::PostgresDatabase;
use super::notifications::ChangeListener;
use super::primary::{PrimarySearch, find_primary};
use super::primary_pool::PrimaryPool;
use super::session_settings::{RefusedSessions, SessionKind, check_settings};
use crate::storage::driver_error::migration_error;
use crate::storage::error::StoreError;
use crate::storage::location::ServerLocation;
use crate::storage::migrations::{Migrations, latest_version, migrator_up_to};
use crate::storage::rollback_guard::RollbackGuard;

/// Connections of one node, besides the one that listens. By default a server accepts a hundred: five nodes.
const MAX_CONNECTIONS: u32 = 16;
/// Longest wait for a connection of the pool or for a server that starts.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for the answer of one host of a list.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the ping of a connection that was returned to the pool.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// Attempts to open the database exclusively, because closed connections exist for a moment: two seconds in total.
const EXCLUSIVE_ATTEMPTS: u32 = 20;
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

const MIGRATIONS: Migrations = &[
    ("initial", include_str!("migrations/0001_initial.sql")),
    ("audit", include_str!("migrations/0002_audit.sql")),
    ("moving", include_str!("migrations/0003_moving.sql")),
    ("growth", include_str!("migrations/0004_growth.sql")),
    ("codes and keys", include_str!("migrations/0005_codes_and_keys.sql")),
    ("device kind", include_str!("migrations/0006_device_kind.sql")),
    ("events", include_str!("migrations/0007_events.sql")),
    ("repeated renewal", include_str!("migrations/0008_repeated_renewal.sql")),
    ("event cursors", include_str!("migrations/0009_event_cursors.sql")),
    ("seen refusals", include_str!("migrations/0010_seen_refusals.sql")),
];

impl PostgresDatabase {
    /// Connects and updates the schema, one node at a time. [`PostgresDatabase::create`] must have created the tables.
    /// [`StoreError::NewerSchema`] if a newer program wrote it, [`StoreError::Unavailable`] if it cannot be reached or
    /// has no tables.
    pub(in crate::storage) async fn open(location: &ServerLocation) -> Result<Self, StoreError> {
        let mut connection = connect(location).await?;
        if !is_initialized(&mut connection).await? {
            return Err(StoreError::Unavailable("there are no tables of Lichtbild in it".into()));
        }
        Self::migrate(location, connection).await
    }

    /// Creates the tables in an empty database.
    /// [`StoreError::AlreadyExists`] if the database has tables already, [`StoreError::Unavailable`] if it cannot be
    /// reached.
    pub(in crate::storage) async fn create(location: &ServerLocation) -> Result<Self, StoreError> {
        let mut connection = connect(location).await?;
        if is_initialized(&mut connection).await? {
            return Err(StoreError::AlreadyExists);
        }
        Self::migrate(location, connection).await
    }

    /// Connects for reading without changing the schema.
    /// [`StoreError::Unavailable`] if it cannot be reached or has no tables.
    pub(in crate::storage) async fn open_read_only(location: &ServerLocation) -> Result<Self, StoreError> {
        let mut connection = connect(location).await?;
        if !is_initialized(&mut connection).await? {
            return Err(StoreError::Unavailable("there are no tables of Lichtbild in it".into()));
        }
        connection.close().await?;
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_TIMEOUT);
        Ok(Self::lazy(SessionKind::Reading, location, pool, RollbackGuard::default()))
    }

    /// Opens one connection without time limits if no gateway or command is connected.
    /// [`StoreError::InUse`], [`StoreError::Unavailable`].
    pub(in crate::storage) async fn open_exclusive(location: &ServerLocation) -> Result<Self, StoreError> {
        // The command ends if this host is no longer the primary: rows must not go to two hosts.
        let location = &location.only(find_host(location).await?);
        connect(location).await?.close().await?;
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(CONNECT_TIMEOUT).idle_timeout(None);
        let database = Self::lazy(SessionKind::Migrating, location, pool.max_lifetime(None), RollbackGuard::default());
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                      AND application_name LIKE 'lichtbild-gateway%' AND pid <> pg_backend_pid()";
        // The server needs a moment to forget a closed connection.
        for _ in 0..EXCLUSIVE_ATTEMPTS {
            let mut connection = database.pool.get(|pool| async move { pool.acquire().await }).await?;
            if sqlx::query(others).fetch_one(&mut *connection).await?.try_get::<i64, _>(0)? == 0 {
                return Ok(database);
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
        database.close().await;
        Err(StoreError::InUse)
    }

    /// Newest schema version of this program.
    pub(in crate::storage) fn latest_schema_version() -> i64 {
        latest_version(MIGRATIONS)
    }

    /// Creates the tables of this schema version in the current schema of the transaction, for comparisons.
    /// [`StoreError::NewerSchema`] if this program does not know the schema.
    pub(in crate::storage) async fn create_tables(
        schema: i64,
        connection: &mut PgConnection,
    ) -> Result<(), StoreError> {
        migrator_up_to(schema, MIGRATIONS)?.run(connection).await.map_err(migration_error)
    }

    async fn migrate(location: &ServerLocation, mut connection: PgConnection) -> Result<Self, StoreError> {
        // The migrator holds an advisory lock.
        migrator_up_to(latest_version(MIGRATIONS), MIGRATIONS)?.run(&mut connection).await.map_err(migration_error)?;
        connection.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A step that timed out leaves a connection that may never answer again; it must leave the pool.
            .after_release(|connection, _| {
                Box::pin(async move {
                    let answered = tokio::time::timeout(RELEASE_TIMEOUT, connection.ping()).await;
                    answered.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
                })
            });
        Ok(Self::lazy(SessionKind::Serving, location, pool, RollbackGuard::default()))
    }

    /// A database whose pool connects on demand and checks every new connection.
    fn lazy(kind: SessionKind, location: &ServerLocation, pool: PgPoolOptions, guard: RollbackGuard) -> Self {
        let refused_sessions = RefusedSessions::default();
        let for_pool = (guard.clone(), refused_sessions.clone());
        let has_several_hosts = location.host_count() > 1;
        let settings = pool.after_connect(move |connection, _| {
            let (guard, refused_sessions) = for_pool.clone();
            Box::pin(async move {
                if has_several_hosts {
                    refuse_standby(connection).await?;
                }
                refused_sessions.check(kind, connection).await?;
                guard.check_postgres_connection(connection).await
            })
        });
        let pool = PrimaryPool::new(location, |host| kind.options(location, host), settings, guard.clone());
        Self { changes: ChangeListener::new(pool.clone()), pool, guard, refused_sessions }
    }
}

/// Connects to the host, or to the primary of several hosts.
async fn connect(location: &ServerLocation) -> Result<PgConnection, StoreError> {
    let late = |_| StoreError::Unavailable(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()).into());
    let connecting = async {
        let host = find_host(location).await?;
        Ok::<_, StoreError>(SessionKind::Migrating.options(location, host).connect().await?)
    };
    let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await.map_err(late)??;
    check_settings(SessionKind::Migrating, &mut connection).await?;
    Ok(connection)
}

/// The host, or the primary of several hosts.
async fn find_host(location: &ServerLocation) -> Result<usize, StoreError> {
    if location.host_count() == 1 {
        return Ok(0);
    }
    let search = PrimarySearch { patience: PROBE_TIMEOUT, trusts_last: true, known: None, is_repeated: true };
    Ok(find_primary(location, search).await?.host)
}

/// Refuses a session with a standby: a former primary may have come back as one.
async fn refuse_standby(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let is_standby: bool = sqlx::query("SELECT pg_is_in_recovery()").fetch_one(connection).await?.try_get(0)?;
    if is_standby { Err(sqlx::Error::Configuration("the host is in recovery: it is a standby".into())) } else { Ok(()) }
}

async fn is_initialized(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT to_regclass('notes') IS NOT NULL").fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}
