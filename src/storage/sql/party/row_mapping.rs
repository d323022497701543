//! Rows of parties and devices to records.

use crate::domain::party::{Device, Party};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::columns::{optional_timestamp, parse_column, parse_optional_column, timestamp};
use crate::storage::sql::engine::statement::DatabaseRow;

/// The columns that [`party`] reads: a party `p`. Every statement names its columns: a running node's statements would fail on a
/// server as soon as a newer node adds one to what `*` stands for.
pub(in crate::storage::sql) const PARTY: &str = "p.party_id, p.role, p.name, p.place, p.suspended, p.created_at";

pub(in crate::storage::sql) fn party(row: &DatabaseRow) -> Result<Party, StoreError> {
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
pub(in crate::storage::sql) fn device(row: &DatabaseRow) -> Result<Device, StoreError> {
    Ok(Device {
        device_id: parse_column(row, "device_id")?,
        party_id: parse_column(row, "party_id")?,
        label: row.try_get("label")?,
        scope: parse_column(row, "duty")?,
        kind: parse_optional_column(row, "kind")?,
        created_at: timestamp(row, "device_created_at")?,
        revoked_at: optional_timestamp(row, "revoked_at")?,
        certificate_expires_at: optional_timestamp(row, "certificate_expires_at")?,
    })
}
