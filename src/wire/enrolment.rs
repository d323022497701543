//! Bodies that a device and the gateway exchange before the device has a certificate. The enrolment itself is EST (RFC 7030).

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::party::invitation::EnrolmentPolicy;

/// Search for the invitation of a code, which the request does not contain.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupBody {
    /// Lookup id of the code, 64 hexadecimal digits: 32 bytes of HKDF-SHA-256 (RFC 5869) without a salt, with the info
    /// `lichtbild/enrolment-lookup/v1`, from the first 19 symbols of the code as bytes of their values, 0 to 31.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub lookup: String,
    /// Random for each request, 64 hexadecimal digits.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    pub nonce: String,
}

/// The invitation of a code, with a proof that the gateway knows the code.
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
    /// HMAC-SHA-256 over `lichtbild/enrolment-answer/v1`, nonce (32 bytes), `device_id`, `role`, `gateway`, `expires_at` and SHA-256 of
    /// the CA certificate in DER (32 bytes), each after its length (64-bit, big endian). The key is derived like the lookup id, with
    /// the info `lichtbild/enrolment-proof/v1`. Send the code only if the proof is right.
    pub proof: Sha256Digest,
}

/// Name of a studio or office, for the person at the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct InvitedPartyBody {
    pub name: String,
    /// Town.
    pub place: String,
}

/// An enrolment that an administrator must approve first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PendingBody {
    pub state: PendingState,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo` in DER) in groups of four digits, as the administrator sees it.
    pub fingerprint: String,
    /// In seconds, like the header `Retry-After`.
    pub retry_after: u64,
}

/// State of an enrolment without a certificate yet: `pending` (an administrator has to approve it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PendingState {
    /// Waiting for an administrator.
    Pending,
}
