//! The store itself: which database it is over, and its connections and transactions.

use std::time::Duration;

use super::connection::{RowKeys, StoreConnection, WriteTransaction};
use crate::domain::log::watermark::RollbackError;
use crate::storage::deadline::with_timeout;
use crate::storage::error::StoreError;
use crate::storage::requests::ScrubOutcome;
use crate::storage::rollback_guard::RollbackGuard;
use crate::storage::{postgres, sqlite};

/// A store over either database. Clones share it.
#[derive(Debug, Clone)]
pub struct SqlStore {
    pub(in crate::storage::sql) database: Database,
    row_keys: RowKeys,
}

#[derive(Debug, Clone)]
pub(in crate::storage::sql) enum Database {
    File(sqlite::SqliteDatabase),
    Server(postgres::PostgresDatabase),
}

impl SqlStore {
    /// Over a file that a test has its hands in.
    #[cfg(test)]
    pub(in crate::storage) fn from_file(file: sqlite::SqliteDatabase) -> Self {
        Self::new(Database::File(file))
    }

    pub(in crate::storage::sql) fn new(database: Database) -> Self {
        Self { database, row_keys: RowKeys::None }
    }

    /// The same store, whose changes carry digests of the changed rows in their rows of the audit log.
    #[must_use]
    pub fn with_row_keys(self, row_keys: RowKeys) -> Self {
        Self { row_keys, ..self }
    }

    /// Ends all work on the database; called last, so that SQLite's log is folded into its file.
    pub async fn close(&self) {
        match &self.database {
            Database::File(file) => file.close().await,
            Database::Server(server) => server.close().await,
        }
    }

    /// Makes erased bytes leave the files too. Waits for nobody: while somebody reads, it says so and is to be tried again.
    pub async fn scrub_erased(&self) -> Result<ScrubOutcome, StoreError> {
        match &self.database {
            Database::File(file) => file.scrub_erased().await,
            // No statement reads erased photos any more; the server overwrites their pages when it reuses them.
            Database::Server(_) => Ok(ScrubOutcome::Complete),
        }
    }

    /// The reason why nothing is changed and no photo is handed out; `None` unless the database went back in time.
    pub fn rollback(&self) -> Option<RollbackError> {
        self.guard().rollback()
    }

    /// Returns when a device or a party was revoked, suspended or resumed on any node since it last returned, or may have been: so that revocations are
    /// read at once. A store of one machine never returns, a line to a server may be down: whoever waits asks now and then, too.
    pub async fn changed(&self) {
        match &self.database {
            Database::File(_) => std::future::pending().await,
            Database::Server(server) => server.changes.changed().await,
        }
    }

    pub(in crate::storage::sql) async fn read(&self) -> Result<StoreConnection, StoreError> {
        Ok(match &self.database {
            Database::File(file) => StoreConnection::SqliteReader(file.readers.acquire().await?),
            Database::Server(server) => {
                server.refused_sessions.check_recent()?;
                let acquired = server.pool.acquire().await;
                StoreConnection::PostgresReader(acquired.map_err(|error| server.refused_sessions.explain(error))?)
            }
        })
    }

    /// A transaction that changes something. In SQLite it holds the write lock from its start, so that what it reads stays true
    /// until it commits; in PostgreSQL that takes a [`Lock`](postgres::Lock).
    ///
    /// # Errors
    /// [`StoreError::RolledBack`] while the database is behind what is known of it.
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
                let begun = server.pool.begin().await;
                StoreConnection::PostgresWriter(begun.map_err(|error| server.refused_sessions.explain(error))?)
            }
        };
        // Not before: a new connection has been compared with what is known by now.
        self.guard().check()?;
        Ok(WriteTransaction::new(connection, self.row_keys.clone(), self.guard().clone()))
    }

    pub(in crate::storage::sql) fn guard(&self) -> &RollbackGuard {
        match &self.database {
            Database::File(file) => &file.guard,
            Database::Server(server) => &server.guard,
        }
    }

    /// Takes a step: within the time budget of the request that it is part of; on a server for no longer than a few seconds, and again
    /// where the server asks for it.
    pub(in crate::storage::sql) async fn with_retry<T, Step>(&self, step: impl Fn() -> Step) -> Result<T, StoreError>
    where
        Step: Future<Output = Result<T, StoreError>>,
    {
        match &self.database {
            // A file's own limits end what waits for another process.
            Database::File(_) => with_timeout(Duration::MAX, step()).await,
            Database::Server(_) => postgres::with_retry(step).await,
        }
    }
}
