//! Devices that have shown the code of a collection.

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId};
use crate::domain::log::reconciliation::row::RowId;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;

/// Notes that a device has shown the code; `false`, and nothing is written, when it did before. The caller adds the row of the log.
pub(super) async fn note_code_shown(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    device_id: DeviceId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let inserted = transaction
        .query(
            "INSERT INTO collection_devices (collection_id, device_id, code_shown_at) VALUES ($1, $2, $3)
             ON CONFLICT (collection_id, device_id) DO NOTHING",
        )
        .bind(collection_id.to_string())
        .bind(device_id.to_string())
        .bind(at.unix_milliseconds())
        .execute()
        .await?;
    if inserted > 0 {
        transaction.mark_changed(RowId::CollectionDevice(collection_id, device_id));
    }
    Ok(inserted > 0)
}

/// Of a lease that is older than the table, the device that made it has shown the code.
pub(super) async fn has_shown_code_on(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
    device_id: DeviceId,
) -> Result<bool, StoreError> {
    let row = connection
        .query(
            "SELECT 1 FROM collection_devices WHERE collection_id = $1 AND device_id = $2
             UNION ALL SELECT 1 FROM collections WHERE collection_id = $1 AND device_id = $2",
        )
        .bind(collection_id.to_string())
        .bind(device_id.to_string())
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// The same, by itself.
pub(in crate::storage::sql) async fn has_shown_code(
    store: &SqlStore,
    collection_id: CollectionId,
    device_id: DeviceId,
) -> Result<bool, StoreError> {
    has_shown_code_on(&mut store.read().await?, collection_id, device_id).await
}
