//! Devices that are revoked or suspended during a request, whose body can take minutes to arrive.

use crate::domain::id::DeviceId;
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::CutOff;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::values::params;

/// Returns the reason why the device has lost its access; otherwise it keeps its access until the transaction ends.
pub(in crate::storage::sql) async fn find_cut_off(
    transaction: &mut WriteTransaction,
    device_id: DeviceId,
) -> Result<Option<CutOff>, StoreError> {
    transaction.lock(Lock::DeviceStatus(device_id)).await?;
    read_cut_off(transaction, device_id).await
}

/// Returns the reason why the device has lost its access at this moment.
pub(in crate::storage::sql) async fn read_cut_off(
    connection: &mut StoreConnection,
    device_id: DeviceId,
) -> Result<Option<CutOff>, StoreError> {
    let row = connection
        .query(
            "SELECT d.revoked_at, p.suspended, p.role FROM devices d JOIN parties p ON p.party_id = d.party_id
             WHERE d.device_id = $1",
        )
        .bind(params![device_id])
        .fetch_optional()
        .await?
        .ok_or_else(|| StoreError::Damaged("a device that was just admitted is gone".into()))?;
    Ok(match (row.get("revoked_at")?, row.get("suspended")?) {
        (Some(at), _) => Some(CutOff::Revoked { at }),
        (None, true) => Some(CutOff::Suspended { role: row.get("role")? }),
        (None, false) => None,
    })
}
