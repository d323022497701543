//! ```text
//! shortening   first checkpoint of the log -> its time is over? -> the log begins behind it -> the rows before go
//! ```
//! Ten years and six months after the fact even the fact goes. The log is shortened from its front only, and only up to a row that a
//! signed checkpoint vouches for: what is left follows on that checkpoint, so that it can still be proved.
//!
//! Both steps are for those who have asked [`clock_state`](super::clock_check::clock_state) first.

use crate::domain::log::{AuditEntry, AuditEvent};
use crate::flows::gateway::Gateway;
use crate::identity::signing::checkpoint_key::CheckpointVerifier;
use crate::storage::StoreError;
use crate::storage::requests::PurgeReport;

/// Lets the log begin behind the last checkpoint whose time is over. A checkpoint that this key did not sign vouches for nothing, and
/// everything behind it stays.
///
/// # Errors
/// [`StoreError`] when the store cannot be used.
pub async fn shorten_log(gateway: &Gateway, verifier: &CheckpointVerifier) -> Result<(), StoreError> {
    loop {
        let begin = gateway.store.log_anchor().await?;
        let next = gateway.store.checkpoints(begin.sequence, 1).await?;
        let Some(next) = next.first() else { return Ok(()) };
        let checkpoint = match verifier.verify(next) {
            Ok(checkpoint) if checkpoint.is_past_retention(gateway.now()) => checkpoint,
            Ok(_) => return Ok(()),
            Err(error) => {
                tracing::error!(%error, "a checkpoint is not to be believed: the audit log is not shortened past it");
                return Ok(());
            }
        };
        let audit = AuditEntry {
            at: gateway.now(),
            actor: "gateway".into(),
            event: AuditEvent::LogShortened,
            subject: None,
            details: serde_json::json!({ "up_to": checkpoint.count, "sha256": checkpoint.head }),
        };
        if !gateway.store.move_log_anchor(checkpoint.link(), gateway.now(), audit).await? {
            return Ok(());
        }
    }
}

/// Erases tombstones whose time is over, and rows of the log before its beginning, until nothing is left to do.
///
/// # Errors
/// [`StoreError`] when the store cannot be used; what is gone by then stays gone.
pub async fn purge(gateway: &Gateway) -> Result<PurgeReport, StoreError> {
    let mut total = PurgeReport::default();
    loop {
        let batch = gateway.store.purge(gateway.now()).await?;
        total.tombstones += batch.tombstones;
        total.log_rows += batch.log_rows;
        if !batch.has_changes() {
            return Ok(total);
        }
    }
}
