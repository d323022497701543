//! Rows to records. What cannot be read was not written by this program and is reported as damage.

use std::str::FromStr;

use super::statement::DatabaseRow;

use crate::clock::Timestamp;
use crate::domain::check::finding::Finding;
use crate::domain::code::lookup::{LookupId, TombstoneId};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainRow;
use crate::domain::log::reconciliation::row::AuditedValue;
use crate::domain::log::reconciliation::table::{AuditedColumnType, AuditedTable};
use crate::domain::party::{Device, Party};
use crate::domain::photo::collection::{CollectionRecord, Refusal, RefusalReason};
use crate::domain::photo::{PhotoFacts, PhotoRecord};
use crate::storage::error::StoreError;
use crate::storage::requests::TrackedPhoto;

/// The columns that [`tracked_photo`] reads: a photo `p` and its latest collection `c`.
pub(crate) const TRACKED_PHOTO: &str = "
    p.photo_id, p.studio_id, p.device_id, p.epoch, p.state, p.kept, p.width, p.height, p.bytes, p.profile, p.findings,
    p.deposited_at, p.expires_at, p.settled_at, p.refusal_reason, p.refusal_note, p.lookup_id, p.tombstone_id, p.held_back_since,
    c.collection_id AS c_collection_id, c.photo_id AS c_photo_id, c.office_id AS c_office_id, c.state AS c_state,
    c.leased_at AS c_leased_at, c.lease_until AS c_lease_until, c.handed_over_at AS c_handed_over_at,
    c.settle_due AS c_settle_due, c.settled_at AS c_settled_at, c.kept_until AS c_kept_until";

/// Where those columns come from.
pub(crate) const TRACKED_PHOTO_SOURCE: &str = "photos p LEFT JOIN collections c ON c.collection_id = p.collection_id";

/// The columns that [`party`] reads: a party `p`. Every statement names its columns: a running node's statements would fail on a
/// server as soon as a newer node adds one to what `*` stands for.
pub(crate) const PARTY: &str = "p.party_id, p.role, p.name, p.place, p.suspended, p.created_at";

/// The columns that [`collection`] reads with an empty prefix: a collection `c`.
pub(crate) const COLLECTION: &str = "
    c.collection_id, c.photo_id, c.office_id, c.state, c.leased_at, c.lease_until, c.handed_over_at, c.settle_due,
    c.settled_at, c.kept_until";

pub(crate) fn tracked_photo(row: &DatabaseRow) -> Result<TrackedPhoto, StoreError> {
    let latest = match row.try_get::<Option<String>>("c_collection_id")? {
        None => None,
        Some(_) => Some(collection(row, "c_")?),
    };
    Ok(TrackedPhoto { record: photo(row)?, latest, quarantined_since: optional_timestamp(row, "held_back_since")? })
}

fn photo(row: &DatabaseRow) -> Result<PhotoRecord, StoreError> {
    let refusal = match row.try_get::<Option<String>>("refusal_reason")? {
        None => None,
        Some(reason) => {
            let reason = serde_json::from_value::<RefusalReason>(reason.into())
                .map_err(|error| StoreError::Damaged(format!("photos.refusal_reason: {error}")))?;
            Some(Refusal { reason, note: row.try_get("refusal_note")? })
        }
    };
    let findings: String = row.try_get("findings")?;
    let findings =
        Finding::parse_stored(&findings).map_err(|error| StoreError::Damaged(format!("photos.findings: {error}")))?;
    Ok(PhotoRecord {
        photo_id: parse_column(row, "photo_id")?,
        studio_id: parse_column(row, "studio_id")?,
        device_id: parse_column(row, "device_id")?,
        epoch: row.number("epoch")?,
        state: parse_column(row, "state")?,
        kept: row.try_get("kept")?,
        facts: PhotoFacts {
            width: row.number("width")?,
            height: row.number("height")?,
            bytes: row.number("bytes")?,
            profile: row.try_get("profile")?,
            findings,
        },
        deposited_at: timestamp(row, "deposited_at")?,
        expires_at: timestamp(row, "expires_at")?,
        settled_at: optional_timestamp(row, "settled_at")?,
        refusal,
    })
}

/// Reads a collection's columns, each with `prefix` before its name.
pub(crate) fn collection(row: &DatabaseRow, prefix: &str) -> Result<CollectionRecord, StoreError> {
    let column = |name: &str| format!("{prefix}{name}");
    Ok(CollectionRecord {
        collection_id: parse_column(row, &column("collection_id"))?,
        photo_id: parse_column(row, &column("photo_id"))?,
        office_id: parse_column(row, &column("office_id"))?,
        state: parse_column(row, &column("state"))?,
        leased_at: timestamp(row, &column("leased_at"))?,
        lease_until: timestamp(row, &column("lease_until"))?,
        handed_over_at: optional_timestamp(row, &column("handed_over_at"))?,
        settle_due: optional_timestamp(row, &column("settle_due"))?,
        settled_at: optional_timestamp(row, &column("settled_at"))?,
        kept_until: optional_timestamp(row, &column("kept_until"))?,
    })
}

/// The tombstone id of a photo, whether or not it has been erased.
pub(crate) fn tombstone_id(row: &DatabaseRow) -> Result<TombstoneId, StoreError> {
    match lookup_id(row)? {
        Some(lookup_id) => Ok(lookup_id.tombstone()),
        None => Ok(TombstoneId::from_bytes(bytes32(row, "tombstone_id")?)),
    }
}

pub(crate) fn lookup_id(row: &DatabaseRow) -> Result<Option<LookupId>, StoreError> {
    Ok(optional_bytes32(row, "lookup_id")?.map(LookupId::from_bytes))
}

pub(crate) fn party(row: &DatabaseRow) -> Result<Party, StoreError> {
    Ok(Party {
        party_id: parse_column(row, "party_id")?,
        role: parse_column(row, "role")?,
        name: row.try_get("name")?,
        place: row.try_get("place")?,
        suspended: row.try_get("suspended")?,
        created_at: timestamp(row, "created_at")?,
    })
}

/// Reads a device beside its party, hence the prefixes on what both have.
pub(crate) fn device(row: &DatabaseRow) -> Result<Device, StoreError> {
    Ok(Device {
        device_id: parse_column(row, "device_id")?,
        party_id: parse_column(row, "party_id")?,
        label: row.try_get("label")?,
        duty: parse_column(row, "duty")?,
        created_at: timestamp(row, "device_created_at")?,
        revoked_at: optional_timestamp(row, "revoked_at")?,
        certificate_expires_at: optional_timestamp(row, "certificate_expires_at")?,
    })
}

/// The values of a row that was read with all columns of its table.
pub(crate) fn column_values(row: &DatabaseRow, table: AuditedTable) -> Result<Vec<AuditedValue>, StoreError> {
    let value = |name: &str, kind| {
        Ok(match kind {
            AuditedColumnType::Text => {
                row.try_get::<Option<String>>(name)?.map_or(AuditedValue::Null, AuditedValue::Text)
            }
            AuditedColumnType::Number => {
                row.try_get::<Option<i64>>(name)?.map_or(AuditedValue::Null, AuditedValue::Number)
            }
            AuditedColumnType::Bytes => {
                row.try_get::<Option<Vec<u8>>>(name)?.map_or(AuditedValue::Null, AuditedValue::Bytes)
            }
            AuditedColumnType::Truth => {
                row.try_get::<Option<bool>>(name)?.map_or(AuditedValue::Null, AuditedValue::Truth)
            }
        })
    };
    table.columns().iter().map(|column| value(column.name, column.kind)).collect()
}

/// A row of the transfer log with all of its columns.
pub(crate) fn chain_row(row: &DatabaseRow) -> Result<ChainRow, StoreError> {
    Ok(ChainRow {
        sequence: row.try_get("sequence")?,
        at: timestamp(row, "at")?,
        actor: row.try_get("actor")?,
        event: row.try_get("event")?,
        subject: row.try_get("subject")?,
        details: row.try_get("details")?,
        prev: Sha256Digest::from_bytes(bytes32(row, "prev")?),
        sha256: Sha256Digest::from_bytes(bytes32(row, "sha256")?),
    })
}

pub(crate) fn parse_column<T: FromStr>(row: &DatabaseRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Damaged(format!("column {column}: unexpected value")))
}

pub(crate) fn parse_optional_column<T: FromStr>(row: &DatabaseRow, column: &str) -> Result<Option<T>, StoreError> {
    match row.try_get::<Option<String>>(column)? {
        None => Ok(None),
        Some(text) => {
            let parsed = text.parse().map_err(|_| StoreError::Damaged(format!("column {column}: unexpected value")))?;
            Ok(Some(parsed))
        }
    }
}

pub(crate) fn timestamp(row: &DatabaseRow, column: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_unix_milliseconds(row.try_get(column)?))
}

pub(crate) fn optional_timestamp(row: &DatabaseRow, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.try_get::<Option<i64>>(column)?.map(Timestamp::from_unix_milliseconds))
}

pub(crate) fn bytes32(row: &DatabaseRow, column: &str) -> Result<[u8; 32], StoreError> {
    optional_bytes32(row, column)?.ok_or_else(|| StoreError::Damaged(format!("column {column}: nothing")))
}

pub(crate) fn optional_bytes32(row: &DatabaseRow, column: &str) -> Result<Option<[u8; 32]>, StoreError> {
    let Some(bytes) = row.try_get::<Option<Vec<u8>>>(column)? else { return Ok(None) };
    let bytes = bytes.try_into().map_err(|_| StoreError::Damaged(format!("column {column}: not 32 bytes")))?;
    Ok(Some(bytes))
}
