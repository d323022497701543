//! Conversion of rows of photos and collections to records.

use crate::domain::check::finding::Finding;
use crate::domain::code::lookup::{LookupId, TombstoneId};
use crate::domain::photo::collection::{CollectionRecord, Refusal, RefusalReason};
use crate::domain::photo::{PhotoFacts, PhotoRecord};
use crate::storage::error::StoreError;
use crate::storage::requests::TrackedPhoto;
use crate::storage::sql::engine::values::DatabaseRow;

/// Columns of a photo `p` and its latest collection `c` for [`tracked_photo`].
pub(in crate::storage::sql) const TRACKED_PHOTO: &str = "
    p.photo_id, p.studio_id, p.device_id, p.epoch, p.state, p.kept, p.width, p.height, p.bytes, p.profile, p.findings,
    p.deposited_at, p.expires_at, p.settled_at, p.refusal_reason, p.refusal_note, p.lookup_id, p.tombstone_id, p.held_back_since,
    p.refusal_seen,
    c.collection_id AS c_collection_id, c.photo_id AS c_photo_id, c.office_id AS c_office_id, c.state AS c_state,
    c.leased_at AS c_leased_at, c.lease_until AS c_lease_until, c.handed_over_at AS c_handed_over_at,
    c.settle_due AS c_settle_due, c.settled_at AS c_settled_at, c.kept_until AS c_kept_until";

pub(in crate::storage::sql) const TRACKED_PHOTO_SOURCE: &str =
    "photos p LEFT JOIN collections c ON c.collection_id = p.collection_id";

/// Columns of a collection `c` for [`collection`] without a prefix.
pub(in crate::storage::sql) const COLLECTION: &str = "
    c.collection_id, c.photo_id, c.office_id, c.state, c.leased_at, c.lease_until, c.handed_over_at, c.settle_due,
    c.settled_at, c.kept_until";

pub(in crate::storage::sql) fn tracked_photo(row: &DatabaseRow) -> Result<TrackedPhoto, StoreError> {
    let latest = match row.get::<Option<String>>("c_collection_id")? {
        None => None,
        Some(_) => Some(collection(row, "c_")?),
    };
    Ok(TrackedPhoto {
        record: photo(row)?,
        latest,
        quarantined_since: row.get("held_back_since")?,
        is_refusal_seen: row.get("refusal_seen")?,
    })
}

fn photo(row: &DatabaseRow) -> Result<PhotoRecord, StoreError> {
    let refusal = match row.get::<Option<String>>("refusal_reason")? {
        None => None,
        Some(reason) => {
            let reason = serde_json::from_value::<RefusalReason>(reason.into())
                .map_err(|error| StoreError::Damaged(format!("photos.refusal_reason: {error}")))?;
            Some(Refusal { reason, note: row.get("refusal_note")? })
        }
    };
    let findings: String = row.get("findings")?;
    let findings =
        Finding::parse_stored(&findings).map_err(|error| StoreError::Damaged(format!("photos.findings: {error}")))?;
    Ok(PhotoRecord {
        photo_id: row.get("photo_id")?,
        studio_id: row.get("studio_id")?,
        device_id: row.get("device_id")?,
        epoch: row.get("epoch")?,
        state: row.get("state")?,
        kept: row.get("kept")?,
        facts: PhotoFacts {
            width: row.get("width")?,
            height: row.get("height")?,
            bytes: row.get("bytes")?,
            profile: row.get("profile")?,
            findings,
        },
        deposited_at: row.get("deposited_at")?,
        expires_at: row.get("expires_at")?,
        settled_at: row.get("settled_at")?,
        refusal,
    })
}

/// Reads a collection from columns with `prefix` before their names.
pub(in crate::storage::sql) fn collection(row: &DatabaseRow, prefix: &str) -> Result<CollectionRecord, StoreError> {
    let column = |name: &str| format!("{prefix}{name}");
    Ok(CollectionRecord {
        collection_id: row.get(&column("collection_id"))?,
        photo_id: row.get(&column("photo_id"))?,
        office_id: row.get(&column("office_id"))?,
        state: row.get(&column("state"))?,
        leased_at: row.get(&column("leased_at"))?,
        lease_until: row.get(&column("lease_until"))?,
        handed_over_at: row.get(&column("handed_over_at"))?,
        settle_due: row.get(&column("settle_due"))?,
        settled_at: row.get(&column("settled_at"))?,
        kept_until: row.get(&column("kept_until"))?,
    })
}

/// Tombstone id of a photo, erased or not.
pub(in crate::storage::sql) fn tombstone_id(row: &DatabaseRow) -> Result<TombstoneId, StoreError> {
    match lookup_id(row)? {
        Some(lookup_id) => Ok(lookup_id.tombstone()),
        None => row.get("tombstone_id"),
    }
}

pub(in crate::storage::sql) fn lookup_id(row: &DatabaseRow) -> Result<Option<LookupId>, StoreError> {
    row.get("lookup_id")
}
