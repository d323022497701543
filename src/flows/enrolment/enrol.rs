//! ```text
//! enrolment   transport -> read request -> check code -> certify -> spend code
//! ```
//! The signature of the request is checked before the code, and the code is spent in the transaction that stores the certificate
//! and its audit row. A failed request therefore does not use up the invitation.

use std::net::IpAddr;

use super::certify::{CertifyError, certify, fingerprint};
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::log::AuditEvent;
use crate::domain::party::invitation::InvitationRefusal;
use crate::domain::party::{Party, Role};
use crate::flows::gateway::Gateway;
use crate::flows::rejected_handshakes::record_paced_rejection;
use crate::identity::issue::{ClientSubject, IssuedCertificate};
use crate::identity::public_key::PublicKey;
use crate::identity::request::certificate_request::{RequestError, read_request_with_subject};
use crate::limits::rate_limiter::RateLimited;
use crate::sealing::enrolment_proof::invitation_lookup_id;
use crate::storage::StoreError;
use crate::storage::enrolment_requests::{EnrolmentAction, EnrolmentAttempt, EnrolmentCodeCheck, EnrolmentStep};

/// An enrolment request of a device.
pub struct EnrolmentRequest<'a> {
    /// As the device claims; `None` when it is not an identifier.
    pub device_id: Option<DeviceId>,
    pub code: &'a EnrolmentCode,
    /// PKCS#10, in DER or PEM.
    pub request: &'a [u8],
}

/// Outcome of an enrolment.
#[derive(Debug)]
pub enum Enrolled {
    Certificate(Box<IssuedCertificate>),
    /// An administrator must approve the key first; SHA-256 of the public key.
    Pending(Sha256Digest),
}

/// Admits one request from this address, before any of it is read.
pub fn admit(gateway: &Gateway, address: IpAddr) -> Result<(), RateLimited> {
    gateway.anonymous_callers.admit(address, gateway.now())
}

/// Admits one request of an anonymous caller for public files and pages: CA certificates, a revocation list, an explanation of a problem.
pub fn admit_reader(gateway: &Gateway, address: IpAddr) -> Result<(), RateLimited> {
    gateway.anonymous_callers.admit_reader(address, gateway.now())
}

/// Enrols a device by its code.
pub async fn enrol(gateway: &Gateway, request: EnrolmentRequest<'_>) -> Result<Enrolled, EnrolError> {
    let issuer = gateway.certificate_issuer().ok_or(EnrolError::NotSetUp)?;
    let read = read_request_with_subject(request.request);
    let device_id = request.device_id.ok_or(EnrolError::WrongCode { tries_left: None })?;
    let attempt = EnrolmentAttempt {
        device_id,
        lookup: invitation_lookup_id(request.code),
        key: read.as_ref().ok().map(|(key, _)| fingerprint(key)),
        policy: issuer.policy,
        now: gateway.now(),
    };
    let (party, action) = check_code(gateway, &attempt).await?;
    let (key, claimed) = match read {
        Ok(read) => read,
        Err(error) => {
            record_refusal(gateway, device_id, request_reason(&error)).await?;
            return Err(error.into());
        }
    };
    let subject = ClientSubject { role: party.role, party_id: party.party_id, device_id };
    if claimed.names_another(&subject) {
        record_refusal(gateway, device_id, "subject_foreign").await?;
        return Err(EnrolError::SubjectMismatch);
    }
    execute(gateway, &attempt, action, &party, &key).await
}

async fn check_code(gateway: &Gateway, attempt: &EnrolmentAttempt) -> Result<(Party, EnrolmentAction), EnrolError> {
    match gateway.store.check_enrolment_code(attempt).await? {
        EnrolmentCodeCheck::Right(party, action) => Ok((party, action)),
        EnrolmentCodeCheck::Wrong { tries_left } => Err(EnrolError::WrongCode { tries_left: Some(tries_left) }),
        EnrolmentCodeCheck::Exhausted => Err(EnrolError::Refused(InvitationRefusal::Exhausted)),
        EnrolmentCodeCheck::Refused(refusal) => {
            record_refusal(gateway, attempt.device_id, refusal.name()).await?;
            Err(EnrolError::Refused(refusal))
        }
        EnrolmentCodeCheck::Suspended(party) => {
            record_refusal(gateway, attempt.device_id, "party_suspended").await?;
            Err(EnrolError::Suspended { role: party.role })
        }
        EnrolmentCodeCheck::KeyReused => {
            record_refusal(gateway, attempt.device_id, "key_reused").await?;
            Err(EnrolError::KeyReused)
        }
        EnrolmentCodeCheck::Unknown => Err(match gateway.anonymous_callers.count_wrong_code(attempt.device_id) {
            Some(tries_left) => EnrolError::WrongCode { tries_left: Some(tries_left) },
            None => EnrolError::Refused(InvitationRefusal::Exhausted),
        }),
    }
}

async fn execute(
    gateway: &Gateway,
    attempt: &EnrolmentAttempt,
    action: EnrolmentAction,
    party: &Party,
    key: &PublicKey,
) -> Result<Enrolled, EnrolError> {
    let pending = Enrolled::Pending(fingerprint(key));
    let (step, answer) = match action {
        EnrolmentAction::Wait => return Ok(pending),
        EnrolmentAction::Bind => (EnrolmentStep::Bind, pending),
        EnrolmentAction::Certify => {
            let (issued, record) = certify(gateway, party, attempt.device_id, key).await?;
            (EnrolmentStep::Certify(record), Enrolled::Certificate(Box::new(issued)))
        }
    };
    if gateway.store.enrol(attempt, &step).await? {
        return Ok(answer);
    }
    // Another request used or withdrew the code first: its state now gives the answer.
    check_code(gateway, attempt).await?;
    Err(EnrolError::ConcurrentChange)
}

/// Writes the audit row about a device with the right code, or with a certificate, that gets no new certificate. Before the first
/// certificate the actor of the row is the device that the request claims.
pub(super) async fn record_refusal(gateway: &Gateway, device_id: DeviceId, reason: &str) -> Result<(), StoreError> {
    let details = serde_json::json!({ "reason": reason });
    record_paced_rejection(gateway, device_id, AuditEvent::EnrolmentRefused, details).await
}

/// The reason's name in the audit log.
pub(super) const fn request_reason(error: &RequestError) -> &'static str {
    match error {
        RequestError::NotARequest => "request_malformed",
        RequestError::SignatureAlgorithm => "signature_algorithm",
        RequestError::Signature => "signature_wrong",
        RequestError::Key(_) => "key_too_weak",
    }
}

/// Reason why a device is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("enrolment is not set up")]
    NotSetUp,
    #[error("the enrolment code is wrong")]
    WrongCode {
        /// `None` if the device id cannot be read.
        tries_left: Option<u32>,
    },
    #[error("the invitation has ended")]
    Refused(InvitationRefusal),
    #[error("the {role} is suspended")]
    Suspended { role: Role },
    #[error("the certificate request is invalid")]
    Request(#[from] RequestError),
    #[error("another device has or had the key")]
    KeyReused,
    #[error("the request names another device or party")]
    SubjectMismatch,
    #[error("cannot issue a certificate")]
    Certify(#[from] CertifyError),
    /// Two requests with one key: the device tries again.
    #[error("another request used the invitation at the same time")]
    ConcurrentChange,
    #[error("database error")]
    Store(#[from] StoreError),
}
