//! A connection to either database, and what is done on one: statements, locks, and the commit that writes the transfer log.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, SqlSafeStr, Sqlite, SqliteConnection, Transaction};

use super::audit;
use super::statement::Statement;
use crate::domain::audit::AuditEntry;
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

/// A transaction that changes something, with the rows that it will add to the transfer log. Dropped without a commit, it leaves
/// nothing.
pub(super) struct Write {
    connection: Connection,
    log: Vec<AuditEntry>,
    guard: Guard,
}

impl Write {
    pub(super) fn new(connection: Connection, guard: Guard) -> Self {
        Self { connection, log: Vec::new(), guard }
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

    /// Makes it durable, together with its rows in the transfer log.
    ///
    /// # Errors
    /// [`StoreError::WentBack`] when the log ends before a row that is known to be durable; nothing has changed then.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let log = std::mem::take(&mut self.log);
        let mut head = None;
        if !log.is_empty() {
            self.lock(Lock::Log).await?;
            let end = audit::end(&mut self).await?;
            self.guard.compare_end(end)?;
            head = Some(audit::write(&mut self, end, &log).await?);
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
