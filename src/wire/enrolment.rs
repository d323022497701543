//! Bodies that a device and the gateway exchange before there is a certificate. The enrolment itself is EST (RFC 7030).

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::party::invitation::EnrolmentPolicy;

/// The body of `POST /v1/invitations/lookup`. The code itself is not sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupBody {
    /// Derived from the code (`sealing::enrolment_proof::invitation_lookup_id`): 64 hexadecimal digits.
    pub lookup: String,
    /// Random, fresh for each lookup: 64 hexadecimal digits.
    pub nonce: String,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationBody {
    /// The device that is invited.
    pub device_id: DeviceId,
    /// Its side.
    pub role: Role,
    /// Party that owns the device.
    pub party: InvitedPartyBody,
    /// The address of the listener that is for it, with a certificate.
    pub gateway: String,
    /// The server authority's certificate in PEM, to be trusted once the proof holds.
    pub ca: String,
    /// Consent that the enrolment needs.
    pub policy: EnrolmentPolicy,
    /// Time from which the code no longer works.
    pub expires_at: Timestamp,
    /// HMAC-SHA-256 over nonce, `device_id`, `role`, `gateway`, `expires_at` and the SHA-256 of the authority's DER, under a key
    /// that only the code leads to (`sealing::enrolment::ProofKey`).
    pub proof: Sha256Digest,
}

/// A studio or office by name, for the person in front of the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedPartyBody {
    pub name: String,
    /// Its town.
    pub place: String,
}

/// The body of an answer 202: the administrator has to agree first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingBody {
    pub state: PendingState,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo` in DER) in groups of four digits, as the administrator is shown it.
    pub fingerprint: String,
    /// Time after which asking again makes sense, in seconds; the header `Retry-After` says the same.
    pub retry_after: u64,
}

/// The one state that is answered with 202.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingState {
    /// Waits for the administrator.
    Pending,
}
