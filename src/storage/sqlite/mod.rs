//! What SQLite alone needs: one file, write-ahead log, every commit on the disk before it is answered. The statements are those of
//! [`sql`](super::sql).

mod copy;
mod open;
mod purge;
#[cfg(test)]
mod tests;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Sqlite, Transaction};

/// A database in one file. Several processes may have it open: the gateway and an administrator's command.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// One connection: SQLite writes one transaction at a time, and a queue here is fairer than its busy handler.
    writer: SqlitePool,
    pub(super) readers: SqlitePool,
    /// For a connection that waits for nobody.
    checkpoint: Box<SqliteConnectOptions>,
}

impl File {
    /// A transaction that holds the write lock from its start, so that what it reads stays true until it commits.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}
