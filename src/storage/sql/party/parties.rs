//! Studios, offices and devices, and the callers that present their certificates.

use sqlx::AssertSqlSafe;

use super::certificates::{LIVE_NUMBER, LIVE_SLOTS, NEWER_USED_AT};
use super::row_mapping;
use super::row_mapping::PARTY;
use super::{certificates, device_rows, invitations, reused_keys};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::party::credential::Credential;
use crate::domain::party::{Caller, Device, Party, Role};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{CallerRecord, CertificateRecord, EndedCertificate, RevokedSerial};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Adds a studio or office. [`StoreError::AlreadyExists`] if its role, name and place are taken.
    pub async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            let inserted = transaction
                .query(
                    "INSERT INTO parties (party_id, role, name, place, suspended, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (role, name, place) DO NOTHING",
                )
                .bind(params![party.party_id, party.role, party.name, party.place, party.suspended, party.created_at])
                .execute()
                .await?;
            if inserted == 0 {
                return Err(StoreError::AlreadyExists);
            }
            transaction.mark_changed(RowId::Party(party.party_id));
            transaction.append(audit.clone());
            transaction.commit().await
        })
        .await
    }

    /// The parties of a role by name.
    pub async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {PARTY} FROM parties p WHERE p.role = $1 ORDER BY p.name, p.place"
                )))
                .bind(params![role])
                .fetch_all_as(row_mapping::party)
                .await
        })
        .await
    }

    pub async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!("SELECT {PARTY} FROM parties p WHERE p.party_id = $1")))
                .bind(params![party_id])
                .fetch_optional_as(row_mapping::party)
                .await
        })
        .await
    }

    /// Suspends or resumes a party; `false` if nothing changed.
    pub async fn set_suspended(
        &self,
        party_id: PartyId,
        suspended: bool,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.lock(Lock::ChangePartyStatus(party_id)).await?;
            let updated = transaction
                .query("UPDATE parties SET suspended = $1 WHERE party_id = $2 AND suspended <> $1")
                .bind(params![suspended, party_id])
                .execute()
                .await?;
            if updated == 0 {
                return Ok(false);
            }
            transaction.notify_nodes().await?;
            transaction.mark_changed(RowId::Party(party_id));
            transaction.append(audit.clone());
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }

    /// Adds a device with its first certificate. [`StoreError::KeyReused`] if another device has or had the key.
    pub async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            device_rows::insert(&mut transaction, device).await?;
            reused_keys::refuse_reused(&mut transaction, certificate.key.as_ref(), device.device_id, None).await?;
            certificates::add(&mut transaction, device.device_id, certificate).await?;
            transaction.append(audit.clone());
            transaction.commit().await
        })
        .await
    }

    /// The devices of a role with their parties, by party name and age. Reads all of them, so only administrators may
    /// call it.
    pub async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            connection
                .query(AssertSqlSafe(format!(
                    "SELECT {PARTY}, d.device_id, d.label, d.duty, d.kind, d.created_at AS device_created_at,
                            d.revoked_at,
                            (SELECT max(not_after) FROM certificates c
                            WHERE c.device_id = d.device_id) AS certificate_expires_at
                     FROM devices d JOIN parties p ON p.party_id = d.party_id
                     WHERE p.role = $1 ORDER BY p.name, p.place, d.device_id"
                )))
                .bind(params![role])
                .fetch_all_as(|row| Ok((row_mapping::party(row)?, row_mapping::device(row)?)))
                .await
        })
        .await
    }

    /// Revokes a device; `false` if it was revoked already or does not exist.
    pub async fn revoke_device(
        &self,
        device_id: DeviceId,
        at: Timestamp,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.lock(Lock::Device(device_id)).await?;
            transaction.lock(Lock::ChangeDeviceStatus(device_id)).await?;
            let updated = transaction
                .query("UPDATE devices SET revoked_at = $1 WHERE device_id = $2 AND revoked_at IS NULL")
                .bind(params![at, device_id])
                .execute()
                .await?;
            if updated == 0 {
                return Ok(false);
            }
            transaction.mark_changed(RowId::Device(device_id));
            invitations::withdraw(&mut transaction, device_id).await?;
            transaction.notify_nodes().await?;
            transaction.append(audit.clone());
            transaction.commit().await?;
            Ok(true)
        })
        .await
    }

    /// The device and party of a certificate, with their state. Certificates of external CAs belong to offices only.
    pub async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let statement = match credential {
                Credential::Own { sha256 } => connection
                    .query(AssertSqlSafe(format!(
                        "SELECT {PARTY}, d.device_id, d.duty, d.revoked_at, c.not_after, c.number, c.first_used_at,
                                    {NEWER_USED_AT} AS newer_used_at,
                                    EXISTS (SELECT 1 FROM {LIVE_SLOTS} s WHERE c.number = {LIVE_NUMBER}) AS is_live
                             FROM certificates c JOIN devices d ON d.device_id = c.device_id
                             JOIN parties p ON p.party_id = d.party_id
                             WHERE c.sha256 = $1 AND NOT c.foreign_authority"
                    )))
                    .bind(params![sha256]),
                // The certificate has precedence over its key: a revoked device that was bound to the certificate stays
                // revoked.
                Credential::External { sha256, key_sha256, not_after } => connection
                    .query(AssertSqlSafe(format!(
                        "SELECT {PARTY}, d.device_id, d.duty, d.revoked_at, b.not_after
                             FROM (SELECT 0 AS rank, device_id, not_after FROM certificates
                                   WHERE sha256 = $1 AND foreign_authority
                                   UNION ALL SELECT 1, device_id, $3 FROM bound_keys WHERE spki_sha256 = $2) b
                             JOIN devices d ON d.device_id = b.device_id JOIN parties p ON p.party_id = d.party_id
                             WHERE p.role = 'office' ORDER BY b.rank LIMIT 1"
                    )))
                    .bind(params![sha256, key_sha256, not_after]),
            };
            let Some(row) = statement.fetch_optional().await? else { return Ok(None) };
            // Only certificates of this gateway supersede one another.
            let (is_first_use, ended) = match credential {
                Credential::External { .. } => (false, None),
                Credential::Own { .. } if row.get("is_live")? => (certificates::is_first_use(&row)?, None),
                Credential::Own { .. } => (false, Some(EndedCertificate { newer_used_at: row.get("newer_used_at")? })),
            };
            Ok(Some(CallerRecord {
                caller: Caller {
                    party: row_mapping::party(&row)?,
                    device_id: row.get("device_id")?,
                    scope: row.get("duty")?,
                    credential: *credential,
                    certificate_expires_at: row.get("not_after")?,
                },
                revoked_at: row.get("revoked_at")?,
                ended,
                is_first_use,
            }))
        })
        .await
    }

    /// SHA-256 of the live certificates of revoked devices
    /// ([`MAX_LIVE_CERTIFICATES`](crate::domain::party::renewal::MAX_LIVE_CERTIFICATES)) that have not expired, of
    /// their keys, and of the keys that revoked devices are bound to. A revoked key is refused in every certificate,
    /// also in one of another device.
    pub async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let rows = connection
                .query(AssertSqlSafe(format!(
                    "SELECT c.sha256, c.spki_sha256, c.not_after
                     FROM devices d CROSS JOIN {LIVE_SLOTS} s CROSS JOIN certificates c
                     WHERE d.revoked_at IS NOT NULL AND c.device_id = d.device_id AND c.number = {LIVE_NUMBER}
                       AND NOT c.foreign_authority
                     UNION ALL SELECT f.sha256, NULL, f.not_after FROM certificates f
                     WHERE f.foreign_authority
                     AND f.device_id IN (SELECT device_id FROM devices WHERE revoked_at IS NOT NULL)
                     UNION ALL SELECT k.spki_sha256, NULL, NULL FROM bound_keys k
                     WHERE k.device_id IN (SELECT device_id FROM devices WHERE revoked_at IS NOT NULL)"
                )))
                .fetch_all()
                .await?;
            let mut revoked = Vec::new();
            for row in &rows {
                // An expired certificate is refused anyway, but its key may be in a certificate that is valid longer.
                if row.get::<Option<Timestamp>>("not_after")?.is_none_or(|end| end > now) {
                    revoked.push(row.get("sha256")?);
                }
                revoked.extend(row.get::<Option<Sha256Digest>>("spki_sha256")?);
            }
            Ok(revoked)
        })
        .await
    }

    /// Live certificates of revoked devices of a role that expire after `alive_after`, by time of the revocation.
    pub async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError> {
        self.with_retry(|| async {
            let mut connection = self.read().await?;
            let rows = connection
                .query(AssertSqlSafe(format!(
                    "SELECT c.serial, c.not_after, d.revoked_at
                     FROM devices d CROSS JOIN {LIVE_SLOTS} s CROSS JOIN certificates c CROSS JOIN parties p
                     WHERE d.revoked_at IS NOT NULL AND c.device_id = d.device_id AND c.number = {LIVE_NUMBER}
                       AND NOT c.foreign_authority AND p.party_id = d.party_id AND p.role = $1
                     ORDER BY d.revoked_at, c.serial"
                )))
                .bind(params![role])
                .fetch_all()
                .await?;
            let mut revoked = Vec::new();
            for row in &rows {
                // Filtered here, because a condition in the statement makes SQLite read all certificates through
                // another index.
                if row.get::<Timestamp>("not_after")? > alive_after {
                    revoked.push(RevokedSerial { serial: row.get("serial")?, revoked_at: row.get("revoked_at")? });
                }
            }
            Ok(revoked)
        })
        .await
    }
}
