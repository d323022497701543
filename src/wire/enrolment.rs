//! Bodies that a device and the gateway exchange before the device has a certificate. The enrolment itself is EST (RFC 7030).

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::party::invitation::EnrolmentPolicy;

/// Request `POST /v1/invitations/lookup`, which does not contain the code.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupBody {
    /// Lookup id from the code (`sealing::enrolment_proof::invitation_lookup_id`), 64 hexadecimal digits.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub lookup: String,
    /// Random for each request, 64 hexadecimal digits.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub nonce: String,
}

/// Response to [`LookupBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InvitationBody {
    pub device_id: DeviceId,
    pub role: Role,
    pub party: InvitedPartyBody,
    /// Address of the listener for this role.
    pub gateway: String,
    /// Certificate of the server CA in PEM, to be trusted after the proof is verified.
    pub ca: String,
    pub policy: EnrolmentPolicy,
    /// Time from which the code is invalid.
    pub expires_at: Timestamp,
    /// HMAC-SHA-256 over nonce, `device_id`, `role`, `gateway`, `expires_at` and the SHA-256 of the CA certificate in DER, with a key
    /// derived from the code (`sealing::enrolment::ProofKey`).
    pub proof: Sha256Digest,
}

/// Name of a studio or office, for the person at the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InvitedPartyBody {
    pub name: String,
    /// Town.
    pub place: String,
}

/// Response 202: an administrator must approve the enrolment first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PendingBody {
    pub state: PendingState,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo` in DER) in groups of four digits, as the administrator sees it.
    pub fingerprint: String,
    /// In seconds, like the header `Retry-After`.
    pub retry_after: u64,
}

/// State of an enrolment in a response 202.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PendingState {
    /// Waiting for an administrator.
    Pending,
}
