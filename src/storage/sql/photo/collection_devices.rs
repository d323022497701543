//! Devices that have sent the code of a collection, and the number of hand-overs to each.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, DeviceId};
use crate::domain::log::log_replay::CollectionDeviceOutcome;
use crate::domain::log::reconciliation::row::RowId;
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::values::params;

/// Pause between audit rows about repeated hand-overs to one device, so that a program in a loop cannot fill a log that
/// is kept for ten years. Shorter than a lease, so that each lease with repeats has a row.
const LOG_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// Hand-overs of a collection to one device.
pub(super) struct HandOverCount {
    /// Includes this one.
    pub(super) hand_overs: i64,
    /// True if this one gets a row in the audit log.
    pub(super) is_logged: bool,
}

/// Counts a hand-over; the first one to a device is always logged. Hand-overs by an older node are not counted. The
/// caller holds the lock of the photo and adds the audit row.
pub(super) async fn count_hand_over(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    device_id: DeviceId,
    at: Timestamp,
) -> Result<HandOverCount, StoreError> {
    let row = transaction
        .query(
            "SELECT hand_overs, hand_over_logged_at FROM collection_devices
             WHERE collection_id = $1 AND device_id = $2",
        )
        .bind(params![collection_id, device_id])
        .fetch_optional()
        .await?;
    let (before, logged_at) = match &row {
        Some(row) => (row.get::<i64>("hand_overs")?, row.get("hand_over_logged_at")?),
        None => (0, None),
    };
    // The log continues even if the clock was set back.
    let is_logged = logged_at.is_none_or(|logged_at| logged_at + LOG_INTERVAL <= at || at < logged_at);
    transaction
        .query(
            "INSERT INTO collection_devices
                 (collection_id, device_id, code_shown_at, handed_over_at, hand_overs, hand_over_logged_at)
             VALUES ($1, $2, $3, $3, 1, $3)
             ON CONFLICT (collection_id, device_id) DO UPDATE SET hand_overs = collection_devices.hand_overs + 1,
                 handed_over_at = coalesce(collection_devices.handed_over_at, $3),
                 hand_over_logged_at = CASE WHEN $4 THEN $3 ELSE collection_devices.hand_over_logged_at END",
        )
        .bind(params![collection_id, device_id, at, is_logged])
        .execute()
        .await?;
    if is_logged {
        transaction.mark_changed(RowId::CollectionDevice(collection_id, device_id));
    }
    Ok(HandOverCount { hand_overs: before + 1, is_logged })
}

/// Number of hand-overs of a collection to all devices.
pub(super) async fn hand_overs(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
) -> Result<i64, StoreError> {
    connection
        .query(
            "SELECT CAST(coalesce(sum(hand_overs), 0) AS BIGINT) AS hand_overs FROM collection_devices
             WHERE collection_id = $1",
        )
        .bind(params![collection_id])
        .fetch_one()
        .await?
        .get("hand_overs")
}

/// Records that a device has sent the code; `false` without a change if it did before. The caller adds the audit row.
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
        .bind(params![collection_id, device_id, at])
        .execute()
        .await?;
    if inserted > 0 {
        transaction.mark_changed(RowId::CollectionDevice(collection_id, device_id));
    }
    Ok(inserted > 0)
}

/// Restores, from the audit log, that a device has sent the code, and its hand-overs. Does nothing if the collection or
/// the device is younger than the backup.
pub(in crate::storage::sql) async fn replay(
    transaction: &mut WriteTransaction,
    (collection_id, device_id): (CollectionId, DeviceId),
    outcome: &CollectionDeviceOutcome,
) -> Result<(), StoreError> {
    transaction
        .query(
            "INSERT INTO collection_devices
                 (collection_id, device_id, code_shown_at, handed_over_at, hand_overs, hand_over_logged_at)
             SELECT c.collection_id, d.device_id, $3, $4, $5, $6
             FROM collections c JOIN devices d ON d.device_id = $2 WHERE c.collection_id = $1
             ON CONFLICT (collection_id, device_id) DO UPDATE SET
                 handed_over_at = coalesce(collection_devices.handed_over_at, excluded.handed_over_at),
                 hand_overs = CASE WHEN collection_devices.hand_overs < excluded.hand_overs THEN excluded.hand_overs
                                   ELSE collection_devices.hand_overs END,
                 hand_over_logged_at = coalesce(excluded.hand_over_logged_at, collection_devices.hand_over_logged_at)",
        )
        .bind(params![
            collection_id,
            device_id,
            outcome.code_shown_at,
            outcome.handed_over_at,
            outcome.hand_overs,
            outcome.hand_over_logged_at
        ])
        .execute()
        .await?;
    Ok(())
}

/// Reports whether this device has sent the code. Leases that are older than the table have no rows in it; there it is
/// the device that began the collection.
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
        .bind(params![collection_id, device_id])
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Reports whether a device other than this one has sent the code.
pub(super) async fn has_other_device_on(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
    device_id: DeviceId,
) -> Result<bool, StoreError> {
    let row = connection
        .query(
            "SELECT 1 FROM collection_devices WHERE collection_id = $1 AND device_id <> $2
             UNION ALL SELECT 1 FROM collections WHERE collection_id = $1 AND device_id <> $2",
        )
        .bind(params![collection_id, device_id])
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// First hand-over to a device. For leases that are older than the table it is the hand-over to the device that began
/// the collection.
pub(super) async fn handed_over_at_on(
    connection: &mut StoreConnection,
    collection_id: CollectionId,
    device_id: DeviceId,
) -> Result<Option<Timestamp>, StoreError> {
    let counted = connection
        .query("SELECT handed_over_at FROM collection_devices WHERE collection_id = $1 AND device_id = $2")
        .bind(params![collection_id, device_id]);
    if let Some(at) = counted.fetch_optional_as(|row| row.get("handed_over_at")).await?.flatten() {
        return Ok(Some(at));
    }
    let first = connection
        .query(
            "SELECT c.handed_over_at FROM collections c WHERE c.collection_id = $1 AND c.device_id = $2
                 AND NOT EXISTS (SELECT 1 FROM collection_devices d
                                 WHERE d.collection_id = c.collection_id AND d.handed_over_at IS NOT NULL)",
        )
        .bind(params![collection_id, device_id]);
    Ok(first.fetch_optional_as(|row| row.get("handed_over_at")).await?.flatten())
}
