//! A database in one file: its connections and its identity.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Sqlite, Transaction};

use crate::storage::rollback_guard::RollbackGuard;

/// A database in one file, which several processes may have open: the gateway and the commands of administrators.
#[derive(Debug, Clone)]
pub(in crate::storage) struct SqliteDatabase {
    /// One connection, because SQLite runs one write transaction at a time and a queue is fairer than its busy handler.
    pub(super) writer: SqlitePool,
    pub(in crate::storage) readers: SqlitePool,
    /// Options of a connection that does not wait for locks.
    pub(super) checkpoint_options: Box<SqliteConnectOptions>,
    pub(in crate::storage) guard: RollbackGuard,
    pub(super) opened: FileIdentity,
}

/// The file that was opened.
#[derive(Debug, Clone)]
pub(super) struct FileIdentity {
    path: PathBuf,
    /// Device and inode; `None` if the system has no such numbers or the file was removed.
    dev_inode: Option<(u64, u64)>,
}

impl FileIdentity {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), dev_inode: dev_inode(path) }
    }
}

#[cfg(unix)]
fn dev_inode(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Windows does not allow an open file to be replaced.
#[cfg(not(unix))]
fn dev_inode(_: &Path) -> Option<(u64, u64)> {
    None
}

impl SqliteDatabase {
    /// Reports whether the path no longer leads to the open file, so that changes would be lost.
    pub(in crate::storage) fn was_replaced(&self) -> bool {
        self.opened.dev_inode.is_some() && dev_inode(&self.opened.path) != self.opened.dev_inode
    }

    /// A transaction that holds the write lock from its start, so that the rows it reads do not change until it
    /// commits.
    pub(in crate::storage) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}
