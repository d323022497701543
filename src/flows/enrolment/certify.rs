//! Issue of a certificate for a device's key.

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

/// Issues a certificate with the device's name and the validity of its kind. The caller stores it.
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
    let device = gateway.store.device(device_id).await?;
    let (label, kind) = device.map_or((String::new(), None), |device| (device.label, device.kind));
    let subject = ClientSubject { role: party.role, party_id: party.party_id, device_id };
    let name = device_name(&party.name, &label, device_id);
    let terms = IssuanceTerms { validity: issuer.validity.of(kind), crl_url: Some(role_issuer.crl_url.clone()) };
    let issued = issue_client(authority, &subject, &name, key, &terms, gateway.now(), gateway.entropy.as_ref())?;
    let record = CertificateRecord {
        sha256: issued.sha256,
        serial: issued.serial.as_bytes().to_vec(),
        not_before: issued.not_before,
        not_after: issued.not_after,
        key: Some(fingerprint(key)),
    };
    Ok((issued, record))
}

/// SHA-256 of the public key, which the administrator compares with the one that the device shows.
pub(super) fn fingerprint(key: &PublicKey) -> Sha256Digest {
    Sha256Digest::of(&key.to_spki_der())
}

/// Reason why the gateway could not issue a certificate to an entitled device.
#[derive(Debug, thiserror::Error)]
pub enum CertifyError {
    #[error("the key of the {role} CA is not on this machine")]
    Unavailable { role: Role },
    #[error("cannot issue the certificate")]
    Identity(#[from] IdentityError),
    #[error("cannot look up the device")]
    Store(#[from] StoreError),
}
