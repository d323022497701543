//! Certificates issued by this gateway: renewals, and which certificates are live. Certificates of external CAs do not
//! count.

use sqlx::AssertSqlSafe;

use super::cut_off::find_cut_off;
use super::reused_keys;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::party::renewal::{MAX_LIVE_CERTIFICATES, Validity, renewal_wait};
use crate::failpoint;
use crate::storage::enrolment_requests::{RenewalOutcome, RenewalRequest};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::CertificateRecord;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::{DatabaseRow, params};

/// The [`MAX_LIVE_CERTIFICATES`] slots of a device as a table `s`. `CROSS JOIN` keeps SQLite from reading all
/// certificates first, because it does not reorder such joins.
pub(super) const LIVE_SLOTS: &str = "(SELECT 0 AS slot UNION ALL SELECT 1 UNION ALL SELECT 2)";
const _: () = assert!(MAX_LIVE_CERTIFICATES == 3, "LIVE_SLOTS says so");

/// Number of the certificate in slot `s` of device `d`: the two newest, and the newest of the older ones that was ever
/// presented (the use of the first one is not recorded). By number an index finds the live ones among the many that
/// were issued.
pub(super) const LIVE_NUMBER: &str = "(CASE s.slot
     WHEN 0 THEN (SELECT max(n.number) FROM certificates n WHERE n.device_id = d.device_id)
     WHEN 1 THEN (SELECT max(n.number) - 1 FROM certificates n WHERE n.device_id = d.device_id)
     ELSE (SELECT max(u.number) FROM certificates u
           WHERE u.device_id = d.device_id AND (u.first_used_at IS NOT NULL OR u.number = 1)
             AND u.number < (SELECT max(n.number) - 1 FROM certificates n WHERE n.device_id = d.device_id)) END)";

/// First use of a certificate that is newer than `c`; NULL if none was used.
pub(super) const NEWER_USED_AT: &str = "(SELECT u.first_used_at FROM certificates u
    WHERE u.device_id = c.device_id AND (u.first_used_at IS NOT NULL OR u.number = 1) AND u.number > c.number
    ORDER BY u.number LIMIT 1)";

impl SqlStore {
    /// Adds a certificate to a device that has presented an older one. The fourth certificate ends the oldest.
    pub async fn renew(&self, renewal: &RenewalRequest) -> Result<RenewalOutcome, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.lock(Lock::Key(renewal.key)).await?;
            transaction.lock(Lock::Device(renewal.device_id)).await?;
            if let Some(cut_off) = find_cut_off(&mut transaction, renewal.device_id).await? {
                return Ok(RenewalOutcome::CutOff(cut_off));
            }
            let presented = transaction
                .query(AssertSqlSafe(format!(
                    "SELECT c.not_before, c.not_after, {NEWER_USED_AT} AS newer_used_at
                     FROM certificates c WHERE c.sha256 = $1 AND NOT c.foreign_authority AND c.device_id = $2"
                )))
                .bind(params![renewal.presented, renewal.device_id])
                .fetch_optional()
                .await?
                .ok_or_else(|| StoreError::Damaged("a certificate that was just presented is gone".into()))?;
            if let Some(since) = presented.get("newer_used_at")? {
                return Ok(RenewalOutcome::Superseded { since });
            }
            if reused_keys::is_reused_on(&mut transaction, &renewal.key, Some(renewal.device_id), None).await? {
                return Ok(RenewalOutcome::KeyReused);
            }
            let validity =
                Validity { not_before: presented.get("not_before")?, not_after: presented.get("not_after")? };
            if let Some(der) = repeated_certificate(&mut transaction, renewal).await? {
                return Ok(RenewalOutcome::Repeated { der });
            }
            let renewals = newest_renewals(&mut transaction, renewal.device_id).await?;
            if let Some(wait) = renewal_wait(validity, &renewals, renewal.certificate.not_before, renewal.now) {
                return Ok(RenewalOutcome::TooSoon { wait });
            }
            add(&mut transaction, renewal.device_id, &renewal.certificate).await?;
            transaction
                .query("UPDATE certificates SET der = $1 WHERE sha256 = $2")
                .bind(params![renewal.der, renewal.certificate.sha256])
                .execute()
                .await?;
            let details = serde_json::json!({
                "presented": renewal.presented,
                "certificate_sha256": renewal.certificate.sha256,
                "spki_sha256": renewal.key,
                "not_after": renewal.certificate.not_after,
            });
            transaction.append(AuditEntry {
                at: renewal.now,
                actor: renewal.device_id.to_string(),
                event: AuditEvent::DeviceRenewed,
                subject: Some(renewal.device_id.to_string()),
                details,
            });
            failpoint::reached("renewal.before_commit");
            transaction.commit().await?;
            failpoint::reached("renewal.committed");
            Ok(RenewalOutcome::Stored)
        })
        .await
    }

    /// Records the first use of a renewed certificate.
    pub async fn record_first_use(&self, certificate: Sha256Digest, at: Timestamp) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction
                .query("UPDATE certificates SET first_used_at = $1 WHERE sha256 = $2 AND first_used_at IS NULL")
                .bind(params![at, certificate])
                .execute()
                .await?;
            transaction.commit().await
        })
        .await
    }
}

/// Adds the newest certificate of a device.
pub(super) async fn add(
    transaction: &mut WriteTransaction,
    device_id: DeviceId,
    certificate: &CertificateRecord,
) -> Result<(), StoreError> {
    transaction.mark_changed(RowId::Certificate(certificate.sha256));
    transaction
        .query(
            "INSERT INTO certificates (sha256, device_id, serial, not_before, not_after, spki_sha256, number)
             SELECT $1, $2, $3, $4, $5, $6, 1 + coalesce(max(number), 0) FROM certificates
             WHERE device_id = $2 AND NOT foreign_authority",
        )
        .bind(params![
            certificate.sha256,
            device_id,
            certificate.serial,
            certificate.not_before,
            certificate.not_after,
            certificate.key
        ])
        .execute()
        .await?;
    Ok(())
}

/// DER form of the certificate that an earlier renewal issued for this key, if its answer was lost: one of the two newest of the device,
/// newer than the presented one, valid by now, and not past its middle, when it would have to be renewed itself.
async fn repeated_certificate(
    connection: &mut StoreConnection,
    renewal: &RenewalRequest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(row) = connection
        .query(
            "SELECT c.sha256, c.not_before, c.not_after, c.der FROM certificates c
             WHERE c.device_id = $1 AND NOT c.foreign_authority AND c.spki_sha256 = $2
               AND c.number > (SELECT p.number FROM certificates p WHERE p.sha256 = $3)
               AND c.number >= (SELECT max(n.number) - 1 FROM certificates n WHERE n.device_id = $1)
             ORDER BY c.number DESC LIMIT 1",
        )
        .bind(params![renewal.device_id, renewal.key, renewal.presented])
        .fetch_optional()
        .await?
    else {
        return Ok(None);
    };
    let validity = Validity { not_before: row.get("not_before")?, not_after: row.get("not_after")? };
    // An older node stored none. The log does not cover this column, but its digest.
    let der = row
        .get::<Option<Vec<u8>>>("der")?
        .filter(|der| row.get("sha256").is_ok_and(|sha256| Sha256Digest::of(der) == sha256));
    // One that begins later comes from a clock that was ahead, and no listener would accept it yet.
    let has_begun = validity.not_before <= renewal.certificate.not_before;
    Ok(der.filter(|_| has_begun && !validity.is_past_its_middle(renewal.now)))
}

/// Start of validity of the newest certificates of a device, without that of the enrolment.
async fn newest_renewals(connection: &mut StoreConnection, device_id: DeviceId) -> Result<Vec<Timestamp>, StoreError> {
    connection
        .query(
            "SELECT c.not_before FROM certificates c
             WHERE c.device_id = $1 AND NOT c.foreign_authority AND c.number > 1 ORDER BY c.number DESC LIMIT $2",
        )
        .bind(params![device_id, MAX_LIVE_CERTIFICATES])
        .fetch_all_as(|row| row.get("not_before"))
        .await
}

/// Reports whether the first use of this certificate must be recorded: only a renewed certificate supersedes others.
pub(super) fn is_first_use(row: &DatabaseRow) -> Result<bool, StoreError> {
    Ok(row.get::<i64>("number")? > 1 && row.get::<Option<i64>>("first_used_at")?.is_none())
}
