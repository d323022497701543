//! Certificate authorities of both sides, with the terms of the certificates that they issue to devices.

use std::time::Duration;

use crate::domain::digest::Sha256Digest;
use crate::domain::party::Role;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::identity::authority::Authority;

/// For both sides.
#[derive(Debug)]
pub struct CertificateIssuer {
    /// Policy that decides whether an administrator must approve a key before the first certificate.
    pub policy: EnrolmentPolicy,
    /// Validity of a device's certificate.
    pub validity: CertificateValidity,
    /// The server authority's certificate in PEM, by which a device knows the gateway.
    pub server_ca_pem: String,
    /// SHA-256 of the same certificate in DER.
    pub server_ca_sha256: Sha256Digest,
    /// The certificates of all three authorities, as `cacerts` answers them: certs-only PKCS#7 in DER.
    pub ca_certificates_pkcs7: Vec<u8>,
    pub studio: RoleIssuer,
    pub office: RoleIssuer,
}

/// Validity of certificates, by the kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateValidity {
    /// For a program, which renews by itself.
    pub program: Duration,
    /// For a browser, into which somebody installs each certificate.
    pub browser: Duration,
}

impl CertificateValidity {
    /// Validity for a device; one of unknown kind is taken for a program.
    pub fn of(self, kind: Option<DeviceKind>) -> Duration {
        match kind {
            Some(DeviceKind::Browser) => self.browser,
            Some(DeviceKind::Program) | None => self.program,
        }
    }
}

/// For one side.
#[derive(Debug)]
pub struct RoleIssuer {
    /// Authority that certifies its devices; `None` while the key is kept elsewhere.
    pub authority: Option<Authority>,
    /// The address of its listener.
    pub url: String,
    /// Address at which its revocation list is published.
    pub crl_url: String,
}

impl CertificateIssuer {
    /// Authority and addresses for the devices of this role.
    pub const fn for_role(&self, role: Role) -> &RoleIssuer {
        match role {
            Role::Studio => &self.studio,
            Role::Office => &self.office,
        }
    }
}
