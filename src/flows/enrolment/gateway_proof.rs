//! Proof for a device that this gateway issued its enrolment code.

use std::net::IpAddr;

use crate::clock::Timestamp;
use crate::domain::id::DeviceId;
use crate::domain::party::Party;
use crate::domain::party::invitation::{EnrolmentPolicy, InvitationLookupId, InvitationRefusal};
use crate::flows::gateway::Gateway;
use crate::limits::rate_limiter::RateLimited;
use crate::sealing::enrolment_proof::ProofMessage;
use crate::storage::StoreError;

/// Answer of the gateway to a device that has not sent its code yet.
pub struct GatewayProof {
    pub party: Party,
    pub device_id: DeviceId,
    /// Address of the listener that the device will use.
    pub gateway_url: String,
    /// Certificate of the server CA.
    pub ca_pem: String,
    pub policy: EnrolmentPolicy,
    pub expires_at: Timestamp,
    /// HMAC over the other fields with a key derived from the code.
    pub proof: [u8; 32],
}

/// Answers a device that holds a code and has not sent it, with a proof over the device's `nonce`. The state of an ended
/// invitation is no secret to the device: only the code gives the lookup id.
pub async fn prove_gateway(
    gateway: &Gateway,
    address: IpAddr,
    lookup: &InvitationLookupId,
    nonce: &[u8; 32],
) -> Result<GatewayProof, GatewayProofError> {
    gateway.anonymous_callers.admit(address, gateway.now()).map_err(GatewayProofError::RateLimited)?;
    let issuer = gateway.certificate_issuer().ok_or(GatewayProofError::Unavailable)?;
    let record = gateway.store.invitation(lookup).await?.ok_or(GatewayProofError::Unknown)?;
    if let Some(refusal) = record.invitation.ended(gateway.now()) {
        return Err(GatewayProofError::Ended(refusal));
    }
    let sealed = record.sealed_proof_key.ok_or(GatewayProofError::Unknown)?;
    let proof_key = gateway.keys().open_proof_key(&sealed, lookup).ok_or(GatewayProofError::Damaged)?;
    let url = &issuer.for_role(record.party.role).url;
    let proof = proof_key.prove(&ProofMessage {
        nonce,
        device_id: &record.device_id.to_string(),
        role: record.party.role.name(),
        gateway: url,
        expires_at: &record.invitation.expires_at.to_string(),
        ca_sha256: issuer.server_ca_sha256,
    });
    Ok(GatewayProof {
        device_id: record.device_id,
        gateway_url: url.clone(),
        ca_pem: issuer.server_ca_pem.clone(),
        policy: issuer.policy,
        expires_at: record.invitation.expires_at,
        party: record.party,
        proof,
    })
}

/// Reason why the gateway gives no proof.
#[derive(Debug, thiserror::Error)]
pub enum GatewayProofError {
    #[error("too many requests from this address")]
    RateLimited(RateLimited),
    #[error("no such invitation")]
    Unknown,
    #[error("the invitation has ended")]
    Ended(InvitationRefusal),
    #[error("enrolment is not set up")]
    Unavailable,
    #[error("cannot decrypt the proof key of an invitation")]
    Damaged,
    #[error("cannot look up the invitation")]
    Store(#[from] StoreError),
}
