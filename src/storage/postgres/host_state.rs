//! State of one host of the URL, asked in a session of its own.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Row};

use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::storage::advice::driver_advice;
use crate::storage::rollback_guard::contradiction;

/// Name of the sessions that only ask for the state of a host. A command that needs the database for itself does not count them.
const PROBE_NAME: &str = "lichtbild-probe";
/// A table that is locked, for example by a migration, must not make the host look silent.
const LOCK_TIMEOUT: (&str, &str) = ("lock_timeout", "200ms");
const UNDEFINED_TABLE: &str = "42P01";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HostState {
    AcceptsWrites(WritableHost),
    InRecovery,
    ReadOnly,
    Unreachable {
        reason: String,
        /// Next step for the operator if the server refused; `None` if the network or the server is down.
        advice: Option<&'static str>,
    },
}

/// A host that accepts writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WritableHost {
    /// Increased by a promotion.
    pub(super) timeline: i64,
    /// Tells two servers apart that are on the same timeline.
    pub(super) started_at: String,
    /// Equal in all copies of a server; `None` if this user may not ask for it.
    pub(super) system: Option<i64>,
    /// End of the audit log; `None` if it could not be read just now.
    pub(super) log_end: Option<ChainLink>,
    /// Has the last row that this process knows to be durable, as far as is known.
    pub(super) is_complete: bool,
}

impl HostState {
    pub(super) fn silent(patience: Duration) -> Self {
        Self::Unreachable { reason: format!("no answer within {patience:?}"), advice: None }
    }

    pub(super) fn writable(&self) -> Option<&WritableHost> {
        if let Self::AcceptsWrites(host) = self { Some(host) } else { None }
    }
}

/// Asks a host for its state, and compares its audit log with the last known row.
pub(super) async fn probe(options: PgConnectOptions, known: Option<ChainLink>) -> HostState {
    match ask(options, known).await {
        Ok(state) => state,
        Err(sqlx::Error::Io(error)) => HostState::Unreachable { reason: error.to_string(), advice: None },
        Err(error) => {
            let reason =
                error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
            HostState::Unreachable { reason, advice: Some(driver_advice(&error)) }
        }
    }
}

/// Reports whether the audit log of a host has this row; `None` if it cannot be asked.
pub(super) async fn contains(options: PgConnectOptions, row: ChainLink) -> Option<bool> {
    let mut connection = connect(options).await.ok()?;
    let contains = contradiction(&mut connection, row).await.ok()?.is_none();
    let _ = connection.close().await;
    Some(contains)
}

async fn connect(options: PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    options.application_name(PROBE_NAME).options([LOCK_TIMEOUT]).connect().await
}

async fn ask(options: PgConnectOptions, known: Option<ChainLink>) -> Result<HostState, sqlx::Error> {
    let mut connection = connect(options).await?;
    // The first eight digits of the name of a write-ahead log file are the timeline; a standby has no such file.
    let sql = "SELECT pg_is_in_recovery() AS in_recovery, current_setting('transaction_read_only') = 'on' AS read_only,
                      CASE WHEN pg_is_in_recovery() THEN 0
                           ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint END AS timeline,
                      pg_postmaster_start_time()::text AS started_at,
                      has_function_privilege('pg_control_system()', 'execute') AS may_ask_system";
    let row = sqlx::query(sql).fetch_one(&mut connection).await?;
    let state = if row.try_get("in_recovery")? {
        HostState::InRecovery
    } else if row.try_get("read_only")? {
        HostState::ReadOnly
    } else {
        let system = if row.try_get("may_ask_system")? {
            let sql = "SELECT system_identifier FROM pg_control_system()";
            Some(sqlx::query(sql).fetch_one(&mut connection).await?.try_get(0)?)
        } else {
            None
        };
        let (log_end, is_complete) = read_log(&mut connection, known).await?;
        HostState::AcceptsWrites(WritableHost {
            timeline: row.try_get("timeline")?,
            started_at: row.try_get("started_at")?,
            system,
            log_end,
            is_complete,
        })
    };
    connection.close().await?;
    Ok(state)
}

/// The end of the audit log, and its agreement with the last known row.
async fn read_log(
    connection: &mut PgConnection,
    known: Option<ChainLink>,
) -> Result<(Option<ChainLink>, bool), sqlx::Error> {
    let compared = async {
        let end = log_end(connection).await?;
        let is_complete = match known {
            Some(known) => contradiction(connection, known).await?.is_none(),
            None => true,
        };
        Ok((Some(end), is_complete))
    };
    match compared.await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            Ok((Some(ChainLink::START), known.is_none()))
        }
        // Locked, for example: each new connection is compared once more.
        Err(sqlx::Error::Database(_)) => Ok((None, true)),
        compared => compared,
    }
}

async fn log_end(connection: &mut PgConnection) -> Result<ChainLink, sqlx::Error> {
    let sql = "(SELECT sequence, sha256 FROM audit ORDER BY sequence DESC LIMIT 1)
               UNION ALL (SELECT sequence, sha256 FROM log_anchors ORDER BY sequence DESC LIMIT 1)
               ORDER BY sequence DESC LIMIT 1";
    let Some(row) = sqlx::query(sql).fetch_optional(connection).await? else { return Ok(ChainLink::START) };
    let sha256: Vec<u8> = row.try_get("sha256")?;
    let sha256 = <[u8; 32]>::try_from(sha256).map_err(|_| sqlx::Error::Decode("a digest has 32 bytes".into()))?;
    Ok(ChainLink { sequence: row.try_get("sequence")?, sha256: Sha256Digest::from_bytes(sha256) })
}
