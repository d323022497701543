//! Taking note of who was not let in.

use super::Gateway;
use crate::domain::audit::{AuditEntry, AuditEvent};
use crate::domain::credential::Credential;
use crate::domain::digest::Sha256Digest;
use crate::storage::StoreError;

/// Writes down that a handshake with this certificate, issued here, was refused: a revoked device that goes on knocking, be it
/// to deposit or to renew, is something an auditor wants to see. A certificate that is not known leaves nothing. No more than
/// ten rows a minute for one device.
///
/// # Errors
/// [`StoreError`].
pub async fn note_turned_away(gateway: &Gateway, certificate: Sha256Digest, reason: &str) -> Result<(), StoreError> {
    let Some(record) = gateway.store.caller(&Credential::Own { sha256: certificate }).await? else { return Ok(()) };
    let device_id = record.caller.device_id;
    let now = gateway.now();
    if gateway.refusals.take(device_id, 0, now).is_err() {
        return Ok(());
    }
    let details = serde_json::json!({ "reason": reason });
    let subject = Some(device_id.to_string());
    let audit =
        AuditEntry { at: now, actor: device_id.to_string(), event: AuditEvent::DeviceTurnedAway, subject, details };
    gateway.store.append_audit(audit).await
}
