//! Choice between two certificates of one listener by the authorities that the client names.

use std::sync::Arc;

use rustls::DistinguishedName;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::error::TlsConfigError;
use super::server_identity::ServerIdentity;
use crate::identity::certificate::certificate_names;

/// The gateway's own certificate, for clients that name its CA, and one of a public authority for all others.
#[derive(Debug)]
pub(super) struct IdentityChoice {
    own: Arc<CertifiedKey>,
    /// Name of the CA of `own` in DER.
    own_issuer: Vec<u8>,
    public: Arc<CertifiedKey>,
}

impl IdentityChoice {
    /// # Errors
    /// [`TlsConfigError::Identity`] when a key and its certificate do not belong together.
    pub(super) fn new(own: ServerIdentity, public: ServerIdentity) -> Result<Self, TlsConfigError> {
        let missing = || TlsConfigError::Identity(rustls::Error::NoCertificatesPresented);
        let names = certificate_names(own.chain.first().ok_or_else(missing)?).map_err(|_| missing())?;
        let (own, public) = (Arc::new(own.certified_key()?), Arc::new(public.certified_key()?));
        Ok(Self { own, own_issuer: names.issuer, public })
    }

    fn names_own_issuer(&self, authorities: Option<&[DistinguishedName]>) -> bool {
        authorities.is_some_and(|named| named.iter().any(|name| name.as_ref() == self.own_issuer))
    }
}

impl ResolvesServerCert for IdentityChoice {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let chosen = if self.names_own_issuer(hello.certificate_authorities()) { &self.own } else { &self.public };
        Some(Arc::clone(chosen))
    }
}
