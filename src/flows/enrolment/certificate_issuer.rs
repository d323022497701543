//! What devices are certified with: the authorities of both sides, and what a device is told about the gateway.

use std::fmt;
use std::time::Duration;

use crate::domain::digest::Sha256Digest;
use crate::domain::party::Role;
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::flows::Gateway;
use crate::identity::authority::Authority;
use crate::identity::error::IdentityError;
use crate::identity::issue::{ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use crate::identity::public_key::PublicKey;
use crate::storage::requests::CertificateRecord;

/// For both sides.
#[derive(Debug)]
pub struct CertificateIssuer {
    /// Who has to agree before a device gets its first certificate.
    pub policy: EnrolmentPolicy,
    /// How long a device's certificate lasts.
    pub validity: Duration,
    /// The server authority's certificate in PEM, by which a device knows the gateway.
    pub server_ca_pem: String,
    /// SHA-256 of the same certificate in DER.
    pub server_ca_sha256: Sha256Digest,
    /// The certificates of all three authorities, as `cacerts` answers them: certs-only PKCS#7 in DER.
    pub ca_certificates_pkcs7: Vec<u8>,
    /// For studios.
    pub studio: RoleIssuer,
    /// For offices.
    pub office: RoleIssuer,
}

/// For one side.
#[derive(Debug)]
pub struct RoleIssuer {
    /// Who certifies its devices; `None` while the key is kept elsewhere.
    pub authority: Option<Authority>,
    /// The address of its listener.
    pub url: String,
    /// Where its revocation list is published.
    pub crl_url: String,
}

impl CertificateIssuer {
    /// What is for this side.
    pub const fn for_role(&self, role: Role) -> &RoleIssuer {
        match role {
            Role::Studio => &self.studio,
            Role::Office => &self.office,
        }
    }
}

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
    let issuance = gateway.certificate_issuer().ok_or(unavailable)?;
    let side = issuance.for_role(subject.role);
    let authority = side.authority.as_ref().ok_or(CertifyError::Unavailable { role: subject.role })?;
    let terms = IssuanceTerms { validity: issuance.validity, crl_url: Some(side.crl_url.clone()) };
    let issued = issue_client(authority, subject, key, &terms, gateway.now(), gateway.entropy.as_ref())
        .map_err(CertifyError::Identity)?;
    let record = CertificateRecord {
        sha256: issued.sha256,
        serial: issued.serial.as_bytes().to_vec(),
        not_before: issued.not_before,
        not_after: issued.not_after,
    };
    Ok((issued, record))
}

/// Why a key was not certified although its holder is entitled to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertifyError {
    /// The authority's key is not here.
    Unavailable {
        /// Whose.
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
