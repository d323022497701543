//! Reading of all rows for the integrity check. Each page is one statement and shows one moment; the gateway continues
//! to work.

use sqlx::AssertSqlSafe;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, PhotoId};
use crate::domain::photo::StoredPhoto;
use crate::domain::photo::collection::CollectionState;
use crate::storage::error::StoreError;
use crate::storage::maintenance::{EnvelopeOwner, InspectedCollection, RemainingData, StoredEnvelope, UnerasedPhoto};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};
use crate::storage::sql::metadata;
use crate::storage::sql::photo::row_mapping;
use crate::storage::sql::photo::row_mapping::{TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, tracked_photo};

/// 128 MiB at the default limit of 8 MiB per photo.
const ENVELOPES_PER_PAGE: i64 = 16;
const ROWS_PER_PAGE: i64 = 1000;

impl SqlStore {
    /// The next photos that are not erased, with their envelopes, by identifier.
    pub async fn unerased_photos(&self, after: Option<PhotoId>) -> Result<Vec<UnerasedPhoto>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {TRACKED_PHOTO}, p.collection_id AS latest_id, f.frame, f.sha256
                     FROM {TRACKED_PHOTO_SOURCE} LEFT JOIN frames f ON f.photo_id = p.photo_id
                     WHERE p.lookup_id IS NOT NULL AND p.photo_id > $1 ORDER BY p.photo_id LIMIT $2"
                )))
                .bind(params![after_key(after), ENVELOPES_PER_PAGE])
                .fetch_all_as(unerased_photo)
                .await
        })
        .await
    }

    pub async fn erased_photos(&self) -> Result<u64, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let row = connection.query("SELECT count(*) AS photos FROM photos WHERE tombstone_id IS NOT NULL");
            row.fetch_one().await?.get("photos")
        })
        .await
    }

    /// The next envelopes' owners by identifier.
    pub async fn envelope_owners(&self, after: Option<PhotoId>) -> Result<Vec<EnvelopeOwner>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(
                    "SELECT f.photo_id, p.state FROM frames f LEFT JOIN photos p ON p.photo_id = f.photo_id
                     WHERE f.photo_id > $1 ORDER BY f.photo_id LIMIT $2",
                )
                .bind(params![after_key(after), ROWS_PER_PAGE])
                .fetch_all_as(|row| Ok(EnvelopeOwner { photo_id: row.get("photo_id")?, state: row.get("state")? }))
                .await
        })
        .await
    }

    /// The next collections by identifier.
    pub async fn all_collections(&self, after: Option<CollectionId>) -> Result<Vec<InspectedCollection>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(
                    "SELECT c.collection_id, c.state, c.photo_id, p.state AS photo_state, p.collection_id AS latest_id
                     FROM collections c LEFT JOIN photos p ON p.photo_id = c.photo_id
                     WHERE c.collection_id > $1 ORDER BY c.collection_id LIMIT $2",
                )
                .bind(params![after_key(after), ROWS_PER_PAGE])
                .fetch_all_as(inspected_collection)
                .await
        })
        .await
    }

    /// Fingerprint of the key file that the store is bound to.
    pub async fn bound_key_file(&self) -> Result<Option<Sha256Digest>, StoreError> {
        self.with_retry(|| async { metadata::bound_key_file(&mut self.read().await?).await }).await
    }

    /// `None` if the photo never existed.
    pub async fn remaining_data(&self, photo_id: PhotoId) -> Result<Option<RemainingData>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let row = connection
                .query(AssertSqlSafe(format!(
                    "SELECT {TRACKED_PHOTO}, c.device_id AS collected_by,
                            (SELECT count(*) FROM frames f WHERE f.photo_id = p.photo_id) AS pictures
                     FROM {TRACKED_PHOTO_SOURCE} WHERE p.photo_id = $1"
                )))
                .bind(params![photo_id])
                .fetch_optional()
                .await?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(RemainingData {
                photo: tracked_photo(&row)?,
                collected_by: row.get("collected_by")?,
                has_envelope: row.get::<u64>("pictures")? > 0,
                has_lookup_id: row_mapping::lookup_id(&row)?.is_some(),
                last_swept_at: metadata::timestamp_on(&mut connection, metadata::LAST_SWEPT_AT).await?,
            }))
        })
        .await
    }
}

/// Key of the last row before the next page; without an identifier the empty text, which sorts before every identifier.
fn after_key(after: Option<impl ToString>) -> String {
    after.map_or_else(String::new, |after| after.to_string())
}

fn unerased_photo(row: &DatabaseRow) -> Result<UnerasedPhoto, StoreError> {
    let envelope = match row.get::<Option<Vec<u8>>>("frame")? {
        None => None,
        Some(envelope) => {
            Some(StoredEnvelope { sealed: StoredPhoto::from_store(envelope), sha256: row.get("sha256")? })
        }
    };
    Ok(UnerasedPhoto { photo: tracked_photo(row)?, latest_id: row.get("latest_id")?, envelope })
}

fn inspected_collection(row: &DatabaseRow) -> Result<InspectedCollection, StoreError> {
    let photo = match row.get("photo_state")? {
        None => None,
        Some(state) => Some((state, row.get("latest_id")?)),
    };
    Ok(InspectedCollection {
        collection_id: row.get("collection_id")?,
        is_open: row.get::<CollectionState>("state")? == CollectionState::Leased,
        photo_id: row.get("photo_id")?,
        photo,
    })
}
