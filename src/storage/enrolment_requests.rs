//! Requests and outcomes of the store for enrolment.

use std::time::Duration;

use super::requests::{CertificateRecord, CutOff};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::invitation::{EnrolmentPolicy, Invitation, InvitationLookupId, InvitationRefusal};
use crate::domain::party::{Device, Party};

/// An invitation that the store adds.
pub struct NewInvitation {
    pub lookup: InvitationLookupId,
    pub sealed_proof_key: Vec<u8>,
    pub device: InvitedDevice,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Device that an invitation is for.
#[derive(Debug, Clone)]
pub enum InvitedDevice {
    /// The device is added with the invitation.
    New(Device),
    Known(DeviceId),
}

/// Outcome of a request to store an invitation.
#[derive(Debug)]
pub enum InviteOutcome {
    Stored(Party, Device),
    NoSuchDevice,
    /// A revoked device cannot be invited again.
    Revoked,
}

/// An invitation found by its code.
#[derive(Debug, Clone)]
pub struct InvitationRecord {
    pub party: Party,
    pub device_id: DeviceId,
    pub invitation: Invitation,
    /// `None` once the invitation has ended.
    pub sealed_proof_key: Option<Vec<u8>>,
}

/// An enrolment code that a client has sent.
#[derive(Debug, Clone)]
pub struct EnrolmentAttempt {
    /// Device that the client claims to be.
    pub device_id: DeviceId,
    pub lookup: InvitationLookupId,
    /// SHA-256 of the public key in the certificate request; `None` if the request cannot be certified.
    pub key: Option<Sha256Digest>,
    pub policy: EnrolmentPolicy,
    pub now: Timestamp,
}

/// Result of checking an enrolment code.
#[derive(Debug)]
pub enum EnrolmentCodeCheck {
    /// The device does not exist or has no invitation; nothing was counted.
    Unknown,
    /// The wrong code was counted and audited.
    Wrong {
        tries_left: u32,
    },
    /// Wrong codes have ended the invitation.
    Exhausted,
    /// The code is right, but the invitation cannot be used.
    Refused(InvitationRefusal),
    /// The code is right, but the studio or office is suspended.
    Suspended(Party),
    /// The code is right, but another device has or had the key.
    KeyReused,
    Right(Party, EnrolmentAction),
}

/// Next step after a right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentAction {
    Certify,
    /// The key is bound to the invitation.
    Bind,
    /// An administrator has not approved the key yet.
    Wait,
}

/// Change that the store makes for a right code.
#[derive(Debug)]
pub enum EnrolmentStep {
    /// The key is bound; an administrator must approve it.
    Bind,
    /// The code is spent.
    Certify(CertificateRecord),
}

/// Outcome of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalOutcome {
    Stored,
    /// Another device has received the key since the request.
    KeyReused,
    AlreadyApproved,
    /// The device has made no request that is still alive, or made it with another key.
    NoSuchRequest,
}

/// A request for a further certificate, authenticated by an older one.
#[derive(Debug)]
pub struct RenewalRequest {
    pub device_id: DeviceId,
    /// Certificate that authenticated the request.
    pub presented: Sha256Digest,
    /// SHA-256 of the new public key.
    pub key: Sha256Digest,
    pub certificate: CertificateRecord,
    /// The DER form of `certificate`, which answers a repeat.
    pub der: Vec<u8>,
    pub now: Timestamp,
}

/// Outcome of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalOutcome {
    Stored,
    /// The device has a certificate for this key already; nothing was stored.
    Repeated {
        der: Vec<u8>,
    },
    CutOff(CutOff),
    /// Another device has or had the new key.
    KeyReused,
    /// The device has received too many certificates; it may ask again after `wait`.
    TooSoon {
        wait: Duration,
    },
    /// The device first used a newer certificate at `since`.
    Superseded {
        since: Timestamp,
    },
}
