//! Photos in quarantine: those of revoked devices, and those of a restored backup.

use crate::domain::id::{DeviceId, PartyId};
use crate::domain::log::AuditEntry;
use crate::domain::log::reconciliation::row::RowId;
use crate::domain::photo::quarantine::{Depositor, QuarantineReason, Quarantined, RevokedDevicePolicy};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{ReleaseCounts, TrackedPhoto};
use crate::storage::sql::engine::connection::StoreConnection;
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Releases the photos that revoked devices of a studio, or one of them, have deposited, and adds the counts to the
    /// audit row. Changes nothing if there is no such device.
    pub async fn release_photos(
        &self,
        studio: PartyId,
        device: Option<DeviceId>,
        audit: AuditEntry,
    ) -> Result<ReleaseCounts, StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.lock(Lock::PartyDevices(studio)).await?;
            let row = transaction
                .query(
                    "SELECT count(DISTINCT d.device_id) AS devices, count(p.photo_id) AS photos
                     FROM devices d LEFT JOIN photos p ON p.device_id = d.device_id AND p.lookup_id IS NOT NULL
                     WHERE d.party_id = $1 AND (CAST($2 AS TEXT) IS NULL OR d.device_id = $2)
                       AND d.revoked_at IS NOT NULL AND d.photos_released_at IS NULL",
                )
                .bind(params![studio, device])
                .fetch_one()
                .await?;
            let released = ReleaseCounts { devices: row.get("devices")?, photos: row.get("photos")? };
            if released.devices == 0 {
                return Ok(released);
            }
            let rows = transaction
                .query(
                    "UPDATE devices SET photos_released_at = $3 WHERE party_id = $1
                     AND (CAST($2 AS TEXT) IS NULL OR device_id = $2)
                     AND revoked_at IS NOT NULL AND photos_released_at IS NULL RETURNING device_id",
                )
                .bind(params![studio, device, audit.at])
                .fetch_all()
                .await?;
            for row in rows {
                transaction.mark_changed(RowId::Device(row.get("device_id")?));
            }
            let mut audit = audit.clone();
            audit.details["devices"] = released.devices.into();
            audit.details["photos"] = released.photos.into();
            transaction.append(audit);
            transaction.commit().await?;
            Ok(released)
        })
        .await
    }
}

/// Returns the quarantine of a photo, if it is in one. Reads the device only if the policy needs it.
pub(super) async fn quarantined(
    connection: &mut StoreConnection,
    photo: &TrackedPhoto,
    policy: RevokedDevicePolicy,
) -> Result<Option<Quarantined>, StoreError> {
    if let Some(since) = photo.quarantined_since {
        return Ok(Some(Quarantined { since, reason: QuarantineReason::Restored }));
    }
    if policy == RevokedDevicePolicy::Keep {
        return Ok(None);
    }
    let row = connection
        .query("SELECT revoked_at, photos_released_at FROM devices WHERE device_id = $1")
        .bind(params![photo.record.device_id])
        .fetch_one()
        .await?;
    let depositor =
        Depositor { revoked_at: row.get("revoked_at")?, photos_released_at: row.get("photos_released_at")? };
    Ok(policy.quarantine(depositor, photo.latest.as_ref()))
}
