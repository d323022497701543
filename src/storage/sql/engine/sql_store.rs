//! The store: its database, connections and transactions.

use std::time::Duration;

use super::connection::{RowKeys, StoreConnection, WriteTransaction};
use super::event_signal::EventSignal;
use crate::domain::log::watermark::RollbackError;
use crate::storage::deadline::with_timeout;
use crate::storage::error::StoreError;
use crate::storage::requests::ScrubOutcome;
use crate::storage::rollback_guard::RollbackGuard;
use crate::storage::{postgres, sqlite};

/// A store over SQLite or PostgreSQL. Clones share its connections.
#[derive(Debug, Clone)]
pub struct SqlStore {
    pub(in crate::storage::sql) database: Database,
    row_keys: RowKeys,
    event_signal: EventSignal,
}

#[derive(Debug, Clone)]
pub(in crate::storage::sql) enum Database {
    File(sqlite::SqliteDatabase),
    Server(postgres::PostgresDatabase),
}

impl SqlStore {
    #[cfg(test)]
    pub(in crate::storage) fn from_file(file: sqlite::SqliteDatabase) -> Self {
        Self::new(Database::File(file))
    }

    pub(in crate::storage::sql) fn new(database: Database) -> Self {
        Self { database, row_keys: RowKeys::None, event_signal: EventSignal::default() }
    }

    /// The same store. The audit rows of its changes carry digests of the changed rows.
    #[must_use]
    pub fn with_row_keys(self, row_keys: RowKeys) -> Self {
        Self { row_keys, ..self }
    }

    /// Closes all connections. SQLite then merges its write-ahead log into the file.
    pub async fn close(&self) {
        match &self.database {
            Database::File(file) => file.close().await,
            Database::Server(server) => server.close().await,
        }
    }

    /// Removes erased bytes from the files of the database. Postponed while another connection reads; call again later.
    pub async fn scrub_erased(&self) -> Result<ScrubOutcome, StoreError> {
        match &self.database {
            Database::File(file) => file.scrub_erased().await,
            // No statement reads erased photos any more; the server overwrites their pages when it reuses them.
            Database::Server(_) => Ok(ScrubOutcome::Complete),
        }
    }

    /// Reason why changes are refused and no photo is handed over; `None` unless the database went back in time.
    pub fn rollback(&self) -> Option<RollbackError> {
        self.guard().rollback()
    }

    /// Returns when any node may have revoked a device or suspended or resumed a party since the last return. Never
    /// returns for a file, and may miss changes while the server cannot be reached, so callers also poll.
    pub async fn changed(&self) {
        match &self.database {
            Database::File(_) => std::future::pending().await,
            Database::Server(server) => server.changes.changed().await,
        }
    }

    /// Returns when any node may have committed events since the last return. May miss events of other nodes while the
    /// server cannot be reached, and those of other processes that use a file, so callers also poll.
    pub async fn events_committed(&self) {
        match &self.database {
            Database::File(_) => self.event_signal.is_set().await,
            Database::Server(server) => tokio::select! {
                () = self.event_signal.is_set() => {}
                () = server.changes.events_committed() => {}
            },
        }
    }

    pub(in crate::storage::sql) async fn read(&self) -> Result<StoreConnection, StoreError> {
        Ok(match &self.database {
            Database::File(file) => StoreConnection::SqliteReader(file.readers.acquire().await?),
            Database::Server(server) => {
                server.refused_sessions.check_recent()?;
                let acquired = server.pool.get(|pool| async move { pool.acquire().await }).await;
                StoreConnection::PostgresReader(acquired.map_err(|error| server.refused_sessions.explain(error))?)
            }
        })
    }

    /// Begins a transaction that changes rows. In SQLite it holds the write lock from its start, so that the rows it
    /// reads do not change until it commits; in PostgreSQL a [`Lock`](postgres::Lock) does that.
    /// [`StoreError::RolledBack`] while the database is older than the last row known to be durable.
    pub(in crate::storage::sql) async fn write(&self) -> Result<WriteTransaction, StoreError> {
        let connection = match &self.database {
            Database::File(file) => {
                if file.was_replaced() {
                    return Err(file.guard.stop_changes(RollbackError::FileReplaced));
                }
                StoreConnection::SqliteWriter(file.begin().await?)
            }
            Database::Server(server) => {
                server.refused_sessions.check_recent()?;
                let begun = server.pool.get(|pool| async move { pool.begin().await }).await;
                StoreConnection::PostgresWriter(begun.map_err(|error| server.refused_sessions.explain(error))?)
            }
        };
        // Checked last, because the connection may be new and was compared with the watermark when it was opened.
        self.guard().check()?;
        let (row_keys, event_signal) = (self.row_keys.clone(), self.event_signal.clone());
        Ok(WriteTransaction::new(connection, row_keys, self.guard().clone(), event_signal))
    }

    pub(in crate::storage::sql) fn guard(&self) -> &RollbackGuard {
        match &self.database {
            Database::File(file) => &file.guard,
            Database::Server(server) => &server.guard,
        }
    }

    /// Runs a step within the time budget of its request. A server also limits each step to a few seconds and may ask
    /// to repeat it.
    pub(in crate::storage::sql) async fn with_retry<T, Step>(&self, step: impl Fn() -> Step) -> Result<T, StoreError>
    where
        Step: Future<Output = Result<T, StoreError>>,
    {
        match &self.database {
            // SQLite limits the wait for other processes by itself.
            Database::File(_) => with_timeout(Duration::MAX, step()).await,
            Database::Server(server) => postgres::with_retry(&server.pool, step).await,
        }
    }
}
