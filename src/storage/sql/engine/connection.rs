//! Connections to either database: statements, locks, and the audit rows and events that a commit adds.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, SqlSafeStr, Sqlite, Transaction};

use super::event_signal::EventSignal;
use super::statement::{DriverConnection, Statement};
use crate::domain::event::NewEvent;
use crate::domain::log::AuditEntry;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::reconciliation::row_digest::RowDigestKey;
use crate::storage::error::StoreError;
use crate::storage::postgres::{Lock, NodeChannel, notify_nodes, try_lock_sweep};
use crate::storage::rollback_guard::RollbackGuard;

pub(in crate::storage::sql) enum StoreConnection {
    SqliteReader(PoolConnection<Sqlite>),
    SqliteWriter(Transaction<'static, Sqlite>),
    PostgresReader(PoolConnection<Postgres>),
    PostgresWriter(Transaction<'static, Postgres>),
}

impl StoreConnection {
    /// A statement in the SQL that both databases understand, with parameters `$1`, `$2`, …
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

/// Key of the row digests in the audit log.
#[derive(Debug, Clone, Default)]
pub enum RowKeys {
    /// No digests: the store is only read or migrated.
    #[default]
    None,
    Key(Arc<RowDigestKey>),
    /// The key file cannot be used for this reason; changes that need an audit row are refused.
    Missing(Arc<str>),
}

impl RowKeys {
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

/// A transaction that changes rows, with the rows that it will add to the audit log and the events that it will add.
/// Dropped without a commit, it changes nothing.
pub(in crate::storage::sql) struct WriteTransaction {
    connection: StoreConnection,
    audit_entries: Vec<AuditEntry>,
    /// Changed rows, each with the index of the audit entry that reports it.
    changed: Vec<(usize, RowId)>,
    events: Vec<NewEvent>,
    row_keys: RowKeys,
    guard: RollbackGuard,
    event_signal: EventSignal,
}

impl WriteTransaction {
    pub(in crate::storage::sql) fn new(
        connection: StoreConnection,
        row_keys: RowKeys,
        guard: RollbackGuard,
        event_signal: EventSignal,
    ) -> Self {
        let (audit_entries, changed, events) = (Vec::new(), Vec::new(), Vec::new());
        Self { connection, audit_entries, changed, events, row_keys, guard, event_signal }
    }

    /// Takes a lock. Returns true if the transaction may have waited for it: rows that were read before must be read
    /// again. A write transaction of SQLite excludes all others from its start.
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

    /// Tries to take the lock of the sweep; `false` if another node holds it.
    pub(in crate::storage::sql) async fn try_lock_sweep(&mut self) -> Result<bool, StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(true),
            DriverConnection::Postgres(connection) => Ok(try_lock_sweep(connection).await?),
        }
    }

    /// Notifies all nodes, at the commit, that a device or a party was revoked, suspended or resumed. A file has one
    /// node.
    pub(in crate::storage::sql) async fn notify_nodes(&mut self) -> Result<(), StoreError> {
        match self.driver_connection() {
            DriverConnection::Sqlite(_) => Ok(()),
            DriverConnection::Postgres(connection) => Ok(notify_nodes(NodeChannel::Status, connection).await?),
        }
    }

    /// Adds a row to the audit log. It gets its place in the chain at the commit, which keeps the lock of the log
    /// short.
    pub(in crate::storage::sql) fn append(&mut self, entry: AuditEntry) {
        self.audit_entries.push(entry);
    }

    /// Adds an event. It gets its position at the commit, so that positions follow the order of the commits.
    pub(in crate::storage::sql) fn emit(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Records that a row was added or changed. The next audit entry of this transaction carries its digest; if the row
    /// changes again, the later entry does.
    pub(in crate::storage::sql) fn mark_changed(&mut self, row: RowId) {
        self.changed.push((self.audit_entries.len(), row));
    }
}

/// Rows that a transaction will add to the audit log, and its events.
pub(in crate::storage::sql) struct PendingLog {
    pub(in crate::storage::sql) entries: Vec<AuditEntry>,
    /// Changed rows, each with the index of the entry that carries its digest.
    pub(in crate::storage::sql) changed: Vec<(usize, RowId)>,
    pub(in crate::storage::sql) events: Vec<NewEvent>,
    pub(in crate::storage::sql) row_keys: RowKeys,
}

/// For the commit in `storage::sql::log` only, as `tests/layers` proves: other callers could commit a change without
/// its audit rows.
impl WriteTransaction {
    pub(in crate::storage::sql) fn take_pending_log(&mut self) -> PendingLog {
        let (entries, changed) = (std::mem::take(&mut self.audit_entries), std::mem::take(&mut self.changed));
        PendingLog { entries, changed, events: std::mem::take(&mut self.events), row_keys: self.row_keys.clone() }
    }

    /// Compares the end of the log, whose lock this transaction holds, with the last row known to be durable.
    pub(in crate::storage::sql) fn check_log_end(&self, end: ChainLink) -> Result<(), StoreError> {
        self.guard.check_head(end)
    }

    /// Commits. `head` is the new end of the log if rows were added. Other nodes are told of new events.
    pub(in crate::storage::sql) async fn commit_logged(
        mut self,
        head: Option<ChainLink>,
        has_events: bool,
    ) -> Result<(), StoreError> {
        if let (true, DriverConnection::Postgres(connection)) = (has_events, self.connection.driver_connection()) {
            notify_nodes(NodeChannel::Events, connection).await?;
        }
        match self.connection {
            StoreConnection::SqliteWriter(transaction) => transaction.commit().await?,
            StoreConnection::PostgresWriter(transaction) => transaction.commit().await?,
            // Readers are never part of a write transaction.
            StoreConnection::SqliteReader(_) | StoreConnection::PostgresReader(_) => {}
        }
        head.into_iter().for_each(|head| self.guard.advance(head));
        if has_events {
            self.event_signal.set();
        }
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
