//! Sweeping: what time demands, and the keys of times that are over.

use crate::domain::log::{AuditEntry, AuditEvent};
use crate::flows::gateway::Gateway;
use crate::sealing::KeyFile;
use crate::storage::StoreError;
use crate::storage::requests::{ScrubOutcome, SweepReport};

/// Sweeps until nothing is left to do, and lets erased bytes leave the files.
///
/// # Errors
/// [`StoreError`] when the store cannot be used; what was swept until then stays swept.
pub async fn sweep(gateway: &Gateway) -> Result<SweepReport, StoreError> {
    let mut total = SweepReport::default();
    loop {
        let batch = gateway.store.sweep(gateway.now()).await?;
        total.lapsed += batch.lapsed;
        total.used_by_default += batch.used_by_default;
        total.expired += batch.expired;
        if !batch.has_changes() {
            break;
        }
    }
    gateway.store.record_sweep(gateway.now()).await?;
    if gateway.store.scrub_erased().await? == ScrubOutcome::Postponed {
        tracing::info!(
            "erased bytes stay in the write-ahead log while somebody reads the database; the next sweep tries again"
        );
    }
    Ok(total)
}

/// The key file without the epochs whose photos are all gone, to be written in the old one's place; `None` when there is none to
/// destroy. A photo that is still there keeps its epoch, whatever the clock says.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn without_expired_epochs(gateway: &Gateway) -> Result<Option<KeyFile>, StoreError> {
    let in_use = gateway.store.oldest_epoch_in_use().await?;
    Ok(gateway.keys().without_expired_epochs(gateway.now(), gateway.limits.longest_retention(), in_use))
}

/// Takes a key file into use that has been written, and notes it.
///
/// # Errors
/// [`StoreError`] when the note cannot be written; the keys are in use all the same.
pub async fn activate_keys(gateway: &Gateway, keys: KeyFile) -> Result<(), StoreError> {
    let oldest = keys.oldest_epoch();
    gateway.replace_keys(keys);
    let audit = AuditEntry {
        at: gateway.now(),
        actor: "gateway".into(),
        event: AuditEvent::EpochsDestroyed,
        subject: None,
        details: serde_json::json!({ "oldest_left": oldest }),
    };
    gateway.store.append_audit(audit).await
}
