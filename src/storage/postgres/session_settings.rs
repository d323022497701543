//! Settings with their values as the server prints them (`1min`, not `60s`).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, Row};
use tokio::time::Instant;

use crate::storage::error::StoreError;
use crate::storage::location::ServerLocation;
use crate::storage::missing_setting::MissingSetting;

/// Gateways find other connected gateways by this name.
const APPLICATION_NAME: &str = "lichtbild-gateway";

/// Settings of sessions, each with its value as the server writes it (`1min`, not `60s`).
type Settings = &'static [(&'static str, &'static str)];

/// Settings of sessions that serve. A commit is durable when it is answered. Statements wait for locks only this long,
/// and a node that stops in the middle of a transaction loses its locks after this time, so that the other nodes
/// continue.
const SERVING: Settings = &[
    ("default_transaction_isolation", "read committed"),
    // Overrides the server's setting, which may lose acknowledged commits at a power failure.
    ("synchronous_commit", "on"),
    ("lock_timeout", "2s"),
    ("statement_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("client_min_messages", "warning"),
];

/// Settings of sessions that only read.
const READING: Settings = &[
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "on"),
    ("lock_timeout", "2s"),
    ("statement_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("client_min_messages", "warning"),
];

/// Settings of migrations, which wait for each other and may take long on large tables.
const MIGRATING: Settings = &[
    ("synchronous_commit", "on"),
    ("lock_timeout", "1min"),
    ("statement_timeout", "0"),
    ("client_min_messages", "warning"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionKind {
    Serving,
    Reading,
    Migrating,
}

impl SessionKind {
    const fn settings(self) -> Settings {
        match self {
            Self::Serving => SERVING,
            Self::Reading => READING,
            Self::Migrating => MIGRATING,
        }
    }

    pub(super) fn options(self, location: &ServerLocation, host: usize) -> PgConnectOptions {
        location.options(host).application_name(APPLICATION_NAME).options(self.settings().iter().copied())
    }
}

/// Reads the settings of a new session back.
/// [`StoreError::SessionSettings`] if a setting is missing, [`StoreError::Unavailable`].
pub(super) async fn check_settings(kind: SessionKind, connection: &mut PgConnection) -> Result<(), StoreError> {
    let expected = kind.settings().iter().copied().chain([("application_name", APPLICATION_NAME)]);
    let expected: Vec<_> = expected.collect();
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    let sql = "SELECT array_agg(current_setting(name) ORDER BY place) FROM unnest($1::text[]) WITH ORDINALITY AS s(name, place)";
    let found: Vec<String> = sqlx::query(sql).bind(&names).fetch_one(connection).await?.try_get(0)?;
    // A pooler may append the address of its client to the name.
    let has = |name: &str, expected: &str, found: &str| {
        if name == "application_name" { found.starts_with(expected) } else { found == expected }
    };
    match expected.iter().zip(found).find(|((name, expected), found)| !has(name, expected, found)) {
        Some(((name, expected), found)) => Err(StoreError::SessionSettings(MissingSetting { name, expected, found })),
        None => Ok(()),
    }
}

/// Pause after a refused session: each attempt costs the server a connection and adds a line to the log.
const REFUSAL_REST: Duration = Duration::from_secs(2);

/// The missing setting of the last refused session. The pool itself reports only that no session was available in time.
#[derive(Debug, Clone, Default)]
pub(in crate::storage) struct RefusedSessions(Arc<Mutex<Option<(MissingSetting, Instant)>>>);

impl RefusedSessions {
    /// Checks a new session of the pool, which closes it on an error.
    pub(super) async fn check(&self, kind: SessionKind, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let checked = check_settings(kind, connection).await;
        let missing = match &checked {
            Err(StoreError::SessionSettings(missing)) => Some((missing.clone(), Instant::now())),
            _ => None,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = missing;
        // The pool repeats the attempt until its caller gives up, at first without a pause.
        if checked.is_err() {
            tokio::time::sleep(REFUSAL_REST / 2).await;
        }
        checked.map_err(|error| sqlx::Error::Configuration(Box::new(error)))
    }

    /// [`StoreError::SessionSettings`] if a session was refused a moment ago.
    pub(in crate::storage) fn check_recent(&self) -> Result<(), StoreError> {
        match self.last() {
            Some((missing, at)) if at.elapsed() < REFUSAL_REST => Err(StoreError::SessionSettings(missing)),
            _ => Ok(()),
        }
    }

    /// Replaces the pool's timeout by the reason of the last refused session.
    pub(in crate::storage) fn explain(&self, error: StoreError) -> StoreError {
        let StoreError::Unavailable(source) = &error else { return error };
        match (source.downcast_ref(), self.last()) {
            (Some(sqlx::Error::PoolTimedOut), Some((missing, _))) => StoreError::SessionSettings(missing),
            _ => error,
        }
    }

    fn last(&self) -> Option<(MissingSetting, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
