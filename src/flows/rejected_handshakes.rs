//! Audit rows about known devices whose handshake or renewal was rejected. The rate is limited for each device. Rejections of unknown
//! devices leave no row.

use super::gateway::Gateway;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::domain::party::credential::Credential;
use crate::storage::StoreError;

/// A handshake with this certificate, issued here, was refused: a revoked device that goes on knocking, be it to deposit or to
/// renew, is something an auditor wants to see.
///
/// # Errors
/// [`StoreError`].
pub async fn record_rejected_handshake(
    gateway: &Gateway,
    certificate: Sha256Digest,
    reason: &str,
) -> Result<(), StoreError> {
    record_rejection(gateway, &Credential::Own { sha256: certificate }, AuditEvent::HandshakeRejected, reason).await
}

/// Somebody who is known by this certificate was not let in to renew it: revoked, expired, suspended, or on the other side's
/// listener.
///
/// # Errors
/// [`StoreError`].
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
    let (device_id, now) = (record.caller.device_id, gateway.now());
    if gateway.rejection_row_limiter.acquire(device_id, 0, now).is_err() {
        return Ok(());
    }
    let details = serde_json::json!({ "reason": reason });
    let device_id = device_id.to_string();
    let audit = AuditEntry { at: now, actor: device_id.clone(), event, subject: Some(device_id), details };
    gateway.store.append_audit(audit).await
}
