//! Quarantine after a restore. A restored gateway does not know which photos were used after the backup, so all photos are in
//! quarantine until an administrator releases them.

use super::administer::{AdministrationError, audit_entry};
use crate::clock::{Clock, Timestamp};
use crate::domain::id::PhotoId;
use crate::domain::log::AuditEvent;
use crate::storage::maintenance::QuarantineCounts;
use crate::storage::{NextGeneration, SqlStore, StoreError};

/// Activates a database with the state of `taken_at`, such as a restored backup. The new generation makes every node accept it although
/// it is behind their watermarks. The last `replayed_rows` of its log were replayed from an export.
pub async fn quarantine_as_of(
    store: &SqlStore,
    clock: &dyn Clock,
    taken_at: Timestamp,
    replayed_rows: u64,
    generation: Option<NextGeneration<'_>>,
) -> Result<QuarantineCounts, StoreError> {
    let mut details = serde_json::json!({ "backup_taken_at": taken_at });
    if replayed_rows > 0 {
        details["replayed_rows"] = replayed_rows.into();
    }
    let audit = audit_entry(clock.now(), AuditEvent::StoreRestored, None, details);
    store.quarantine_all(taken_at, generation, audit).await
}

/// Releases one photo, or all, from the quarantine of a restore. Returns the number of photos.
pub async fn release_quarantined(
    store: &SqlStore,
    clock: &dyn Clock,
    photo_id: Option<PhotoId>,
) -> Result<u64, AdministrationError> {
    let subject = photo_id.map(|photo_id| photo_id.to_string());
    let audit = audit_entry(clock.now(), AuditEvent::RestoredReleased, subject, serde_json::json!({}));
    Ok(store.release_quarantined(photo_id, audit).await?)
}
