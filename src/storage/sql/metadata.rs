//! Metadata of the store: its key file, its last sweep, and the reason why no gateway may use it. They are rows of the
//! table `notes`.

use super::engine::connection::StoreConnection;
use super::engine::sql_store::SqlStore;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::AuditEntry;
use crate::storage::error::{InactiveReason, StoreError};
use crate::storage::sql::engine::values::params;

pub(in crate::storage::sql) const LAST_SWEPT_AT: &str = "last_swept_at";
pub(in crate::storage::sql) const LAST_PROBED_AT: &str = "last_probed_at";
pub(in crate::storage::sql) const CLOCK_CONFIRMED_AT: &str = "clock_confirmed_at";
const KEY_FILE: &str = "key_file";
pub(in crate::storage::sql) const BACKUP_TAKEN_AT: &str = "backup_taken_at";
pub(in crate::storage::sql) const MOVED_AWAY_AT: &str = "moved_away_at";
pub(in crate::storage::sql) const MOVE_UNFINISHED: &str = "move_unfinished";

impl SqlStore {
    /// Binds the store to a key file by its fingerprint at the first call; `false` if it is bound to another key file.
    pub async fn bind_key_file(&self, fingerprint: &Sha256Digest) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction
                .query("INSERT INTO notes (name, digest) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
                .bind(params![KEY_FILE, fingerprint])
                .execute()
                .await?;
            let row = transaction
                .query("SELECT digest FROM notes WHERE name = $1")
                .bind(params![KEY_FILE])
                .fetch_one()
                .await?;
            let bound: Sha256Digest = row.get("digest")?;
            transaction.commit().await?;
            Ok(bound == *fingerprint)
        })
        .await
    }

    pub async fn last_swept_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.with_retry(|| timestamp(self, LAST_SWEPT_AT)).await
    }

    pub async fn clock_confirmed_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.with_retry(|| timestamp(self, CLOCK_CONFIRMED_AT)).await
    }

    /// Records that an administrator has confirmed the clock. The last sweep counts as completed at that time.
    pub async fn confirm_clock(&self, at: Timestamp, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            put_timestamp(&mut transaction, CLOCK_CONFIRMED_AT, at).await?;
            put_timestamp(&mut transaction, LAST_SWEPT_AT, at).await?;
            transaction.append(audit.clone());
            transaction.commit().await
        })
        .await
    }

    pub async fn record_sweep(&self, at: Timestamp) -> Result<(), StoreError> {
        self.with_retry(|| record_timestamp(self, LAST_SWEPT_AT, at)).await
    }

    /// Checks with a small write that photos can be deposited and collected.
    pub async fn check_ready(&self, now: Timestamp) -> Result<(), StoreError> {
        // A full disk shows only in a complete commit.
        self.with_retry(|| record_timestamp(self, LAST_PROBED_AT, now)).await
    }
}

/// Fingerprint of the key file that the store is bound to.
pub(in crate::storage::sql) async fn bound_key_file(
    connection: &mut StoreConnection,
) -> Result<Option<Sha256Digest>, StoreError> {
    let note = connection.query("SELECT digest FROM notes WHERE name = $1").bind(params![KEY_FILE]);
    note.fetch_optional_as(|row| row.get("digest")).await
}

/// Reason why no gateway may work on the database; `None` if gateways may.
pub(in crate::storage::sql) async fn inactive_reason(
    connection: &mut StoreConnection,
) -> Result<Option<InactiveReason>, StoreError> {
    let row = connection
        .query("SELECT name, moment FROM notes WHERE name IN ($1, $2, $3) AND moment IS NOT NULL")
        .bind(params![BACKUP_TAKEN_AT, MOVED_AWAY_AT, MOVE_UNFINISHED])
        .fetch_optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let at = row.get("moment")?;
    Ok(Some(match row.get::<String>("name")?.as_str() {
        BACKUP_TAKEN_AT => InactiveReason::Backup { taken_at: at },
        MOVED_AWAY_AT => InactiveReason::MovedAway { at },
        _ => InactiveReason::MoveIncomplete { at },
    }))
}

pub(in crate::storage::sql) async fn put_timestamp(
    connection: &mut StoreConnection,
    name: &str,
    moment: Timestamp,
) -> Result<(), StoreError> {
    put(connection, name, moment.unix_milliseconds(), None).await
}

pub(in crate::storage::sql) async fn put(
    connection: &mut StoreConnection,
    name: &str,
    number: i64,
    digest: Option<Sha256Digest>,
) -> Result<(), StoreError> {
    connection
        .query(
            "INSERT INTO notes (name, moment, digest) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET moment = $2, digest = $3",
        )
        .bind(params![name, number, digest])
        .execute()
        .await?;
    Ok(())
}

pub(in crate::storage::sql) async fn remove(connection: &mut StoreConnection, name: &str) -> Result<(), StoreError> {
    connection.query("DELETE FROM notes WHERE name = $1").bind(params![name]).execute().await?;
    Ok(())
}

pub(in crate::storage::sql) async fn timestamp(store: &SqlStore, name: &str) -> Result<Option<Timestamp>, StoreError> {
    timestamp_on(&mut store.read().await?, name).await
}

pub(in crate::storage::sql) async fn timestamp_on(
    connection: &mut StoreConnection,
    name: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let note = connection.query("SELECT moment FROM notes WHERE name = $1").bind(params![name]);
    Ok(note.fetch_optional_as(|row| row.get("moment")).await?.flatten())
}

async fn record_timestamp(store: &SqlStore, name: &str, moment: Timestamp) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    put_timestamp(&mut transaction, name, moment).await?;
    transaction.commit().await
}
