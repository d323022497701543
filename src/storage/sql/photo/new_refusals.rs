//! Refusals that a studio has not marked as seen.

use sqlx::AssertSqlSafe;

use super::row_mapping::{TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, tracked_photo};
use crate::domain::id::{PartyId, PhotoId};
use crate::storage::error::StoreError;
use crate::storage::requests::TrackedPhoto;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Number of new refusals of a studio, at most `limit`.
    pub async fn count_new_refusals(&self, studio: PartyId, limit: u32) -> Result<u64, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            // Every page shows the number, so the count reads an index and ends early.
            connection
                .query(
                    "SELECT count(*) AS refusals FROM
                     (SELECT 1 FROM photos WHERE studio_id = $1 AND state = 'refused' AND NOT refusal_seen LIMIT $2) found",
                )
                .bind(params![studio, limit])
                .fetch_one()
                .await?
                .get("refusals")
        })
        .await
    }

    /// The new refusals of a studio after a photo, newest photo first.
    pub async fn new_refusals(
        &self,
        studio: PartyId,
        after: Option<PhotoId>,
        limit: u32,
    ) -> Result<Vec<TrackedPhoto>, StoreError> {
        self.with_retry(|| async {
            // Sorts after every identifier.
            let after = after.map_or_else(|| "~".to_owned(), |after| after.to_string());
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE}
                     WHERE p.studio_id = $1 AND p.state = 'refused' AND NOT p.refusal_seen AND p.photo_id < $2
                     ORDER BY p.photo_id DESC LIMIT $3"
                )))
                .bind(params![studio, after, limit])
                .fetch_all_as(tracked_photo)
                .await
        })
        .await
    }

    /// Marks refusals of this studio as seen. Other photos, and those of other studios, stay unchanged.
    pub async fn mark_refusals_seen(&self, studio: PartyId, photos: &[PhotoId]) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            for &photo_id in photos {
                transaction
                    .query(
                        "UPDATE photos SET refusal_seen = TRUE
                         WHERE photo_id = $1 AND studio_id = $2 AND state = 'refused' AND NOT refusal_seen",
                    )
                    .bind(params![photo_id, studio])
                    .execute()
                    .await?;
            }
            transaction.commit().await
        })
        .await
    }
}
