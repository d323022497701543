//! Authorities whose client certificates a listener accepts.

use rustls::RootCertStore;

use super::client_certificates::MissingCertificatePolicy;
use super::error::TlsConfigError;
use super::external_ca::ExternalCa;
use super::pem_source::PemSource;
use super::revocation::RevokedCertificates;

/// CAs of *one* role.
#[derive(Debug)]
pub struct ClientTrust {
    pub(super) roots: RootCertStore,
    pub(super) external_cas: Vec<ExternalCa>,
    pub(super) revoked: RevokedCertificates,
    pub(super) missing_certificate: MissingCertificatePolicy,
}

impl ClientTrust {
    /// Trusts every CA in `roots`; `revoked` is the gateway's own list, which may change later.
    ///
    /// # Errors
    /// [`TlsConfigError::BadPem`] or [`TlsConfigError::BadRoot`] naming the file.
    pub fn parse(roots: &PemSource, revoked: RevokedCertificates) -> Result<Self, TlsConfigError> {
        Ok(Self {
            roots: roots.roots()?,
            external_cas: Vec::new(),
            revoked,
            missing_certificate: MissingCertificatePolicy::default(),
        })
    }

    /// Accepts certificates of these external CAs as well.
    #[must_use]
    pub fn with_external_cas(mut self, external_cas: Vec<ExternalCa>) -> Self {
        self.external_cas = external_cas;
        self
    }

    /// Sets what happens to clients without a certificate; the default is to refuse them.
    #[must_use]
    pub fn with_missing_certificate(mut self, policy: MissingCertificatePolicy) -> Self {
        self.missing_certificate = policy;
        self
    }
}
