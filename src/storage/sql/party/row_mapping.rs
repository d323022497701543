//! Conversion of rows of parties and devices to records.

use crate::domain::party::{Device, Party};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::values::DatabaseRow;

/// Columns of a party `p` for [`party`]. Every statement names its columns: prepared statements of a running node would
/// fail as soon as a newer node adds a column to `*`.
pub(in crate::storage::sql) const PARTY: &str = "p.party_id, p.role, p.name, p.place, p.suspended, p.created_at";

pub(in crate::storage::sql) fn party(row: &DatabaseRow) -> Result<Party, StoreError> {
    Ok(Party {
        party_id: row.get("party_id")?,
        role: row.get("role")?,
        name: row.get("name")?,
        place: row.get("place")?,
        suspended: row.get("suspended")?,
        created_at: row.get("created_at")?,
    })
}

/// Reads a device from a row with its party; `device_created_at` distinguishes their common column.
pub(in crate::storage::sql) fn device(row: &DatabaseRow) -> Result<Device, StoreError> {
    Ok(Device {
        device_id: row.get("device_id")?,
        party_id: row.get("party_id")?,
        label: row.get("label")?,
        scope: row.get("duty")?,
        kind: row.get("kind")?,
        created_at: row.get("device_created_at")?,
        revoked_at: row.get("revoked_at")?,
        certificate_expires_at: row.get("certificate_expires_at")?,
    })
}
