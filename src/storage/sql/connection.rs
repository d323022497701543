//! A connection to either database, and what is done on one: statements, locks, and the commit that writes the transfer log.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection, Transaction};

use super::audit;
use super::statement::Statement;
use crate::domain::audit::AuditEntry;
use crate::domain::evidence::key::RowKey;
use crate::domain::evidence::row::RowId;
use crate::storage::contract::StoreError;
use crate::storage::guard::Guard;
use crate::storage::postgres::{Lock, announce, may_sweep};

/// A connection that statements run on.
pub(super) enum Connection {
    SqliteReader(PoolConnection<Sqlite>),
    SqliteWriter(Transaction<'static, Sqlite>),
    PostgresReader(PoolConnection<Postgres>),
    PostgresWriter(Transaction<'static, Postgres>),
}

/// The same, of one kind or the other.
pub(super) enum Line<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection {
    /// A statement that both databases read alike. Its values are given in the order of `$1`, `$2`, …
    pub(super) fn query(&mut self, sql: impl SqlSafeStr) -> Statement<'_> {
        Statement::new(sql, self.line())
    }

    pub(super) fn line(&mut self) -> Line<'_> {
        match self {
            Self::SqliteReader(connection) => Line::Sqlite(connection),
            Self::SqliteWriter(transaction) => Line::Sqlite(transaction),
            Self::PostgresReader(connection) => Line::Postgres(connection),
            Self::PostgresWriter(transaction) => Line::Postgres(transaction),
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
    Key(Arc<RowKey>),
    /// The key file cannot be used, for this reason: nothing that the transfer log tells of can be changed.
    Missing(Arc<str>),
}

impl RowKeys {
    /// With this key.
    pub fn new(key: RowKey) -> Self {
        Self::Key(Arc::new(key))
    }

    fn key(&self) -> Result<Option<&RowKey>, StoreError> {
        match self {
            Self::None => Ok(None),
            Self::Key(key) => Ok(Some(key)),
            Self::Missing(why) => Err(StoreError::NoRowKey(why.to_string())),
        }
    }
}

/// A transaction that changes something, with the rows that it will add to the transfer log. Dropped without a commit, it leaves
/// nothing.
pub(super) struct Write {
    connection: Connection,
    log: Vec<AuditEntry>,
    /// Changed rows, each with the place of the audit row that tells of it.
    changed: Vec<(usize, RowId)>,
    row_keys: RowKeys,
    guard: Guard,
}

impl Write {
    pub(super) fn new(connection: Connection, row_keys: RowKeys, guard: Guard) -> Self {
        Self { connection, log: Vec::new(), changed: Vec::new(), row_keys, guard }
    }

    /// Keeps others from what is about to be decided. Whether it may have waited for them: then what was read before may not be
    /// so any more. In SQLite a transaction that writes is alone from its start.
    pub(super) async fn lock(&mut self, lock: Lock) -> Result<bool, StoreError> {
        match self.line() {
            Line::Sqlite(_) => Ok(false),
            Line::Postgres(connection) => {
                lock.take(connection).await?;
                Ok(true)
            }
        }
    }

    /// What makes a `SELECT` lock its rows of these tables, and leave out those that somebody else has locked.
    pub(super) fn unless_locked(&self, tables: &str) -> String {
        match self.connection {
            Connection::SqliteReader(_) | Connection::SqliteWriter(_) => String::new(),
            Connection::PostgresReader(_) | Connection::PostgresWriter(_) => {
                format!("FOR NO KEY UPDATE OF {tables} SKIP LOCKED")
            }
        }
    }

    /// Whether no other node is sweeping.
    pub(super) async fn may_sweep(&mut self) -> Result<bool, StoreError> {
        match self.line() {
            Line::Sqlite(_) => Ok(true),
            Line::Postgres(connection) => Ok(may_sweep(connection).await?),
        }
    }

    /// Tells all nodes, with the commit, that somebody's standing has changed. A file has one node.
    pub(super) async fn announce(&mut self) -> Result<(), StoreError> {
        match self.line() {
            Line::Sqlite(_) => Ok(()),
            Line::Postgres(connection) => Ok(announce(connection).await?),
        }
    }

    /// Adds a row to the transfer log. It gets its place in the chain with the commit, so that nobody waits for it any longer.
    pub(super) fn append(&mut self, entry: AuditEntry) {
        self.log.push(entry);
    }

    /// Says that a row was added or changed: the next row that this transaction adds to the transfer log carries its digest. Of a row
    /// that is changed again, the later one does.
    pub(super) fn changed(&mut self, row: RowId) {
        self.changed.push((self.log.len(), row));
    }

    /// Makes it durable, together with its rows in the transfer log.
    ///
    /// # Errors
    /// [`StoreError::WentBack`] when the log ends before a row that is known to be durable; nothing has changed then.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let log = std::mem::take(&mut self.log);
        let mut head = None;
        if !log.is_empty() {
            let (mut changed, row_keys) = (std::mem::take(&mut self.changed), self.row_keys.clone());
            // A row that was changed behind all of them is told of by the last.
            changed.iter_mut().for_each(|(place, _)| *place = (*place).min(log.len() - 1));
            let key = row_keys.key()?;
            // Before the lock, for which everybody waits.
            let digests = match key {
                Some(key) => audit::digests_of(&mut self, &changed, key).await?,
                None => Vec::new(),
            };
            self.lock(Lock::Log).await?;
            let end = audit::end(&mut self).await?;
            self.guard.compare_end(end)?;
            head = Some(audit::write(&mut self, end, log, digests, key).await?);
        }
        match self.connection {
            Connection::SqliteWriter(transaction) => transaction.commit().await?,
            Connection::PostgresWriter(transaction) => transaction.commit().await?,
            // Readers are never handed out as this.
            Connection::SqliteReader(_) | Connection::PostgresReader(_) => {}
        }
        head.into_iter().for_each(|head| self.guard.advance(head));
        Ok(())
    }
}

impl Deref for Write {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
