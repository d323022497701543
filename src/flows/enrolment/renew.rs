//! ```text
//! renewal   transport -> authenticate -> read request -> certify -> store
//! ```
//! The certificate that was shown stays valid until its end, or until the device has been given three newer ones, so that a device
//! which is cut off in the middle loses nothing. But once the device has used a newer one, no older one renews itself any more: a
//! stolen old key does not live for ever.

use std::fmt;
use std::time::Duration;

use super::certify::{CertifyError, certify, fingerprint};
use super::enrol::{record_refusal, request_reason};
use crate::clock::Timestamp;
use crate::domain::id::DeviceId;
use crate::domain::log::AuditEvent;
use crate::domain::party::Caller;
use crate::domain::party::credential::Credential;
use crate::flows::gateway::Gateway;
use crate::flows::rejected_handshakes::record_paced_rejection;
use crate::identity::issue::{ClientSubject, IssuedCertificate};
use crate::identity::request::certificate_request::{RequestError, read_request_with_subject};
use crate::storage::StoreError;
use crate::storage::enrolment_requests::{RenewalOutcome, RenewalRequest};
use crate::storage::requests::CutOff;

/// Certifies a further key for a device that has shown a valid certificate.
///
/// # Errors
/// [`RenewError`].
pub async fn renew(gateway: &Gateway, caller: &Caller, request: &[u8]) -> Result<IssuedCertificate, RenewError> {
    // Whoever is known by another house's certificate renews it there; ours would outlive what that house takes back.
    let Credential::Own { sha256: presented } = caller.credential else {
        return Err(refuse(gateway, caller.device_id, "certificate_foreign", RenewError::ExternalCertificate).await);
    };
    let subject =
        ClientSubject { role: caller.party.role, party_id: caller.party.party_id, device_id: caller.device_id };
    let (key, claimed) = match read_request_with_subject(request) {
        Ok(read) => read,
        Err(error) => {
            return Err(refuse(gateway, caller.device_id, request_reason(&error), RenewError::Request(error)).await);
        }
    };
    // RFC 7030 section 4.2.2 wants the subject unchanged; an empty one, or a name alone, cannot be meant otherwise.
    if !claimed.is_own(&subject) {
        let error = RenewError::SubjectMismatch { own: Box::new(subject) };
        return Err(refuse(gateway, caller.device_id, "subject_foreign", error).await);
    }
    let (issued, certificate) =
        certify(gateway, &caller.party, caller.device_id, &key).await.map_err(RenewError::Certify)?;
    let renewal = RenewalRequest {
        device_id: caller.device_id,
        presented,
        key: fingerprint(&key),
        certificate,
        now: gateway.now(),
    };
    match gateway.store.renew(&renewal).await.map_err(RenewError::Store)? {
        RenewalOutcome::Stored => Ok(issued),
        RenewalOutcome::CutOff(cut_off) => Err(RenewError::CutOff(cut_off)),
        RenewalOutcome::TooSoon { wait } => Err(RenewError::TooSoon { wait }),
        RenewalOutcome::Superseded { since } => {
            let details = serde_json::json!({ "reason": "certificate_superseded", "presented": presented });
            record_paced_rejection(gateway, caller.device_id, AuditEvent::EnrolmentRefused, details)
                .await
                .map_err(RenewError::Store)?;
            Err(RenewError::Superseded { since })
        }
        RenewalOutcome::KeyReused => {
            let details = serde_json::json!({ "reason": "key_reused", "spki_sha256": renewal.key });
            record_paced_rejection(gateway, caller.device_id, AuditEvent::EnrolmentRefused, details)
                .await
                .map_err(RenewError::Store)?;
            Err(RenewError::KeyReused)
        }
    }
}

async fn refuse(gateway: &Gateway, device_id: DeviceId, reason: &str, error: RenewError) -> RenewError {
    match record_refusal(gateway, device_id, reason).await {
        Ok(()) => error,
        Err(error) => RenewError::Store(error),
    }
}

/// Reason why a device gets no further certificate.
#[derive(Debug)]
pub enum RenewError {
    /// The request cannot be certified.
    Request(RequestError),
    /// Another device has or had the key.
    KeyReused,
    /// The request names somebody else.
    SubjectMismatch {
        /// The identity of the device that sent it.
        own: Box<ClientSubject>,
    },
    /// The certificate was issued elsewhere, and is renewed there.
    ExternalCertificate,
    /// The device was given a certificate only just now.
    TooSoon {
        /// Time until it may ask again.
        wait: Duration,
    },
    /// The device has used a newer certificate.
    Superseded {
        /// Since when.
        since: Timestamp,
    },
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// No certificate can be made just now.
    Certify(CertifyError),
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for RenewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(_) => "the request cannot be certified",
            Self::KeyReused => "another device has or had the key",
            Self::SubjectMismatch { .. } => "the request names somebody else",
            Self::ExternalCertificate => "the certificate was issued elsewhere",
            Self::TooSoon { .. } => "the device was given a certificate only just now",
            Self::Superseded { .. } => "the device has used a newer certificate",
            Self::CutOff(_) => "the device was cut off in the meantime",
            Self::Certify(_) => "no certificate could be made",
            Self::Store(_) => "the store could not be used",
        })
    }
}

impl std::error::Error for RenewError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Request(source) => Some(source),
            Self::Certify(source) => Some(source),
            Self::Store(source) => Some(source),
            _ => None,
        }
    }
}
