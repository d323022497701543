//! ```text
//! shortening   first checkpoint of the log -> past its retention? -> move the log anchor to it -> delete the rows before it
//! ```
//! The retention of a row is ten years and six months. The log is shortened only from its beginning and only up to a row with a
//! signed checkpoint, so that the rest of the chain can still be verified.
//!
//! `now` is the plausible time of [`clock_state`](super::clock_check::clock_state), which the caller checks before.

use crate::clock::Timestamp;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::flows::gateway::Gateway;
use crate::identity::signing::checkpoint_key::CheckpointVerifier;
use crate::storage::StoreError;
use crate::storage::requests::PurgeReport;

/// Moves the log anchor to the last checkpoint whose retention has ended. Stops at a checkpoint with an invalid signature.
pub async fn shorten_log(gateway: &Gateway, verifier: &CheckpointVerifier, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let begin = gateway.store.log_anchor().await?;
        let next = gateway.store.checkpoints(begin.sequence, 1).await?;
        let Some(next) = next.first() else { return Ok(()) };
        let checkpoint = match verifier.verify(next) {
            Ok(checkpoint) if checkpoint.is_past_retention(now) => checkpoint,
            Ok(_) => return Ok(()),
            Err(error) => {
                tracing::error!(
                    %error,
                    "cannot verify a checkpoint, the audit log is not shortened: run `lichtbild-gateway audit verify`"
                );
                return Ok(());
            }
        };
        let audit = AuditEntry {
            at: now,
            actor: "gateway".into(),
            event: AuditEvent::LogShortened,
            subject: None,
            details: serde_json::json!({ "up_to": checkpoint.count, "sha256": checkpoint.head }),
        };
        if !gateway.store.move_log_anchor(checkpoint.link(), now, audit).await? {
            return Ok(());
        }
    }
}

/// Deletes tombstones and events past their retention and log rows before the anchor, in batches that are committed one by one.
pub async fn purge(gateway: &Gateway, now: Timestamp) -> Result<PurgeReport, StoreError> {
    let mut total = PurgeReport::default();
    loop {
        let batch = gateway.store.purge(now).await?;
        total.tombstones += batch.tombstones;
        total.log_rows += batch.log_rows;
        total.events += batch.events;
        if !batch.has_changes() {
            return Ok(total);
        }
    }
}
