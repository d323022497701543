//! Keys that another device has or had are neither certified nor bound. Otherwise a revoked device could continue as
//! another one, and a device could register the key of a stolen certificate request to have the honest device revoked
//! with its own.

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Reports whether any device has or had the key. Keys of certificates that are older than the column for keys are
    /// known only from invitations. This is a check in advance; every operation that gives a key to a device checks
    /// again.
    pub async fn is_key_known(&self, key: &Sha256Digest) -> Result<bool, StoreError> {
        self.with_retry(|| async { is_reused_on(&mut self.read().await?, key, None, None).await }).await
    }
}

/// Reports whether a device other than `device_id` has or had this key, revoked or not. Certificates that are older
/// than the column have no key; there the invitations have it. Devices of `same_party` that are not revoked do not
/// count: an external CA may renew a certificate with its key, and a further device is then bound to it.
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

/// Refuses a key that a device other than `device_id` has or had, except for `same_party` as above. No other node can
/// give the key to a device until this transaction ends.
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
