//! Collections for the pages of the desk, with the device that began them and the state at the asking device.

use std::ops::Range;

use sqlx::AssertSqlSafe;

use super::collection_devices::{handed_over_at_on, has_other_device_on, has_shown_code_on};
use super::row_mapping::{COLLECTION, collection};
use super::{collections, photos};
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId, PartyId};
use crate::domain::party::device_name::device_label;
use crate::storage::collection_requests::{CollectionAtDevice, ListedCollection};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};

impl SqlStore {
    /// One collection of an office with its state at one device.
    pub async fn collection_at_device(
        &self,
        office: PartyId,
        device_id: DeviceId,
        collection_id: CollectionId,
    ) -> Result<Option<CollectionAtDevice>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let collection = collections::find_on(&mut connection, collection_id, office).await?;
            let Some(collection) = collection else { return Ok(None) };
            let photo = photos::of_collection(&mut connection, &collection).await?;
            let row = connection
                .query(
                    "SELECT d.label, d.device_id FROM collections c JOIN devices d ON d.device_id = c.device_id
                     WHERE c.collection_id = $1",
                )
                .bind(params![collection_id])
                .fetch_one()
                .await?;
            Ok(Some(CollectionAtDevice {
                photo: photo.record,
                begun_at_device: begun_at_device(&row)?,
                has_other_counter: has_other_device_on(&mut connection, collection_id, device_id).await?,
                has_shown_code: has_shown_code_on(&mut connection, collection_id, device_id).await?,
                handed_over_at: handed_over_at_on(&mut connection, collection_id, device_id).await?,
                collection,
            }))
        })
        .await
    }

    /// The collections of an office that are open at `now`, of any day, after `after`, newest first.
    pub async fn open_collections(
        &self,
        office: PartyId,
        now: Timestamp,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {COLLECTION}, d.label, d.device_id
                     FROM collections c JOIN devices d ON d.device_id = c.device_id
                     WHERE c.office_id = $1 AND c.collection_id < $2 AND c.state = 'leased'
                         AND coalesce(c.settle_due, c.lease_until) > $3
                     ORDER BY c.collection_id DESC LIMIT $4"
                )))
                .bind(params![office, behind(after), now, limit])
                .fetch_all_as(listed)
                .await
        })
        .await
    }

    /// The collections of an office that ended in `ended`, after `after`, latest end first. The end is the settlement,
    /// or the time at which a lease or a deadline ended, whether or not a sweep has run since.
    pub async fn ended_collections(
        &self,
        office: PartyId,
        ended: Range<Timestamp>,
        after: Option<CollectionId>,
        limit: u32,
    ) -> Result<Vec<ListedCollection>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let (mut last_end, mut behind) = (i64::MAX, behind(None));
            if let Some(after) = after {
                let found = collections::find_on(&mut connection, after, office).await?;
                let Some(found) = found else { return Ok(Vec::new()) };
                let end = found.settled_at.or(found.settle_due).unwrap_or(found.lease_until);
                (last_end, behind) = (end.unix_milliseconds(), after.to_string());
            }
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {COLLECTION}, d.label, d.device_id
                     FROM collections c JOIN devices d ON d.device_id = c.device_id
                     WHERE c.office_id = $1 AND coalesce(c.settled_at, c.settle_due, c.lease_until) >= $2
                         AND coalesce(c.settled_at, c.settle_due, c.lease_until) <= $3
                         AND (coalesce(c.settled_at, c.settle_due, c.lease_until) < $3 OR c.collection_id < $4)
                         AND (c.state <> 'leased' OR coalesce(c.settle_due, c.lease_until) <= $5)
                     ORDER BY coalesce(c.settled_at, c.settle_due, c.lease_until) DESC, c.collection_id DESC LIMIT $6"
                )))
                .bind(params![office, ended.start, last_end, behind, ended.end, limit])
                .fetch_all_as(listed)
                .await
        })
        .await
    }
}

/// Text that sorts after the collections of the next page; without `after`, after every identifier.
fn behind(after: Option<CollectionId>) -> String {
    after.map_or_else(|| "~".to_owned(), |after| after.to_string())
}

fn listed(row: &DatabaseRow) -> Result<ListedCollection, StoreError> {
    Ok(ListedCollection { collection: collection(row, "")?, begun_at_device: begun_at_device(row)? })
}

fn begun_at_device(row: &DatabaseRow) -> Result<String, StoreError> {
    Ok(device_label(&row.get::<String>("label")?, row.get("device_id")?))
}
