//! Devices with certificates of external CAs, bound by a certificate or by a key.

use super::{device_rows, reused_keys};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::party::Device;
use crate::storage::error::StoreError;
use crate::storage::requests::Binding;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Adds a device of an office with a certificate of an external CA. [`StoreError::AlreadyExists`] if the
    /// certificate or key is bound already, [`StoreError::KeyReused`] if another device has or had the key.
    pub async fn bind_device(&self, device: &Device, binding: &Binding, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            device_rows::insert(&mut transaction, device).await?;
            let inserted = match binding {
                Binding::Certificate(certificate) => {
                    transaction
                        .query(
                            "INSERT INTO certificates
                                 (sha256, device_id, serial, not_before, not_after, spki_sha256, foreign_authority)
                             VALUES ($1, $2, $3, $4, $5, $6, TRUE) ON CONFLICT (sha256) DO NOTHING",
                        )
                        .bind(params![
                            certificate.sha256,
                            device.device_id,
                            certificate.serial,
                            certificate.not_before,
                            certificate.not_after,
                            certificate.key
                        ])
                        .execute()
                        .await?
                }
                Binding::Key(key_sha256) => {
                    transaction
                        .query(
                            "INSERT INTO bound_keys (spki_sha256, device_id, bound_at) VALUES ($1, $2, $3)
                             ON CONFLICT (spki_sha256) DO NOTHING",
                        )
                        .bind(params![key_sha256, device.device_id, device.created_at])
                        .execute()
                        .await?
                }
            };
            if inserted == 0 {
                return Err(StoreError::AlreadyExists);
            }
            let key = match binding {
                Binding::Certificate(certificate) => certificate.key.as_ref(),
                Binding::Key(key) => Some(key),
            };
            reused_keys::refuse_reused(&mut transaction, key, device.device_id, Some(device.party_id)).await?;
            transaction.mark_changed(match binding {
                Binding::Certificate(certificate) => RowId::Certificate(certificate.sha256),
                Binding::Key(key_sha256) => RowId::BoundKey(*key_sha256),
            });
            transaction.append(audit.clone());
            transaction.commit().await
        })
        .await
    }

    /// Devices that are bound to a key, with the SHA-256 of the key.
    pub async fn bound_keys(&self) -> Result<Vec<(DeviceId, Sha256Digest)>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query("SELECT device_id, spki_sha256 FROM bound_keys ORDER BY device_id")
                .fetch_all_as(|row| Ok((row.get("device_id")?, row.get("spki_sha256")?)))
                .await
        })
        .await
    }
}
