//! Check of a server certificate before it is used, as a device would check it.

use rustls::CertificateError;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;

use super::error::TlsConfigError;
use super::pem_source::PemSource;
use super::server_identity::ServerIdentity;
use crate::clock::Timestamp;
use crate::identity::cryptography::crypto_provider;

impl ServerIdentity {
    /// Verifies the certificate like a device that trusts only `authority` and calls the gateway `host`: validity, chain, purpose and name.
    ///
    /// # Errors
    /// [`TlsConfigError::Unacceptable`] with the reason.
    pub fn verify_as_client(&self, authority: &PemSource, host: &str, now: Timestamp) -> Result<(), TlsConfigError> {
        let refused = |source| TlsConfigError::Unacceptable { host: host.to_owned(), source: timeless(source) };
        let (name, end_entity, intermediates) = self.presented_to(host).map_err(refused)?;
        let now = UnixTime::since_unix_epoch(now.since_unix_epoch());
        WebPkiServerVerifier::builder_with_provider(authority.roots()?.into(), crypto_provider())
            .build()
            .map_err(TlsConfigError::ClientTrust)?
            .verify_server_cert(end_entity, intermediates, &name, &[], now)
            .map_err(refused)?;
        Ok(())
    }

    /// Checks only that the certificate names `host`; for a certificate whose CA the gateway does not know.
    ///
    /// # Errors
    /// [`TlsConfigError::WrongName`] with the reason.
    pub fn verify_name(&self, host: &str) -> Result<(), TlsConfigError> {
        let refused = |source| TlsConfigError::WrongName { host: host.to_owned(), source };
        let (name, end_entity, _) = self.presented_to(host).map_err(refused)?;
        let certificate = ParsedCertificate::try_from(end_entity).map_err(refused)?;
        verify_server_name(&certificate, &name).map_err(refused)
    }

    /// The name that a client checks, the server's certificate, and the other certificates of its chain.
    fn presented_to(
        &self,
        host: &str,
    ) -> Result<(ServerName<'static>, &CertificateDer<'static>, &[CertificateDer<'static>]), rustls::Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| rustls::Error::General("not a host name or an address".into()))?;
        let (end_entity, intermediates) = self.chain.split_first().ok_or(rustls::Error::NoCertificatesPresented)?;
        Ok((name, end_entity, intermediates))
    }
}

/// The error without the current time, so that the same fault is reported once.
fn timeless(error: rustls::Error) -> rustls::Error {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { .. }) => CertificateError::Expired.into(),
        rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { .. }) => {
            CertificateError::NotValidYet.into()
        }
        other => other,
    }
}
