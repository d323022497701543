//! Issue of a certificate for a device's key.

use std::fmt;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::domain::party::device_name::device_name;
use crate::domain::party::{Party, Role};
use crate::flows::gateway::Gateway;
use crate::identity::error::IdentityError;
use crate::identity::issue::{ClientSubject, IssuanceTerms, IssuedCertificate, issue_client};
use crate::identity::public_key::PublicKey;
use crate::storage::StoreError;
use crate::storage::requests::CertificateRecord;

/// Certifies a key for a device of this party, by its name and for the time that its kind gets. Nothing is stored by this.
///
/// # Errors
/// [`CertifyError`].
pub(super) async fn certify(
    gateway: &Gateway,
    party: &Party,
    device_id: DeviceId,
    key: &PublicKey,
) -> Result<(IssuedCertificate, CertificateRecord), CertifyError> {
    let unavailable = || CertifyError::Unavailable { role: party.role };
    let issuer = gateway.certificate_issuer().ok_or_else(unavailable)?;
    let role_issuer = issuer.for_role(party.role);
    let authority = role_issuer.authority.as_ref().ok_or_else(unavailable)?;
    let device = gateway.store.device(device_id).await.map_err(CertifyError::Store)?;
    let (label, kind) = device.map_or((String::new(), None), |device| (device.label, device.kind));
    let subject = ClientSubject { role: party.role, party_id: party.party_id, device_id };
    let name = device_name(&party.name, &label, device_id);
    let terms = IssuanceTerms { validity: issuer.validity.of(kind), crl_url: Some(role_issuer.crl_url.clone()) };
    let issued = issue_client(authority, &subject, &name, key, &terms, gateway.now(), gateway.entropy.as_ref())
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
#[derive(Debug)]
pub enum CertifyError {
    /// The authority's key is not here.
    Unavailable {
        /// Role whose devices the authority certifies.
        role: Role,
    },
    /// The authority did not issue.
    Identity(IdentityError),
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for CertifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable { role } => write!(f, "the key of the {role} authority is not on this machine"),
            Self::Identity(_) => f.write_str("the authority did not issue a certificate"),
            Self::Store(_) => f.write_str("the device could not be looked up"),
        }
    }
}

impl std::error::Error for CertifyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable { .. } => None,
            Self::Identity(source) => Some(source),
            Self::Store(source) => Some(source),
        }
    }
}
