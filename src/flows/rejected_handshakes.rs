//! Audit rows about known devices whose handshake or renewal was rejected, at a limited rate for each device. Rejections of unknown
//! devices leave no row.

use super::gateway::Gateway;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::party::credential::Credential;
use crate::limits::row_pace::note_left_out;
use crate::storage::StoreError;

/// Records a refused handshake with a certificate of the gateway's own CAs. Auditors need to see a revoked device that keeps trying.
pub async fn record_rejected_handshake(
    gateway: &Gateway,
    certificate: Sha256Digest,
    reason: &str,
) -> Result<(), StoreError> {
    record_rejection(gateway, &Credential::Own { sha256: certificate }, AuditEvent::HandshakeRejected, reason).await
}

/// Records a refused renewal: the device is revoked, expired, suspended, or uses the listener of the other role.
pub async fn record_rejected_renewal(
    gateway: &Gateway,
    credential: &Credential,
    reason: &str,
) -> Result<(), StoreError> {
    record_rejection(gateway, credential, AuditEvent::EnrolmentRefused, reason).await
}

async fn record_rejection(
    gateway: &Gateway,
    credential: &Credential,
    event: AuditEvent,
    reason: &str,
) -> Result<(), StoreError> {
    let Some(record) = gateway.store.caller(credential).await? else { return Ok(()) };
    record_paced_rejection(gateway, record.caller.device_id, event, serde_json::json!({ "reason": reason })).await
}

/// Writes an audit row about a refused device at the pace of [`RowPace`](crate::limits::row_pace::RowPace). Its `left_out` counts
/// the rows that the pace dropped since the last one.
pub(super) async fn record_paced_rejection(
    gateway: &Gateway,
    device_id: DeviceId,
    event: AuditEvent,
    mut details: serde_json::Value,
) -> Result<(), StoreError> {
    let now = gateway.now();
    let Some(left_out) = gateway.rejection_rows.admit((device_id, event), now) else { return Ok(()) };
    note_left_out(&mut details, left_out);
    let device_id = device_id.to_string();
    let audit = AuditEntry { at: now, actor: device_id.clone(), event, subject: Some(device_id), details };
    gateway.store.append_audit(audit).await
}
