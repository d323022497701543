//! The gateway proves to a device that holds a code that it is the gateway that gave the code out.

use std::fmt;
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
    /// Party of the invited device.
    pub party: Party,
    /// Identifier of the invited device.
    pub device_id: DeviceId,
    /// The address of its listener.
    pub gateway_url: String,
    /// The server authority's certificate in PEM.
    pub ca_pem: String,
    /// Policy that decides whether an administrator must approve the key.
    pub policy: EnrolmentPolicy,
    /// Time from which the enrolment code is invalid.
    pub expires_at: Timestamp,
    /// That all this comes from one who knows the code.
    pub proof: [u8; 32],
}

/// Answers the holder of a code, who has not shown it, and proves with the device's own `nonce` to be the right one to do so.
///
/// # Errors
/// [`GatewayProofError::Unknown`] when no invitation belongs to the lookup, [`GatewayProofError::Ended`] when one does that leads
/// nowhere any more: whoever has its lookup has its code.
pub async fn prove_gateway(
    gateway: &Gateway,
    address: IpAddr,
    lookup: &InvitationLookupId,
    nonce: &[u8; 32],
) -> Result<GatewayProof, GatewayProofError> {
    gateway.anonymous_callers.admit(address, gateway.now()).map_err(GatewayProofError::RateLimited)?;
    let issuer = gateway.certificate_issuer().ok_or(GatewayProofError::Unavailable)?;
    let record =
        gateway.store.invitation(lookup).await.map_err(GatewayProofError::Store)?.ok_or(GatewayProofError::Unknown)?;
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
#[derive(Debug)]
pub enum GatewayProofError {
    /// This address asks too often.
    RateLimited(RateLimited),
    /// No invitation has this lookup.
    Unknown,
    /// It has come to its end.
    Ended(InvitationRefusal),
    /// Enrolment is not set up.
    Unavailable,
    /// The proof key does not come out of its seal.
    Damaged,
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for GatewayProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RateLimited(_) => "asked too often",
            Self::Unknown => "no such invitation",
            Self::Ended(_) => "the invitation leads to nothing any more",
            Self::Unavailable => "enrolment is not set up",
            Self::Damaged => "a proof key does not come out of its seal",
            Self::Store(_) => "the invitation could not be looked up",
        })
    }
}

impl std::error::Error for GatewayProofError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}
