//! Keys that another device has or had: they are certified and bound no more. Else a device that was cut off could go on as another one;
//! and whoever has an honest device's certificate request could register its key, and have that device cut off with the own one.

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Tells if a device is known to have or have had the key: such a key is certified and bound for no other. Not known are keys of
    /// certificates from before they were written down, unless an invitation led to them. Asked beforehand; every operation that gives a
    /// key to a device asks again.
    pub async fn is_key_known(&self, key: &Sha256Digest) -> Result<bool, StoreError> {
        self.with_retry(|| async { is_reused_on(&mut self.read().await?, key, None, None).await }).await
    }
}

/// Reports whether a device other than `device_id` has or had this key, be it revoked or not. Certificates from before the column for
/// their key have none; the invitations that led to them tell it. Devices of `same_party` that are not revoked do not count: where another
/// authority renewed a certificate with its key, a further device is bound to the new one.
pub(super) async fn is_reused_on(
    connection: &mut StoreConnection,
    key: &Sha256Digest,
    device_id: Option<DeviceId>,
    same_party: Option<PartyId>,
) -> Result<bool, StoreError> {
    let row = connection
        .query(
            "SELECT 1 FROM (SELECT device_id FROM certificates WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM bound_keys WHERE spki_sha256 = $1
                            UNION ALL SELECT device_id FROM invitations
                            WHERE spki_sha256 = $1 AND spent_at IS NOT NULL) k
             WHERE k.device_id <> $2
               AND NOT EXISTS (SELECT 1 FROM devices d
                               WHERE d.device_id = k.device_id AND d.party_id = $3 AND d.revoked_at IS NULL) LIMIT 1",
        )
        .bind(params![
            key,
            device_id.map_or_else(String::new, |device_id| device_id.to_string()),
            same_party.map_or_else(String::new, |party_id| party_id.to_string())
        ])
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Refuses a key that a device other than `device_id` has or had, `same_party` excepted as above; no other node gives it to a device
/// until this transaction ends.
pub(super) async fn refuse_reused(
    transaction: &mut WriteTransaction,
    key: Option<&Sha256Digest>,
    device_id: DeviceId,
    same_party: Option<PartyId>,
) -> Result<(), StoreError> {
    let Some(key) = key else { return Ok(()) };
    transaction.lock(Lock::Key(*key)).await?;
    if is_reused_on(transaction, key, Some(device_id), same_party).await? { Err(StoreError::KeyReused) } else { Ok(()) }
}
