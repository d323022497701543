//! Photos of a studio, and their envelopes.

use std::cmp::Reverse;

use sqlx::AssertSqlSafe;

use super::row_mapping::{TRACKED_PHOTO, TRACKED_PHOTO_SOURCE, tombstone_id, tracked_photo};
use crate::clock::Timestamp;
use crate::domain::code::lookup::TombstoneId;
use crate::domain::id::{PartyId, PhotoId};
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::{PhotoState, StoredPhoto, availability};
use crate::storage::error::StoreError;
use crate::storage::requests::{PhotoPage, PhotoQuery, TrackedPhoto};
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

/// Limit of reads for one page, which bounds the cost of a request: 2,000 photos at 200 rows each.
const READS_PER_PAGE: u32 = 10;

impl SqlStore {
    pub async fn photo(&self, studio: PartyId, photo_id: PhotoId) -> Result<Option<TrackedPhoto>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let photo = find_on(&mut connection, photo_id).await?;
            Ok(photo.filter(|photo| photo.record.studio_id == studio))
        })
        .await
    }

    /// The photos of a studio after the cursor of the query, newest first. A page may be short or empty although it is
    /// not the last, because the work for one page is bounded.
    pub async fn photos(&self, studio: PartyId, query: PhotoQuery) -> Result<PhotoPage, StoreError> {
        self.with_retry(|| async {
            let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
            let mut photos = Vec::new();
            let mut after = query.after;
            // The visible state depends on the clock, so SQL only excludes rows that cannot match; reads continue until
            // the page is full or their number is used up.
            let rows_per_read = if query.state.is_some() { query.limit.max(ROWS_PER_READ) } else { query.limit };
            for _ in 0..READS_PER_PAGE {
                let rows = page(self, studio, PhotoQuery { after, limit: rows_per_read, ..query }).await?;
                let exhausted = rows.len() < usize::try_from(rows_per_read).unwrap_or(usize::MAX);
                for photo in rows {
                    after = Some(photo.record.photo_id);
                    let state = availability::visible_state(&photo.record, photo.latest.as_ref(), query.now);
                    if query.state.is_none_or(|wanted| wanted == state) {
                        photos.push(photo);
                    }
                    if photos.len() == limit {
                        return Ok(PhotoPage { photos, next_after: after });
                    }
                }
                if exhausted {
                    return Ok(PhotoPage { photos, next_after: None });
                }
            }
            Ok(PhotoPage { photos, next_after: after })
        })
        .await
    }

    /// `None` once the photo is erased.
    pub async fn sealed_photo(&self, photo_id: PhotoId) -> Result<Option<StoredPhoto>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let frame = connection.query("SELECT frame FROM frames WHERE photo_id = $1").bind(params![photo_id]);
            frame.fetch_optional_as(|row| Ok(StoredPhoto::from_store(row.get("frame")?))).await
        })
        .await
    }

    /// Oldest epoch of the photos that are not erased.
    pub async fn oldest_epoch_in_use(&self) -> Result<Option<u32>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let oldest = connection.query("SELECT min(epoch) AS oldest FROM photos WHERE lookup_id IS NOT NULL");
            oldest.fetch_one().await?.get("oldest")
        })
        .await
    }
}

pub(in crate::storage::sql) async fn find_on(
    connection: &mut StoreConnection,
    photo_id: PhotoId,
) -> Result<Option<TrackedPhoto>, StoreError> {
    connection
        .query(AssertSqlSafe(format!("SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE} WHERE p.photo_id = $1")))
        .bind(params![photo_id])
        .fetch_optional_as(tracked_photo)
        .await
}

pub(super) async fn of_collection(
    connection: &mut StoreConnection,
    collection: &CollectionRecord,
) -> Result<TrackedPhoto, StoreError> {
    let photo = find_on(connection, collection.photo_id).await?;
    photo.ok_or_else(|| StoreError::Damaged(format!("collection {} has no photo", collection.collection_id)))
}

/// Rows per read if most of them may not match: one query per row would take minutes.
const ROWS_PER_READ: u32 = 200;

/// Reads the next rows of a studio for each stored state that can match, through an index by state, so that a rare
/// state is not searched among all photos.
async fn page(store: &SqlStore, studio: PartyId, query: PhotoQuery) -> Result<Vec<TrackedPhoto>, StoreError> {
    // Sorts after every identifier.
    let after = query.after.map_or_else(|| "~".to_owned(), |after| after.to_string());
    let Some(state) = query.state else {
        let mut connection = store.read().await?;
        return connection
            .query(AssertSqlSafe(format!(
                "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE}
                 WHERE p.studio_id = $1 AND p.photo_id < $2 ORDER BY p.photo_id DESC LIMIT $3"
            )))
            .bind(params![studio, after, query.limit])
            .fetch_all_as(tracked_photo)
            .await;
    };
    let mut photos = Vec::new();
    for state in availability::stored_states(state) {
        photos.extend(page_of_state(store, studio, *state, &after, query.limit).await?);
    }
    photos.sort_by_key(|photo| Reverse(photo.record.photo_id));
    photos.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(photos)
}

async fn page_of_state(
    store: &SqlStore,
    studio: PartyId,
    state: PhotoState,
    after: &str,
    limit: u32,
) -> Result<Vec<TrackedPhoto>, StoreError> {
    let mut connection = store.read().await?;
    connection
        .query(AssertSqlSafe(format!(
            "SELECT {TRACKED_PHOTO} FROM {TRACKED_PHOTO_SOURCE}
             WHERE p.studio_id = $1 AND p.state = $2 AND p.photo_id < $3 ORDER BY p.photo_id DESC LIMIT $4"
        )))
        .bind(params![studio, state, after, limit])
        .fetch_all_as(tracked_photo)
        .await
}

/// Studio of a photo, erased or not.
pub(super) async fn studio_of(connection: &mut StoreConnection, photo_id: PhotoId) -> Result<PartyId, StoreError> {
    let photo = connection.query("SELECT studio_id FROM photos WHERE photo_id = $1").bind(params![photo_id]);
    photo.fetch_one().await?.get("studio_id")
}

/// Tombstone id of a photo, erased or not.
pub(super) async fn tombstone_of(
    connection: &mut StoreConnection,
    photo_id: PhotoId,
) -> Result<TombstoneId, StoreError> {
    let row = connection
        .query("SELECT lookup_id, tombstone_id FROM photos WHERE photo_id = $1")
        .bind(params![photo_id])
        .fetch_one()
        .await?;
    tombstone_id(&row)
}

/// Erases a photo: deletes the envelope and the lookup id, and keeps the tombstone.
pub(in crate::storage::sql) async fn erase(
    connection: &mut StoreConnection,
    photo_id: PhotoId,
    state: PhotoState,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection.query("DELETE FROM frames WHERE photo_id = $1").bind(params![photo_id]).execute().await?;
    let tombstone_id = tombstone_of(connection, photo_id).await?;
    connection
        .query("UPDATE photos SET state = $1, lookup_id = NULL, tombstone_id = $2, settled_at = $3 WHERE photo_id = $4")
        .bind(params![state, tombstone_id, at, photo_id])
        .execute()
        .await?;
    Ok(())
}
