//! Issue of a certificate for a device's key.

use std::fmt;

use crate::domain::digest::Sha256Digest;
use crate::domain::party::Role;
use crate::flows::gateway::Gateway;
use crate::identity::error::IdentityError;
use crate::identity::issue::{ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use crate::identity::public_key::PublicKey;
use crate::storage::requests::CertificateRecord;

/// Certifies a key for a device. Nothing is stored by this.
///
/// # Errors
/// [`CertifyError`].
pub(super) fn certify(
    gateway: &Gateway,
    subject: &ClientSubject,
    key: &PublicKey,
) -> Result<(IssuedCertificate, CertificateRecord), CertifyError> {
    let unavailable = CertifyError::Unavailable { role: subject.role };
    let issuer = gateway.certificate_issuer().ok_or(unavailable)?;
    let role_issuer = issuer.for_role(subject.role);
    let authority = role_issuer.authority.as_ref().ok_or(CertifyError::Unavailable { role: subject.role })?;
    let terms = IssuanceTerms { validity: issuer.validity, crl_url: Some(role_issuer.crl_url.clone()) };
    let issued = issue_client(authority, subject, key, &terms, gateway.now(), gateway.entropy.as_ref())
        .map_err(CertifyError::Identity)?;
    let record = CertificateRecord {
        sha256: issued.sha256,
        serial: issued.serial.as_bytes().to_vec(),
        not_before: issued.not_before,
        not_after: issued.not_after,
        key: Some(fingerprint(key)),
    };
    Ok((issued, record))
}

/// SHA-256 of the public key, as both sides are shown it.
pub(super) fn fingerprint(key: &PublicKey) -> Sha256Digest {
    Sha256Digest::of(&key.to_spki_der())
}

/// Reason why a key was not certified although its holder is entitled to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertifyError {
    /// The authority's key is not here.
    Unavailable {
        /// Role whose devices the authority certifies.
        role: Role,
    },
    /// The authority did not issue.
    Identity(IdentityError),
}

impl fmt::Display for CertifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { role } => write!(f, "the key of the {role} authority is not on this machine"),
            Self::Identity(_) => f.write_str("the authority did not issue a certificate"),
        }
    }
}

impl std::error::Error for CertifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable { .. } => None,
            Self::Identity(source) => Some(source),
        }
    }
}
