//! Server certificate of a listener, with its private key.

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::error::TlsConfigError;
use super::pem_source::PemSource;
use crate::clock::Timestamp;
use crate::identity::certificate::read_certificate;
use crate::identity::cryptography::crypto_provider;

/// Certificate chain of a listener, with its key.
#[derive(Debug)]
pub struct ServerIdentity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl ServerIdentity {
    /// Parses a chain (the server's own certificate first) and its private key (PKCS#8, SEC 1 or PKCS#1).
    ///
    /// # Errors
    /// [`TlsConfigError::BadPem`] naming the file.
    pub fn parse(chain: &PemSource, key: &PemSource) -> Result<Self, TlsConfigError> {
        Ok(Self { chain: chain.certificates()?, key: key.private_key()? })
    }

    /// Adds the certificates of these authorities to the chain. Clients do not need a root, but browsers show only what they got.
    ///
    /// # Errors
    /// [`TlsConfigError::BadPem`] naming the file.
    pub fn with_authorities(mut self, authorities: &[PemSource]) -> Result<Self, TlsConfigError> {
        for certificate in
            authorities.iter().map(PemSource::certificates).collect::<Result<Vec<_>, _>>()?.into_iter().flatten()
        {
            if !self.chain.contains(&certificate) {
                self.chain.push(certificate);
            }
        }
        Ok(self)
    }

    /// The chain with its key, as a handshake uses them.
    ///
    /// # Errors
    /// [`TlsConfigError::Identity`] when they do not belong together.
    pub(super) fn certified_key(self) -> Result<CertifiedKey, TlsConfigError> {
        CertifiedKey::from_der(self.chain, self.key, &crypto_provider()).map_err(TlsConfigError::Identity)
    }

    /// `None` if the certificate cannot be parsed.
    pub fn expires_at(&self) -> Option<Timestamp> {
        Some(read_certificate(self.chain.first()?).ok()?.not_after)
    }
}
