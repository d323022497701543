//! CAs of this run: those of the devices that a story begins with, and those that issue certificates during a story.

use std::sync::OnceLock;
use std::time::Duration;

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::flows::certificate_issuer::CertificateIssuer;
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::certs_only::certificates_only;
use lichtbild::transport::tls::PemSource;

use crate::support::enrolment::{authorities, issuance};
use crate::support::pki::TestCa;

/// CA of the server certificates in this run.
pub fn server_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| TestCa::new("Server CA"))
}

pub(super) fn office_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| TestCa::new("Office CA"))
}

pub(super) fn studio_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| TestCa::new("Studio CA"))
}

/// The certificates that the listener of this role trusts.
pub(super) fn roots(role: Role) -> PemSource {
    let [_, studio, office] = authorities();
    let (given, issuing) = match role {
        Role::Studio => (studio_ca(), studio),
        Role::Office => (office_ca(), office),
    };
    PemSource::new("roots.pem", format!("{}{}", given.certificate_pem, issuing.certificate_pem()))
}

/// Facts of the certificates that a story's gateway issues.
#[derive(Debug)]
pub(super) struct IssuerFacts {
    pub(super) policy: EnrolmentPolicy,
    /// Of the listeners for studios, offices and enrolment.
    pub(super) addresses: [String; 3],
}

impl IssuerFacts {
    /// The issuer, with this validity of browsers' certificates.
    pub(super) fn issuer(&self, browser: Duration) -> CertificateIssuer {
        let [studio, office, enrolment] = &self.addresses;
        let mut issuer = issuance(self.policy);
        issuer.validity.browser = browser;
        let server_ca_pem = server_ca().certificate_pem.clone();
        let server = certificates_from_pem(&server_ca_pem).unwrap().swap_remove(0);
        let [_, studio_ca, office_ca] = authorities();
        issuer.ca_certificates_pkcs7 =
            certificates_only(&[&server, studio_ca.certificate_der(), office_ca.certificate_der()]).unwrap();
        issuer.server_ca_sha256 = Sha256Digest::of(&server);
        issuer.server_ca_pem = server_ca_pem;
        issuer.enrolment_url.clone_from(enrolment);
        for (role, url, list) in [(&mut issuer.studio, studio, "studio"), (&mut issuer.office, office, "office")] {
            role.url.clone_from(url);
            role.crl_url = format!("{enrolment}/crl/{list}.crl");
        }
        issuer
    }
}
