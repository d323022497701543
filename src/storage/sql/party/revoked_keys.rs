//! Keys that a revoked device has or had: they are certified and bound no more.

use crate::domain::digest::Sha256Digest;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;

/// Certificates from before the column for their key have none; the invitations that led to them tell it.
pub(super) async fn is_revoked_on(connection: &mut StoreConnection, key: &Sha256Digest) -> Result<bool, StoreError> {
    let row = connection
        .query(
            "SELECT 1 FROM (SELECT device_id FROM certificates WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM bound_keys WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM invitations
                            WHERE spki_sha256 = $1 AND spent_at IS NOT NULL) k
             WHERE (SELECT d.revoked_at FROM devices d WHERE d.device_id = k.device_id) IS NOT NULL LIMIT 1",
        )
        .bind(key.as_bytes().as_slice())
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// The same, by itself.
pub(in crate::storage::sql) async fn is_revoked(store: &SqlStore, key: &Sha256Digest) -> Result<bool, StoreError> {
    is_revoked_on(&mut store.read().await?, key).await
}

/// Refuses a key that was revoked.
pub(super) async fn refuse_revoked(
    connection: &mut StoreConnection,
    key: Option<&Sha256Digest>,
) -> Result<(), StoreError> {
    match key {
        Some(key) if is_revoked_on(connection, key).await? => Err(StoreError::KeyRevoked),
        _ => Ok(()),
    }
}
