//! Keys that another device has or had: they are certified and bound no more. Else a device that was cut off could go on as another one;
//! and whoever has an honest device's certificate request could register its key, and have that device cut off with the own one.

use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;

/// Reports whether a device other than `device_id` has or had this key, be it revoked or not. Certificates from before the column for
/// their key have none; the invitations that led to them tell it.
pub(super) async fn is_reused_on(
    connection: &mut StoreConnection,
    key: &Sha256Digest,
    device_id: Option<DeviceId>,
) -> Result<bool, StoreError> {
    let row = connection
        .query(
            "SELECT 1 FROM (SELECT device_id FROM certificates WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM bound_keys WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM invitations
                            WHERE spki_sha256 = $1 AND spent_at IS NOT NULL) k
             WHERE k.device_id <> $2 LIMIT 1",
        )
        .bind(key.as_bytes().as_slice())
        .bind(device_id.map_or_else(String::new, |device_id| device_id.to_string()))
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Reports, by itself, whether any device has or had this key.
pub(in crate::storage::sql) async fn is_known(store: &SqlStore, key: &Sha256Digest) -> Result<bool, StoreError> {
    is_reused_on(&mut store.read().await?, key, None).await
}

/// Refuses a key that a device other than `device_id` has or had.
pub(super) async fn refuse_reused(
    connection: &mut StoreConnection,
    key: Option<&Sha256Digest>,
    device_id: DeviceId,
) -> Result<(), StoreError> {
    match key {
        Some(key) if is_reused_on(connection, key, Some(device_id)).await? => Err(StoreError::KeyReused),
        _ => Ok(()),
    }
}
