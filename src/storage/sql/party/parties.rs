//! Studios, offices, devices and whom their certificates stand for.

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
use crate::storage::sql::engine::columns::{bytes32, optional_bytes32, optional_timestamp, parse_column, timestamp};
use crate::storage::sql::engine::sql_store::SqlStore;

impl SqlStore {
    /// Adds a studio or office. [`StoreError::AlreadyExists`] when its role, name and place are taken.
    pub async fn add_party(&self, party: &Party, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| add(self, party, &audit)).await
    }

    /// All parties of a role, by name.
    pub async fn parties(&self, role: Role) -> Result<Vec<Party>, StoreError> {
        self.with_retry(|| list(self, role)).await
    }

    /// One party.
    pub async fn party(&self, party_id: PartyId) -> Result<Option<Party>, StoreError> {
        self.with_retry(|| find(self, party_id)).await
    }

    /// Suspends or resumes a party; `false` when it was so before, or there is none.
    pub async fn set_suspended(
        &self,
        party_id: PartyId,
        suspended: bool,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.with_retry(|| set_suspended(self, party_id, suspended, &audit)).await
    }

    /// Adds a device with its first certificate. [`StoreError::KeyReused`] when another device has or had its key.
    pub async fn add_device(
        &self,
        device: &Device,
        certificate: &CertificateRecord,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        self.with_retry(|| add_device(self, device, certificate, &audit)).await
    }

    /// The devices of a role with their parties, by party name and age: all of the country's, for administrators alone.
    pub async fn devices(&self, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
        self.with_retry(|| devices(self, role)).await
    }

    /// Cuts a device off; `false` when it was revoked before, or there is none.
    pub async fn revoke_device(
        &self,
        device_id: DeviceId,
        at: Timestamp,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        self.with_retry(|| revoke_device(self, device_id, at, &audit)).await
    }

    /// Device and party that a certificate belongs to, with their state. A certificate of an external CA only ever belongs to an office.
    pub async fn caller(&self, credential: &Credential) -> Result<Option<CallerRecord>, StoreError> {
        self.with_retry(|| caller(self, credential)).await
    }

    /// The live certificates of revoked devices ([`MAX_LIVE_CERTIFICATES`](crate::domain::party::renewal::MAX_LIVE_CERTIFICATES)) that have
    /// not yet expired, the keys that revoked devices are bound to, and the keys of their live certificates: SHA-256 of each. A
    /// revoked key is revoked under whatever certificate, also another device's.
    pub async fn revoked_certificates(&self, now: Timestamp) -> Result<Vec<Sha256Digest>, StoreError> {
        self.with_retry(|| revoked_certificates(self, now)).await
    }

    /// The live certificates issued here to revoked devices of a role that end after `alive_after`, by age of the revocation.
    pub async fn revoked_serials(&self, role: Role, alive_after: Timestamp) -> Result<Vec<RevokedSerial>, StoreError> {
        self.with_retry(|| revoked_serials(self, role, alive_after)).await
    }
}

pub(in crate::storage::sql) async fn add(
    store: &SqlStore,
    party: &Party,
    audit: &AuditEntry,
) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    let inserted = transaction
        .query(
            "INSERT INTO parties (party_id, role, name, place, suspended, created_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (role, name, place) DO NOTHING",
        )
        .bind(party.party_id.to_string())
        .bind(party.role.name())
        .bind(party.name.as_str())
        .bind(party.place.as_str())
        .bind(party.suspended)
        .bind(party.created_at.unix_milliseconds())
        .execute()
        .await?;
    if inserted == 0 {
        return Err(StoreError::AlreadyExists);
    }
    transaction.mark_changed(RowId::Party(party.party_id));
    transaction.append(audit.clone());
    transaction.commit().await?;
    Ok(())
}

pub(in crate::storage::sql) async fn list(store: &SqlStore, role: Role) -> Result<Vec<Party>, StoreError> {
    store
        .read()
        .await?
        .query(AssertSqlSafe(format!("SELECT {PARTY} FROM parties p WHERE p.role = $1 ORDER BY p.name, p.place")))
        .bind(role.name())
        .fetch_all()
        .await?
        .iter()
        .map(row_mapping::party)
        .collect()
}

pub(in crate::storage::sql) async fn find(store: &SqlStore, party_id: PartyId) -> Result<Option<Party>, StoreError> {
    store
        .read()
        .await?
        .query(AssertSqlSafe(format!("SELECT {PARTY} FROM parties p WHERE p.party_id = $1")))
        .bind(party_id.to_string())
        .fetch_optional()
        .await?
        .as_ref()
        .map(row_mapping::party)
        .transpose()
}

pub(in crate::storage::sql) async fn set_suspended(
    store: &SqlStore,
    party_id: PartyId,
    suspended: bool,
    audit: &AuditEntry,
) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    transaction.lock(Lock::ChangePartyStatus(party_id)).await?;
    let updated = transaction
        .query("UPDATE parties SET suspended = $1 WHERE party_id = $2 AND suspended <> $1")
        .bind(suspended)
        .bind(party_id.to_string())
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
}

pub(in crate::storage::sql) async fn add_device(
    store: &SqlStore,
    device: &Device,
    certificate: &CertificateRecord,
    audit: &AuditEntry,
) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    device_rows::insert(&mut transaction, device).await?;
    reused_keys::refuse_reused(&mut transaction, certificate.key.as_ref(), device.device_id, None).await?;
    certificates::add(&mut transaction, device.device_id, certificate).await?;
    transaction.append(audit.clone());
    transaction.commit().await?;
    Ok(())
}

pub(in crate::storage::sql) async fn devices(store: &SqlStore, role: Role) -> Result<Vec<(Party, Device)>, StoreError> {
    store
        .read()
        .await?
        .query(AssertSqlSafe(format!(
            "SELECT {PARTY}, d.device_id, d.label, d.duty, d.kind, d.created_at AS device_created_at, d.revoked_at,
                    (SELECT max(not_after) FROM certificates c
                    WHERE c.device_id = d.device_id) AS certificate_expires_at
             FROM devices d JOIN parties p ON p.party_id = d.party_id
             WHERE p.role = $1 ORDER BY p.name, p.place, d.device_id"
        )))
        .bind(role.name())
        .fetch_all()
        .await?
        .iter()
        .map(|row| Ok((row_mapping::party(row)?, row_mapping::device(row)?)))
        .collect()
}

pub(in crate::storage::sql) async fn revoke_device(
    store: &SqlStore,
    device_id: DeviceId,
    at: Timestamp,
    audit: &AuditEntry,
) -> Result<bool, StoreError> {
    let mut transaction = store.write().await?;
    transaction.lock(Lock::Device(device_id)).await?;
    transaction.lock(Lock::ChangeDeviceStatus(device_id)).await?;
    let updated = transaction
        .query("UPDATE devices SET revoked_at = $1 WHERE device_id = $2 AND revoked_at IS NULL")
        .bind(at.unix_milliseconds())
        .bind(device_id.to_string())
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
}

pub(in crate::storage::sql) async fn caller(
    store: &SqlStore,
    credential: &Credential,
) -> Result<Option<CallerRecord>, StoreError> {
    let row = match credential {
        Credential::Own { sha256 } => {
            store
                .read()
                .await?
                .query(AssertSqlSafe(format!(
                    "SELECT {PARTY}, d.device_id, d.duty, d.revoked_at, c.not_after, c.number, c.first_used_at,
                            {NEWER_USED_AT} AS newer_used_at,
                            EXISTS (SELECT 1 FROM {LIVE_SLOTS} s WHERE c.number = {LIVE_NUMBER}) AS is_live
                     FROM certificates c JOIN devices d ON d.device_id = c.device_id
                     JOIN parties p ON p.party_id = d.party_id
                     WHERE c.sha256 = $1 AND NOT c.foreign_authority"
                )))
                .bind(sha256.as_bytes().as_slice())
                .fetch_optional()
                .await?
        }
        // The certificate itself comes before its key: a device that was bound to it and revoked stays revoked.
        Credential::External { sha256, key_sha256, not_after } => {
            store
                .read()
                .await?
                .query(AssertSqlSafe(format!(
                    "SELECT {PARTY}, d.device_id, d.duty, d.revoked_at, b.not_after
                     FROM (SELECT 0 AS rank, device_id, not_after FROM certificates
                           WHERE sha256 = $1 AND foreign_authority
                           UNION ALL SELECT 1, device_id, $3 FROM bound_keys WHERE spki_sha256 = $2) b
                     JOIN devices d ON d.device_id = b.device_id JOIN parties p ON p.party_id = d.party_id
                     WHERE p.role = 'office' ORDER BY b.rank LIMIT 1"
                )))
                .bind(sha256.as_bytes().as_slice())
                .bind(key_sha256.as_bytes().as_slice())
                .bind(not_after.unix_milliseconds())
                .fetch_optional()
                .await?
        }
    };
    let Some(row) = row else { return Ok(None) };
    // Only certificates issued here follow one another.
    let (is_first_use, ended) = match credential {
        Credential::External { .. } => (false, None),
        Credential::Own { .. } if row.try_get("is_live")? => (certificates::is_first_use(&row)?, None),
        Credential::Own { .. } => {
            (false, Some(EndedCertificate { newer_used_at: optional_timestamp(&row, "newer_used_at")? }))
        }
    };
    Ok(Some(CallerRecord {
        caller: Caller {
            party: row_mapping::party(&row)?,
            device_id: parse_column(&row, "device_id")?,
            scope: parse_column(&row, "duty")?,
            credential: *credential,
            certificate_expires_at: timestamp(&row, "not_after")?,
        },
        revoked_at: optional_timestamp(&row, "revoked_at")?,
        ended,
        is_first_use,
    }))
}

pub(in crate::storage::sql) async fn revoked_certificates(
    store: &SqlStore,
    now: Timestamp,
) -> Result<Vec<Sha256Digest>, StoreError> {
    let rows = store
        .read()
        .await?
        .query(AssertSqlSafe(format!(
            "SELECT c.sha256, c.spki_sha256, c.not_after
             FROM devices d CROSS JOIN {LIVE_SLOTS} s CROSS JOIN certificates c
             WHERE d.revoked_at IS NOT NULL AND c.device_id = d.device_id AND c.number = {LIVE_NUMBER}
               AND NOT c.foreign_authority
             UNION ALL SELECT f.sha256, NULL, f.not_after FROM certificates f
             WHERE f.foreign_authority AND f.device_id IN (SELECT device_id FROM devices WHERE revoked_at IS NOT NULL)
             UNION ALL SELECT k.spki_sha256, NULL, NULL FROM bound_keys k
             WHERE k.device_id IN (SELECT device_id FROM devices WHERE revoked_at IS NOT NULL)"
        )))
        .fetch_all()
        .await?;
    let mut revoked = Vec::new();
    for row in &rows {
        // A certificate that has ended is refused for that; its key may be in one that lasts longer.
        if optional_timestamp(row, "not_after")?.is_none_or(|end| end > now) {
            revoked.push(Sha256Digest::from_bytes(bytes32(row, "sha256")?));
        }
        revoked.extend(optional_bytes32(row, "spki_sha256")?.map(Sha256Digest::from_bytes));
    }
    Ok(revoked)
}

pub(in crate::storage::sql) async fn revoked_serials(
    store: &SqlStore,
    role: Role,
    alive_after: Timestamp,
) -> Result<Vec<RevokedSerial>, StoreError> {
    let rows = store
        .read()
        .await?
        .query(AssertSqlSafe(format!(
            "SELECT c.serial, c.not_after, d.revoked_at
             FROM devices d CROSS JOIN {LIVE_SLOTS} s CROSS JOIN certificates c CROSS JOIN parties p
             WHERE d.revoked_at IS NOT NULL AND c.device_id = d.device_id AND c.number = {LIVE_NUMBER}
               AND NOT c.foreign_authority AND p.party_id = d.party_id AND p.role = $1
             ORDER BY d.revoked_at, c.serial"
        )))
        .bind(role.name())
        .fetch_all()
        .await?;
    let mut revoked = Vec::new();
    for row in &rows {
        // Not in the statement: SQLite would take the index for it and read all certificates.
        if timestamp(row, "not_after")? > alive_after {
            revoked.push(RevokedSerial { serial: row.try_get("serial")?, revoked_at: timestamp(row, "revoked_at")? });
        }
    }
    Ok(revoked)
}
