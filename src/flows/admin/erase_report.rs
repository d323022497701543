//! Erasure report of a photo: its tombstone, the data that is left, and its rows in the audit log.

use super::verify::verify_log;
use crate::domain::id::PhotoId;
use crate::domain::log::erasure::{EpochKey, ErasureLogRow, ErasureRemnants, ErasureReport, mentions_photo};
use crate::sealing::KeyFile;
use crate::sealing::key_file::month_start;
use crate::storage::{SqlStore, StoreError};
use std::time::Duration;

/// Makes the report; `None` when no such photo existed or its tombstone was purged.
pub async fn erase_report(
    store: &SqlStore,
    keys: Option<&KeyFile>,
    longest_retention: Duration,
    photo_id: PhotoId,
) -> Result<Option<ErasureReport>, StoreError> {
    let Some(remains) = store.remaining_data(photo_id).await? else { return Ok(None) };
    let (wanted, mut evidence) = (photo_id.to_string(), Vec::new());
    let log = verify_log(store, store.log_anchor().await?, |row| {
        if mentions_photo(row, &wanted) {
            evidence.push(ErasureLogRow::from(row));
        }
    })
    .await?;
    let record = &remains.photo.record;
    Ok(Some(ErasureReport {
        photo_id,
        state: record.state,
        deposited_at: record.deposited_at,
        deposited_by: record.device_id,
        studio_id: record.studio_id,
        erased_at: record.state.is_erased().then_some(record.settled_at).flatten(),
        expires_at: record.expires_at,
        office_id: remains.photo.latest.as_ref().map(|latest| latest.office_id),
        office_device_id: remains.collected_by,
        left: ErasureRemnants { picture: remains.has_envelope, lookup_id: remains.has_lookup_id },
        epoch: EpochKey {
            number: record.epoch,
            is_alive: keys.map(|keys| keys.epoch(record.epoch).is_some()),
            ends_at: month_start(record.epoch + 1) + longest_retention,
        },
        log: evidence,
        log_rows: log.last.sequence,
        log_head: log.last.sha256,
        log_is_whole: log.error.is_none(),
        last_swept_at: remains.last_swept_at,
    }))
}
