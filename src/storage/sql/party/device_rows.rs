//! Insertion of a device's row, whichever way its certificate comes.

use crate::domain::log::reconciliation::row::RowId;
use crate::domain::party::Device;
use crate::domain::party::device_kind::DeviceKind;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::WriteTransaction;

pub(super) async fn insert(transaction: &mut WriteTransaction, device: &Device) -> Result<(), StoreError> {
    transaction.mark_changed(RowId::Device(device.device_id));
    transaction
        .query(
            "INSERT INTO devices (device_id, party_id, label, created_at, duty, kind) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(device.device_id.to_string())
        .bind(device.party_id.to_string())
        .bind(device.label.as_str())
        .bind(device.created_at.unix_milliseconds())
        .bind(device.scope.name())
        .bind(device.kind.map(DeviceKind::name))
        .execute()
        .await?;
    Ok(())
}
