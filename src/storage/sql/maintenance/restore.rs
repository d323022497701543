//! Restored databases: no photo can be collected until an administrator releases it.

use super::log_position::begin_generation;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::PhotoId;
use crate::domain::log::AuditEntry;
use crate::domain::log::watermark::Generation;
use crate::storage::error::StoreError;
use crate::storage::maintenance::{QuarantineCounts, QuarantinedPhoto};
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::metadata;

/// The generation of the log that begins with a restore.
pub struct NextGeneration<'s> {
    /// Generation known from elsewhere; the next one is later.
    pub at_least: u64,
    /// Seals the generation with the key file.
    pub seal: &'s (dyn Fn(&Generation) -> Sha256Digest + Sync),
}

/// Rows per statement: a server cancels statements that take too long.
const ROWS_PER_BATCH: i64 = 1000;

impl SqlStore {
    /// Quarantines every photo that is not erased, ends the invitations that may have been used since `taken_at`, puts
    /// the database into use, and begins a generation of the log. The counts are added to the audit row.
    /// On an error nothing has changed.
    pub async fn quarantine_all(
        &self,
        taken_at: Timestamp,
        generation: Option<NextGeneration<'_>>,
        mut audit: AuditEntry,
    ) -> Result<QuarantineCounts, StoreError> {
        let mut transaction = self.write().await?;
        // Without the lock, a photo that is deposited behind the last page would be in quarantine according to the log
        // but not in its row.
        transaction.lock(Lock::PhotosAndInvitations).await?;
        let (mut photos, mut after) = (0, String::new());
        loop {
            let row = transaction
                .query(
                    "SELECT max(photo_id) AS last FROM
                     (SELECT photo_id FROM photos WHERE photo_id > $1 ORDER BY photo_id LIMIT $2) page",
                )
                .bind(params![after, ROWS_PER_BATCH])
                .fetch_one()
                .await?;
            let Some(last) = row.get::<Option<String>>("last")? else { break };
            photos += transaction
                .query(
                    "UPDATE photos SET held_back_since = $1 WHERE photo_id > $2 AND photo_id <= $3
                     AND lookup_id IS NOT NULL AND held_back_since IS NULL",
                )
                .bind(params![taken_at, after, last])
                .execute()
                .await?;
            after = last;
        }
        let invitations = transaction
            .query(
                "UPDATE invitations SET state = 'withdrawn', sealed_proof_key = NULL
                 WHERE state IN ('open', 'requested', 'approved')",
            )
            .execute()
            .await?;
        metadata::remove(&mut transaction, metadata::BACKUP_TAKEN_AT).await?;
        audit.details["photos"] = photos.into();
        audit.details["invitations"] = invitations.into();
        if let Some(NextGeneration { at_least, seal }) = generation {
            transaction.lock(Lock::Log).await?;
            let number = begin_generation(&mut transaction, at_least, audit.at, seal).await?;
            audit.details["generation"] = number.into();
        }
        transaction.append(audit);
        transaction.commit().await?;
        Ok(QuarantineCounts { photos, invitations })
    }

    /// The next photos in quarantine since a restore, by identifier.
    pub async fn quarantined_photos(&self, after: Option<PhotoId>) -> Result<Vec<QuarantinedPhoto>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(
                    "SELECT p.photo_id, p.deposited_at, p.expires_at, p.state, p.held_back_since, s.name, s.place
                     FROM photos p JOIN parties s ON s.party_id = p.studio_id
                     WHERE p.held_back_since IS NOT NULL AND p.lookup_id IS NOT NULL AND p.photo_id > $1
                     ORDER BY p.photo_id LIMIT $2",
                )
                .bind(params![after.map_or_else(String::new, |after| after.to_string()), ROWS_PER_BATCH])
                .fetch_all_as(|row| {
                    Ok(QuarantinedPhoto {
                        photo_id: row.get("photo_id")?,
                        state: row.get("state")?,
                        deposited_at: row.get("deposited_at")?,
                        expires_at: row.get("expires_at")?,
                        held_back_since: row.get("held_back_since")?,
                        studio: format!("{}, {}", row.get::<String>("name")?, row.get::<String>("place")?),
                    })
                })
                .await
        })
        .await
    }

    /// Releases one photo or all photos that are in quarantine since a restore, and returns their number. Without any,
    /// no audit row is added.
    pub async fn release_quarantined(
        &self,
        photo_id: Option<PhotoId>,
        mut audit: AuditEntry,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.write().await?;
        let photos = transaction
            .query(
                "UPDATE photos SET held_back_since = NULL
                 WHERE held_back_since IS NOT NULL AND lookup_id IS NOT NULL AND ($1 IS NULL OR photo_id = $1)",
            )
            .bind(params![photo_id])
            .execute()
            .await?;
        if photos > 0 {
            audit.details["photos"] = photos.into();
            transaction.append(audit);
            transaction.commit().await?;
        }
        Ok(photos)
    }

    /// Time at which the database was copied as a backup; `None` if it is not a backup.
    pub async fn backup_taken_at(&self) -> Result<Option<Timestamp>, StoreError> {
        metadata::timestamp(self, metadata::BACKUP_TAKEN_AT).await
    }
}
