//! A connection to either database, and what is done on one: statements, locks, and the rows that a commit adds to the audit log.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, SqlSafeStr, Sqlite, Transaction};

use super::statement::{DriverConnection, Statement};
use crate::domain::log::AuditEntry;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::reconciliation::row_digest::RowDigestKey;
use crate::storage::error::StoreError;
use crate::storage::postgres::{Lock, notify_nodes, try_lock_sweep};
use crate::storage::rollback_guard::RollbackGuard;

/// A connection that statements run on.
pub(in crate::storage::sql) enum StoreConnection {
    SqliteReader(PoolConnection<Sqlite>),
    SqliteWriter(Transaction<'static, Sqlite>),
    PostgresReader(PoolConnection<Postgres>),
    PostgresWriter(Transaction<'static, Postgres>),
}

impl StoreConnection {
    /// A statement that both databases read alike. Its values are given in the order of `$1`, `$2`, …
    pub(in crate::storage::sql) fn query(&mut self, sql: impl SqlSafeStr) -> Statement<'_> {
        Statement::new(sql, self.driver_connection())
    }

    pub(in crate::storage::sql) fn driver_connection(&mut self) -> DriverConnection<'_> {
        match self {
            Self::SqliteReader(connection) => DriverConnection::Sqlite(connection),
            Self::SqliteWriter(transaction) => DriverConnection::Sqlite(transaction),
            Self::PostgresReader(connection) => DriverConnection::Postgres(connection),
            Self::PostgresWriter(transaction) => DriverConnection::Postgres(transaction),
        }
    }
}

/// The key of the digests that rows of the audit log carry.
#[derive(Debug, Clone, Default)]
pub enum RowKeys {
    /// Digests are not made: of a store that is only read, or moved.
    #[default]
    None,
    Key(Arc<RowDigestKey>),
    /// The key file cannot be used, for this reason: nothing that the audit log tells of can be changed.
    Missing(Arc<str>),
}

impl RowKeys {
    /// With this key.
    pub fn new(key: RowDigestKey) -> Self {
        Self::Key(Arc::new(key))
    }

    pub(in crate::storage::sql) fn key(&self) -> Result<Option<&RowDigestKey>, StoreError> {
        match self {
            Self::None => Ok(None),
            Self::Key(key) => Ok(Some(key)),
            Self::Missing(why) => Err(StoreError::RowKeyUnavailable(why.to_string())),
        }
    }
}

/// A transaction that changes something, with the rows that it will add to the audit log. Dropped without a commit, it leaves
/// nothing.
pub(in crate::storage::sql) struct WriteTransaction {
    connection: StoreConnection,
    audit_entries: Vec<AuditEntry>,
    /// Changed rows, each with the place of the audit row that tells of it.
    changed: Vec<(usize, RowId)>,
    row_keys: RowKeys,
    guard: RollbackGuard,
}

impl WriteTransaction {
    pub(in crate::storage::sql) fn new(connection: StoreConnection, row_keys: RowKeys, guard: RollbackGuard) -> Self {
        Self { connection, audit_entries: Vec::new(), changed: Vec::new(), row_keys, guard }
    }

    /// Keeps others from what is about to be decided. Returns true if it may have waited for them: then what was read before may
    /// not be so any more. In SQLite a transaction that writes is alone from its start.
    pub(in crate::storage::sql) async fn lock(&mut self, lock: Lock) -> Result<bool, StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(false),
            DriverConnection::Postgres(connection) => {
                lock.acquire(connection).await?;
                Ok(true)
            }
        }
    }

    /// Clause that makes a `SELECT` lock its rows of these tables and skip rows that another transaction has locked.
    pub(in crate::storage::sql) fn skip_locked_clause(&self, tables: &str) -> String {
        match self.connection {
            StoreConnection::SqliteReader(_) | StoreConnection::SqliteWriter(_) => String::new(),
            StoreConnection::PostgresReader(_) | StoreConnection::PostgresWriter(_) => {
                format!("FOR NO KEY UPDATE OF {tables} SKIP LOCKED")
            }
        }
    }

    /// Tries to take the lock for a sweep; `false` if another node is sweeping.
    pub(in crate::storage::sql) async fn try_lock_sweep(&mut self) -> Result<bool, StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(true),
            DriverConnection::Postgres(connection) => Ok(try_lock_sweep(connection).await?),
        }
    }

    /// Tells all nodes, with the commit, that a device or a party was revoked, suspended or resumed. A file has one node.
    pub(in crate::storage::sql) async fn notify_nodes(&mut self) -> Result<(), StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(()),
            DriverConnection::Postgres(connection) => Ok(notify_nodes(connection).await?),
        }
    }

    /// Adds a row to the audit log. It gets its place in the chain with the commit, so that nobody waits for it any longer.
    pub(in crate::storage::sql) fn append(&mut self, entry: AuditEntry) {
        self.audit_entries.push(entry);
    }

    /// Says that a row was added or changed: the next row that this transaction adds to the audit log carries its digest. Of a row
    /// that is changed again, the later one does.
    pub(in crate::storage::sql) fn mark_changed(&mut self, row: RowId) {
        self.changed.push((self.audit_entries.len(), row));
    }
}

/// Rows that a transaction will add to the audit log.
pub(in crate::storage::sql) struct PendingLog {
    pub(in crate::storage::sql) entries: Vec<AuditEntry>,
    /// Changed rows, each with the index of the entry that carries its digest.
    pub(in crate::storage::sql) changed: Vec<(usize, RowId)>,
    pub(in crate::storage::sql) row_keys: RowKeys,
}

/// For the commit in `storage::sql::log` alone, which `tests/layers` proves: elsewhere a change could commit without its rows in the log.
impl WriteTransaction {
    pub(in crate::storage::sql) fn take_pending_log(&mut self) -> PendingLog {
        let (entries, changed) = (std::mem::take(&mut self.audit_entries), std::mem::take(&mut self.changed));
        PendingLog { entries, changed, row_keys: self.row_keys.clone() }
    }

    /// Compares the end of the log, whose lock this transaction holds, with what is known of it.
    pub(in crate::storage::sql) fn check_log_end(&self, end: ChainLink) -> Result<(), StoreError> {
        self.guard.check_head(end)
    }

    /// Commits; `head` is the new end of the log, if rows were added to it.
    pub(in crate::storage::sql) async fn commit_logged(self, head: Option<ChainLink>) -> Result<(), StoreError> {
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
