//! ```text
//! enrolment   transport -> read request -> check code -> certify -> spend code
//! ```
//! The request's own signature is checked before the code is looked at, and the code is spent together with the certificate's
//! row and its audit row; so a request that comes to nothing costs nobody the invitation.

use std::fmt;
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
    /// The device it claims to be; `None` when that is no identifier at all.
    pub device_id: Option<DeviceId>,
    pub code: &'a EnrolmentCode,
    /// PKCS#10, in DER or PEM.
    pub request: &'a [u8],
}

/// Outcome of an enrolment.
#[derive(Debug)]
pub enum Enrolled {
    Certificate(Box<IssuedCertificate>),
    /// The administrator has to agree first, comparing this: SHA-256 of the public key.
    Pending(Sha256Digest),
}

/// Admits one more request from this address, before any of it is read.
///
/// # Errors
/// [`RateLimited`].
pub fn admit(gateway: &Gateway, address: IpAddr) -> Result<(), RateLimited> {
    gateway.anonymous_callers.admit(address, gateway.now())
}

/// Admits one reading of what is public on the listener for everybody: the authorities' certificates, a revocation list.
///
/// # Errors
/// [`RateLimited`].
pub fn admit_reader(gateway: &Gateway, address: IpAddr) -> Result<(), RateLimited> {
    gateway.anonymous_callers.admit_reader(address, gateway.now())
}

/// Enrols a device by its code.
///
/// # Errors
/// [`EnrolError`].
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
        Err(error) => return Err(refuse(gateway, device_id, EnrolError::Request(error)).await),
    };
    let subject = ClientSubject { role: party.role, party_id: party.party_id, device_id };
    if claimed.names_another(&subject) {
        return Err(refuse(gateway, device_id, EnrolError::SubjectMismatch).await);
    }
    execute(gateway, &attempt, action, &party, &key).await
}

async fn check_code(gateway: &Gateway, attempt: &EnrolmentAttempt) -> Result<(Party, EnrolmentAction), EnrolError> {
    match gateway.store.check_enrolment_code(attempt).await.map_err(EnrolError::Store)? {
        EnrolmentCodeCheck::Right(party, action) => Ok((party, action)),
        EnrolmentCodeCheck::Wrong { tries_left } => Err(EnrolError::WrongCode { tries_left: Some(tries_left) }),
        EnrolmentCodeCheck::Exhausted => Err(EnrolError::Refused(InvitationRefusal::Exhausted)),
        EnrolmentCodeCheck::Refused(refusal) => {
            record_refusal(gateway, attempt.device_id, refusal.name()).await.map_err(EnrolError::Store)?;
            Err(EnrolError::Refused(refusal))
        }
        EnrolmentCodeCheck::Suspended(party) => {
            record_refusal(gateway, attempt.device_id, "party_suspended").await.map_err(EnrolError::Store)?;
            Err(EnrolError::Suspended { role: party.role })
        }
        EnrolmentCodeCheck::KeyReused => {
            record_refusal(gateway, attempt.device_id, "key_reused").await.map_err(EnrolError::Store)?;
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
            let (issued, record) =
                certify(gateway, party, attempt.device_id, key).await.map_err(EnrolError::Certify)?;
            (EnrolmentStep::Certify(record), Enrolled::Certificate(Box::new(issued)))
        }
    };
    if gateway.store.enrol(attempt, &step).await.map_err(EnrolError::Store)? {
        return Ok(answer);
    }
    // Somebody else was first, with this code or by withdrawing it: what it is worth now is the answer.
    match check_code(gateway, attempt).await {
        Ok(_) => Err(EnrolError::ConcurrentChange),
        Err(error) => Err(error),
    }
}

/// Writes down why a device with the right code, or with a certificate, gets no new one. The device as actor is only claimed by
/// whoever has the code: until a certificate is issued nobody knows better.
pub(super) async fn record_refusal(gateway: &Gateway, device_id: DeviceId, reason: &str) -> Result<(), StoreError> {
    let details = serde_json::json!({ "reason": reason });
    record_paced_rejection(gateway, device_id, AuditEvent::EnrolmentRefused, details).await
}

async fn refuse(gateway: &Gateway, device_id: DeviceId, error: EnrolError) -> EnrolError {
    let reason = match &error {
        EnrolError::Request(reason) => request_reason(reason),
        _ => "subject_foreign",
    };
    match record_refusal(gateway, device_id, reason).await {
        Ok(()) => error,
        Err(error) => EnrolError::Store(error),
    }
}

/// The reason as the audit log has it.
pub(super) const fn request_reason(error: &RequestError) -> &'static str {
    match error {
        RequestError::NotARequest => "request_malformed",
        RequestError::SignatureAlgorithm => "signature_algorithm",
        RequestError::Signature => "signature_wrong",
        RequestError::Key(_) => "key_too_weak",
    }
}

/// Reason why a device is not enrolled.
#[derive(Debug)]
pub enum EnrolError {
    /// Enrolment is not set up.
    NotSetUp,
    /// The code is not this device's.
    WrongCode {
        /// Number of wrong attempts that are left; `None` if the device id cannot be read.
        tries_left: Option<u32>,
    },
    /// The code leads to nothing any more.
    Refused(InvitationRefusal),
    /// The whole studio or office is suspended.
    Suspended {
        /// Role of the suspended party.
        role: Role,
    },
    /// The request cannot be certified.
    Request(RequestError),
    /// Another device has or had the key.
    KeyReused,
    /// The request names another device or party.
    SubjectMismatch,
    /// No certificate can be made just now.
    Certify(CertifyError),
    /// Two requests with one key were in each other's way: try again.
    ConcurrentChange,
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for EnrolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSetUp => "enrolment is not set up",
            Self::WrongCode { .. } => "the enrolment code is wrong",
            Self::Refused(_) => "the invitation leads to nothing any more",
            Self::Suspended { .. } => "the party is suspended",
            Self::Request(_) => "the request cannot be certified",
            Self::KeyReused => "another device has or had the key",
            Self::SubjectMismatch => "the request names another device or party",
            Self::Certify(_) => "no certificate could be made",
            Self::ConcurrentChange => "two requests were in each other's way",
            Self::Store(_) => "the store could not be used",
        })
    }
}

impl std::error::Error for EnrolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Request(source) => Some(source),
            Self::Certify(source) => Some(source),
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}
