//! A database in one file: its connections, and which file was opened.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Sqlite, Transaction};

use crate::storage::rollback_guard::RollbackGuard;

/// A database in one file. Several processes may have it open: the gateway and an administrator's command.
#[derive(Debug, Clone)]
pub(in crate::storage) struct SqliteDatabase {
    /// One connection: SQLite writes one transaction at a time, and a queue here is fairer than its busy handler.
    pub(super) writer: SqlitePool,
    pub(in crate::storage) readers: SqlitePool,
    /// For a connection that waits for nobody.
    pub(super) checkpoint_options: Box<SqliteConnectOptions>,
    pub(in crate::storage) guard: RollbackGuard,
    pub(super) opened: FileIdentity,
}

/// The file that was opened under its name.
#[derive(Debug, Clone)]
pub(super) struct FileIdentity {
    path: PathBuf,
    /// Device and inode; `None` where the system has no such numbers, or the file was gone at once.
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

/// Windows does not let an open database be replaced.
#[cfg(not(unix))]
fn dev_inode(_: &Path) -> Option<(u64, u64)> {
    None
}

impl SqliteDatabase {
    /// Reports whether another file has the name, or none: what is written now goes into a file that nobody opens again.
    pub(in crate::storage) fn was_replaced(&self) -> bool {
        self.opened.dev_inode.is_some() && dev_inode(&self.opened.path) != self.opened.dev_inode
    }

    /// A transaction that holds the write lock from its start, so that what it reads stays true until it commits.
    pub(in crate::storage) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }
}
