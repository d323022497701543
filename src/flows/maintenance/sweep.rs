//! Sweep: ends lapsed leases, settles overdue hand-overs, erases expired photos, and destroys expired epoch keys.

use crate::clock::Timestamp;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::flows::gateway::Gateway;
use crate::sealing::KeyFile;
use crate::storage::StoreError;
use crate::storage::requests::{ScrubOutcome, SweepReport};

/// Sweeps in batches that are committed one by one, then scrubs the write-ahead log. `now` is the plausible time of
/// [`clock_state`](super::clock_check::clock_state): the clock may be set forward during the sweep.
pub async fn sweep(gateway: &Gateway, now: Timestamp) -> Result<SweepReport, StoreError> {
    let mut total = SweepReport::default();
    loop {
        let batch = gateway.store.sweep(now).await?;
        total.lapsed += batch.lapsed;
        total.used_by_default += batch.used_by_default;
        total.expired += batch.expired;
        if !batch.has_changes() {
            break;
        }
    }
    gateway.store.record_sweep(now).await?;
    if gateway.store.scrub_erased().await? == ScrubOutcome::Postponed {
        tracing::info!("cannot scrub the write-ahead log while the database is being read, retrying at the next sweep");
    }
    Ok(total)
}

/// The key file without the epochs that no photo uses any more; `None` when there is none to destroy. An existing photo keeps its
/// epoch, also if the clock is wrong. `now` is a plausible time, as for [`sweep`].
pub async fn without_expired_epochs(gateway: &Gateway, now: Timestamp) -> Result<Option<KeyFile>, StoreError> {
    let in_use = gateway.store.oldest_epoch_in_use().await?;
    Ok(gateway.keys().without_expired_epochs(now, gateway.limits.longest_retention(), in_use))
}

/// Activates a key file that has been written, then writes the audit row. The keys stay active if the row cannot be written.
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
