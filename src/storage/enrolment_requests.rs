//! Requests and outcomes of the store for enrolment: one type each for each step.

use std::time::Duration;

use super::requests::{CertificateRecord, CutOff};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::invitation::{EnrolmentPolicy, Invitation, InvitationLookupId, InvitationRefusal};
use crate::domain::party::{Device, Party};

/// An invitation about to be stored.
pub struct NewInvitation {
    /// Found by this.
    pub lookup: InvitationLookupId,
    /// The proof key under its seal.
    pub sealed_proof_key: Vec<u8>,
    /// Device that is invited.
    pub device: InvitedDevice,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Time from which the enrolment code is invalid.
    pub expires_at: Timestamp,
}

/// Device that an invitation is for.
#[derive(Debug, Clone)]
pub enum InvitedDevice {
    /// A device that is added with it.
    New(Device),
    /// A device that is there.
    Known(DeviceId),
}

/// Outcome of a request to store an invitation.
#[derive(Debug)]
pub enum InviteOutcome {
    /// It is durable.
    Stored(Party, Device),
    /// There is no such device.
    NoSuchDevice,
    /// The device was revoked, and there is no way back.
    Revoked,
}

/// An invitation found by its code.
#[derive(Debug, Clone)]
pub struct InvitationRecord {
    /// Party of the invited device.
    pub party: Party,
    pub device_id: DeviceId,
    /// State of the invitation, with its end and the number of wrong codes.
    pub invitation: Invitation,
    /// The proof key under its seal; gone when the invitation has ended.
    pub sealed_proof_key: Option<Vec<u8>>,
}

/// An enrolment code in somebody's hand.
#[derive(Debug, Clone)]
pub struct EnrolmentAttempt {
    /// The device that is claimed.
    pub device_id: DeviceId,
    /// Lookup id of the invitation, derived from the code.
    pub lookup: InvitationLookupId,
    /// SHA-256 of the public key of the request; `None` when the request cannot be certified anyway.
    pub key: Option<Sha256Digest>,
    /// Policy that decides whether an administrator must approve the key.
    pub policy: EnrolmentPolicy,
    /// Time of the attempt.
    pub now: Timestamp,
}

/// Result of checking an enrolment code.
#[derive(Debug)]
pub enum EnrolmentCodeCheck {
    /// No such device, or none that is invited: nothing was counted.
    Unknown,
    /// Wrong; counted and audited.
    Wrong {
        /// Number of wrong attempts that are left.
        tries_left: u32,
    },
    /// The invitation was ended by wrong codes before.
    Exhausted,
    /// Right, and it leads to nothing.
    Refused(InvitationRefusal),
    /// Right, but the whole studio or office is suspended.
    Suspended(Party),
    /// Right, but another device has or had the key.
    KeyReused,
    /// Right, and the device is this party's.
    Right(Party, EnrolmentAction),
}

/// Next step after a right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentAction {
    /// A certificate.
    Certify,
    /// Its key is to be bound.
    Bind,
    /// The administrator has not agreed yet.
    Wait,
}

/// Change that the store makes for a right code.
#[derive(Debug)]
pub enum EnrolmentStep {
    /// The key is bound, and the administrator is asked.
    Bind,
    /// The code is spent for this certificate.
    Certify(CertificateRecord),
}

/// Outcome of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalOutcome {
    /// It is durable.
    Stored,
    /// Another device has got the key since it was requested.
    KeyReused,
    /// It was approved before; nothing changed.
    AlreadyApproved,
    /// The device has made no request that is still alive, or made it with another key.
    NoSuchRequest,
}

/// A request for a further certificate, authenticated by an older one.
#[derive(Debug)]
pub struct RenewalRequest {
    pub device_id: DeviceId,
    /// The certificate it has shown.
    pub presented: Sha256Digest,
    /// SHA-256 of the new public key.
    pub key: Sha256Digest,
    /// The further one.
    pub certificate: CertificateRecord,
    /// Time of the request.
    pub now: Timestamp,
}

/// Outcome of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalOutcome {
    /// It is durable.
    Stored,
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// Another device has or had the new key.
    KeyReused,
    /// The device was given enough certificates lately.
    TooSoon {
        /// Time until it may ask again.
        wait: Duration,
    },
    /// The device has used a newer certificate since.
    Superseded {
        /// Time at which the newer certificate was first used.
        since: Timestamp,
    },
}
