//! Removal of erased bytes from the files.

use sqlx::{ConnectOptions, Connection, Row};

use super::database::SqliteDatabase;
use crate::storage::error::StoreError;
use crate::storage::requests::ScrubOutcome;

impl SqliteDatabase {
    /// `secure_delete` overwrites pages in the file, but the write-ahead log contains the old ones until it is merged
    /// and truncated.
    pub(in crate::storage) async fn scrub_erased(&self) -> Result<ScrubOutcome, StoreError> {
        let mut connection = self.checkpoint_options.connect().await?;
        let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut connection).await?;
        let busy: i64 = row.try_get("busy")?;
        connection.close().await?;
        Ok(if busy == 0 { ScrubOutcome::Complete } else { ScrubOutcome::Postponed })
    }
}
