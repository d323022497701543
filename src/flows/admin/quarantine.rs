//! A gateway out of a backup. What happened after the backup was taken is not known to it, so it hands nothing out that may have
//! been used since: every photo is held back until an administrator releases it.

use super::administer::{AdministrationError, audit_entry};
use crate::clock::{Clock, Timestamp};
use crate::domain::id::PhotoId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::storage::maintenance::QuarantineCounts;
use crate::storage::{NextGeneration, SqlStore, StoreError};

/// Takes a database that is as of `taken_at`, such as one that came out of a backup, into use. A generation makes every node accept
/// it although it is behind what the node knows. The last `replayed_rows` of its log came out of an export.
///
/// # Errors
/// [`StoreError`]; it is not in use then.
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
    let audit = AuditEntry {
        at: clock.now(),
        actor: "administrator".into(),
        event: AuditEvent::StoreRestored,
        subject: None,
        details,
    };
    store.quarantine_all(taken_at, generation, audit).await
}

/// Lets photos be collected that were held back since a restore: one, or all. How many there were.
///
/// # Errors
/// [`AdministrationError::Store`].
pub async fn release_quarantined(
    store: &SqlStore,
    clock: &dyn Clock,
    photo_id: Option<PhotoId>,
) -> Result<u64, AdministrationError> {
    let audit = audit_entry(clock.now(), AuditEvent::RestoredReleased, String::new(), serde_json::json!({}));
    let audit = AuditEntry { subject: photo_id.map(|photo_id| photo_id.to_string()), ..audit };
    Ok(store.release_quarantined(photo_id, audit).await?)
}
