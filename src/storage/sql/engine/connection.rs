//! A connection to either database, and what is done on one: statements, locks, and the commit that writes the transfer log.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection, Transaction};

use super::statement::Statement;
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::reconciliation::row_digest::RowDigestKey;
use crate::storage::error::StoreError;
use crate::storage::postgres::{Lock, notify_nodes, try_lock_sweep};
use crate::storage::rollback_guard::RollbackGuard;
use crate::storage::sql::log::audit_writer;

/// A connection that statements run on.
pub(crate) enum StoreConnection {
    SqliteReader(PoolConnection<Sqlite>),
    SqliteWriter(Transaction<'static, Sqlite>),
    PostgresReader(PoolConnection<Postgres>),
    PostgresWriter(Transaction<'static, Postgres>),
}

/// The same, of one kind or the other.
pub(crate) enum DriverConnection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl StoreConnection {
    /// A statement that both databases read alike. Its values are given in the order of `$1`, `$2`, …
    pub(crate) fn query(&mut self, sql: impl SqlSafeStr) -> Statement<'_> {
        Statement::new(sql, self.driver_connection())
    }

    pub(crate) fn driver_connection(&mut self) -> DriverConnection<'_> {
        match self {
            Self::SqliteReader(connection) => DriverConnection::Sqlite(connection),
            Self::SqliteWriter(transaction) => DriverConnection::Sqlite(transaction),
            Self::PostgresReader(connection) => DriverConnection::Postgres(connection),
            Self::PostgresWriter(transaction) => DriverConnection::Postgres(transaction),
        }
    }
}

/// The key of the digests that rows of the transfer log carry.
#[derive(Debug, Clone, Default)]
pub enum RowKeys {
    /// Digests are not made: of a store that is only read, or moved.
    #[default]
    None,
    /// The key.
    Key(Arc<RowDigestKey>),
    /// The key file cannot be used, for this reason: nothing that the transfer log tells of can be changed.
    Missing(Arc<str>),
}

impl RowKeys {
    /// With this key.
    pub fn new(key: RowDigestKey) -> Self {
        Self::Key(Arc::new(key))
    }

    fn key(&self) -> Result<Option<&RowDigestKey>, StoreError> {
        match self {
            Self::None => Ok(None),
            Self::Key(key) => Ok(Some(key)),
            Self::Missing(why) => Err(StoreError::RowKeyUnavailable(why.to_string())),
        }
    }
}

/// A transaction that changes something, with the rows that it will add to the transfer log. Dropped without a commit, it leaves
/// nothing.
pub(crate) struct WriteTransaction {
    connection: StoreConnection,
    audit_entries: Vec<AuditEntry>,
    /// Changed rows, each with the place of the audit row that tells of it.
    changed: Vec<(usize, RowId)>,
    row_keys: RowKeys,
    guard: RollbackGuard,
}

impl WriteTransaction {
    pub(crate) fn new(connection: StoreConnection, row_keys: RowKeys, guard: RollbackGuard) -> Self {
        Self { connection, audit_entries: Vec::new(), changed: Vec::new(), row_keys, guard }
    }

    /// Keeps others from what is about to be decided. Whether it may have waited for them: then what was read before may not be
    /// so any more. In SQLite a transaction that writes is alone from its start.
    pub(crate) async fn lock(&mut self, lock: Lock) -> Result<bool, StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(false),
            DriverConnection::Postgres(connection) => {
                lock.acquire(connection).await?;
                Ok(true)
            }
        }
    }

    /// What makes a `SELECT` lock its rows of these tables, and leave out those that somebody else has locked.
    pub(crate) fn skip_locked_clause(&self, tables: &str) -> String {
        match self.connection {
            StoreConnection::SqliteReader(_) | StoreConnection::SqliteWriter(_) => String::new(),
            StoreConnection::PostgresReader(_) | StoreConnection::PostgresWriter(_) => {
                format!("FOR NO KEY UPDATE OF {tables} SKIP LOCKED")
            }
        }
    }

    /// Whether no other node is sweeping.
    pub(crate) async fn try_lock_sweep(&mut self) -> Result<bool, StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(true),
            DriverConnection::Postgres(connection) => Ok(try_lock_sweep(connection).await?),
        }
    }

    /// Tells all nodes, with the commit, that somebody's standing has changed. A file has one node.
    pub(crate) async fn notify_nodes(&mut self) -> Result<(), StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(()),
            DriverConnection::Postgres(connection) => Ok(notify_nodes(connection).await?),
        }
    }

    /// Adds a row to the transfer log. It gets its place in the chain with the commit, so that nobody waits for it any longer.
    pub(crate) fn append(&mut self, entry: AuditEntry) {
        self.audit_entries.push(entry);
    }

    /// Says that a row was added or changed: the next row that this transaction adds to the transfer log carries its digest. Of a row
    /// that is changed again, the later one does.
    pub(crate) fn mark_changed(&mut self, row: RowId) {
        self.changed.push((self.audit_entries.len(), row));
    }

    /// Makes it durable, together with its rows in the transfer log.
    ///
    /// # Errors
    /// [`StoreError::WentBack`] when the log ends before a row that is known to be durable; nothing has changed then.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let log = std::mem::take(&mut self.audit_entries);
        let mut head = None;
        if !log.is_empty() {
            let (mut changed, row_keys) = (std::mem::take(&mut self.changed), self.row_keys.clone());
            // A row that was changed behind all of them is told of by the last.
            changed.iter_mut().for_each(|(place, _)| *place = (*place).min(log.len() - 1));
            let key = row_keys.key()?;
            // Before the lock, for which everybody waits.
            let digests = match key {
                Some(key) => audit_writer::row_digests(&mut self, &changed, key).await?,
                None => Vec::new(),
            };
            self.lock(Lock::Log).await?;
            let end = audit_writer::head(&mut self).await?;
            self.guard.check_head(end)?;
            head = Some(audit_writer::append_rows(&mut self, end, log, digests, key).await?);
        }
        match self.connection {
            StoreConnection::SqliteWriter(transaction) => transaction.commit().await?,
            StoreConnection::PostgresWriter(transaction) => transaction.commit().await?,
            // Readers are never handed out as this.
            StoreConnection::SqliteReader(_) | StoreConnection::PostgresReader(_) => {}
        }
        head.into_iter().for_each(|head| self.guard.advance(head));
        Ok(())
    }
}

impl Deref for WriteTransaction {
    type Target = StoreConnection;

    fn deref(&self) -> &StoreConnection {
        &self.connection
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut StoreConnection {
        &mut self.connection
    }
}
