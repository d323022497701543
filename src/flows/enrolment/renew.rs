//! ```text
//! renewal   transport -> authenticate -> read request -> certify -> store
//! ```
//! The old certificate stays valid until its end, or until the device has been given three newer ones, so that an interrupted
//! renewal does no harm. Once the device has used a newer certificate, older ones cannot be renewed any more, so that a stolen
//! old key becomes useless.

use std::time::Duration;

use super::certify::{CertifyError, certify, fingerprint};
use super::enrol::{record_refusal, request_reason};
use crate::clock::Timestamp;
use crate::domain::log::AuditEvent;
use crate::domain::party::Caller;
use crate::domain::party::credential::Credential;
use crate::flows::gateway::Gateway;
use crate::flows::rejected_handshakes::record_paced_rejection;
use crate::identity::issue::ClientSubject;
use crate::identity::request::certificate_request::{RequestError, read_request_with_subject};
use crate::storage::StoreError;
use crate::storage::enrolment_requests::{RenewalOutcome, RenewalRequest};
use crate::storage::requests::CutOff;

/// Issues a new certificate, in DER, to a device that has a valid one. A repeat with the same key gets the same certificate.
pub async fn renew(gateway: &Gateway, caller: &Caller, request: &[u8]) -> Result<Vec<u8>, RenewError> {
    // A certificate of an external CA is renewed there: one of ours would outlive a revocation by that CA.
    let Credential::Own { sha256: presented } = caller.credential else {
        record_refusal(gateway, caller.device_id, "certificate_foreign").await?;
        return Err(RenewError::ExternalCertificate);
    };
    let subject =
        ClientSubject { role: caller.party.role, party_id: caller.party.party_id, device_id: caller.device_id };
    let (key, claimed) = match read_request_with_subject(request) {
        Ok(read) => read,
        Err(error) => {
            record_refusal(gateway, caller.device_id, request_reason(&error)).await?;
            return Err(error.into());
        }
    };
    // RFC 7030 section 4.2.2 requires the same subject; an empty one, or a name alone, is accepted as the same.
    if !claimed.is_own(&subject) {
        record_refusal(gateway, caller.device_id, "subject_foreign").await?;
        return Err(RenewError::SubjectMismatch { own: Box::new(subject) });
    }
    let (issued, certificate) = certify(gateway, &caller.party, caller.device_id, &key).await?;
    let renewal = RenewalRequest {
        device_id: caller.device_id,
        presented,
        key: fingerprint(&key),
        certificate,
        der: issued.der,
        now: gateway.now(),
    };
    match gateway.store.renew(&renewal).await? {
        RenewalOutcome::Stored => Ok(renewal.der),
        RenewalOutcome::Repeated { der } => Ok(der),
        RenewalOutcome::CutOff(cut_off) => Err(RenewError::CutOff(cut_off)),
        RenewalOutcome::TooSoon { wait } => Err(RenewError::TooSoon { wait }),
        RenewalOutcome::Superseded { since } => {
            let details = serde_json::json!({ "reason": "certificate_superseded", "presented": presented });
            record_paced_rejection(gateway, caller.device_id, AuditEvent::EnrolmentRefused, details).await?;
            Err(RenewError::Superseded { since })
        }
        RenewalOutcome::KeyReused => {
            let details = serde_json::json!({ "reason": "key_reused", "spki_sha256": renewal.key });
            record_paced_rejection(gateway, caller.device_id, AuditEvent::EnrolmentRefused, details).await?;
            Err(RenewError::KeyReused)
        }
    }
}

/// Reason why a device gets no new certificate.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    #[error("the certificate request is invalid")]
    Request(#[from] RequestError),
    #[error("another device has or had the key")]
    KeyReused,
    #[error("the request names another device or party")]
    SubjectMismatch {
        /// The subject that the device must use.
        own: Box<ClientSubject>,
    },
    #[error("the certificate is one of an external CA, which must renew it")]
    ExternalCertificate,
    #[error("the device already received a certificate a short time ago")]
    TooSoon { wait: Duration },
    #[error("the device has used a newer certificate")]
    Superseded { since: Timestamp },
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("cannot issue a certificate")]
    Certify(#[from] CertifyError),
    #[error("database error")]
    Store(#[from] StoreError),
}
