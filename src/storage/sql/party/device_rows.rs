//! Insertion of devices.

use crate::domain::log::reconciliation::row::RowId;
use crate::domain::party::Device;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::WriteTransaction;
use crate::storage::sql::engine::values::params;

pub(super) async fn insert(transaction: &mut WriteTransaction, device: &Device) -> Result<(), StoreError> {
    transaction.mark_changed(RowId::Device(device.device_id));
    transaction
        .query(
            "INSERT INTO devices (device_id, party_id, label, created_at, duty, kind) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(params![device.device_id, device.party_id, device.label, device.created_at, device.scope, device.kind])
        .execute()
        .await?;
    Ok(())
}
