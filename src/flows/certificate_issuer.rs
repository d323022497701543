//! CAs of studios and offices, with the terms of the certificates that they issue to devices.

use std::time::Duration;

use crate::domain::digest::Sha256Digest;
use crate::domain::party::Role;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::identity::authority::Authority;

/// The CAs of both roles.
#[derive(Debug)]
pub struct CertificateIssuer {
    pub policy: EnrolmentPolicy,
    pub validity: CertificateValidity,
    /// Devices trust the gateway by this certificate.
    pub server_ca_pem: String,
    /// Of the certificate in DER.
    pub server_ca_sha256: Sha256Digest,
    /// All three CA certificates, as the route `cacerts` sends them: certs-only PKCS#7 in DER.
    pub ca_certificates_pkcs7: Vec<u8>,
    /// Address of the enrolment listener.
    pub enrolment_url: String,
    pub studio: RoleIssuer,
    pub office: RoleIssuer,
}

/// Validity of certificates, by the kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateValidity {
    /// A program renews its certificate.
    pub program: Duration,
    /// A person installs each certificate of a browser.
    pub browser: Duration,
}

impl CertificateValidity {
    /// Devices of unknown kind get the validity of programs.
    pub fn of(self, kind: Option<DeviceKind>) -> Duration {
        match kind {
            Some(DeviceKind::Browser) => self.browser,
            Some(DeviceKind::Program) | None => self.program,
        }
    }
}

/// The CA of one role.
#[derive(Debug)]
pub struct RoleIssuer {
    /// `None` while the key is on another machine.
    pub authority: Option<Authority>,
    /// Address of the role's listener.
    pub url: String,
    pub crl_url: String,
}

impl CertificateIssuer {
    pub const fn for_role(&self, role: Role) -> &RoleIssuer {
        match role {
            Role::Studio => &self.studio,
            Role::Office => &self.office,
        }
    }
}
