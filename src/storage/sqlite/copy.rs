//! Copy of the file, made while other connections write: all rows of one moment, in a file that no gateway uses.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use super::database::SqliteDatabase;
use crate::clock::Timestamp;
use crate::failpoint;
use crate::storage::error::StoreError;

impl SqliteDatabase {
    /// Writes all rows of this moment into `target`, an empty file, while other connections write. Until the copy is
    /// complete, erased bytes stay in the write-ahead log. The copy has no free pages and therefore no erased bytes.
    ///
    /// The copy is marked with the metadata `marker` and the time `now`, and checked. The caller must sync it to the
    /// disk.
    /// [`StoreError::Unavailable`], [`StoreError::Damaged`] if the copy is incomplete.
    pub(in crate::storage) async fn copy_into(
        &self,
        target: &Path,
        marker: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(name) = target.to_str() else {
            return Err(StoreError::Unavailable("the backup's path is not Unicode".into()));
        };
        let mut source = (*self.checkpoint_options).clone().busy_timeout(Duration::from_secs(5)).connect().await?;
        sqlx::query("VACUUM INTO ?").bind(name).execute(&mut source).await?;
        source.close().await?;
        failpoint::reached("backup.copied");

        let mut copy = SqliteConnectOptions::new().filename(target).foreign_keys(true).connect().await?;
        sqlx::query(
            "INSERT INTO notes (name, moment) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET moment = excluded.moment",
        )
        .bind(marker)
        .bind(now.unix_milliseconds())
        .execute(&mut copy)
        .await?;
        let errors = check_integrity(&mut copy).await?;
        copy.close().await?;
        failpoint::reached("backup.marked");
        match errors.first() {
            None => Ok(()),
            Some(error) => Err(StoreError::Damaged(format!("the copy is not whole: {error}"))),
        }
    }

    /// Errors that SQLite finds in pages, indexes and foreign keys.
    pub(in crate::storage) async fn integrity_errors(&self) -> Result<Vec<String>, StoreError> {
        check_integrity(&mut *self.readers.acquire().await?).await
    }
}

async fn check_integrity(connection: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let mut errors = Vec::new();
    for row in sqlx::query("PRAGMA integrity_check(20)").fetch_all(&mut *connection).await? {
        let error: String = row.try_get(0)?;
        if error != "ok" {
            errors.push(error);
        }
    }
    for row in sqlx::query("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 20").fetch_all(connection).await? {
        errors.push(format!("a row of {} refers to one that is not there", row.try_get::<String, _>(0)?));
    }
    Ok(errors)
}
