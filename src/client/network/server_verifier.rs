//! Verification of the gateway's certificate. The error names the issuer of a foreign certificate, so that the user learns which firewall
//! or virus scanner inspects TLS.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::VerifierBuilderError;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, RootCertStore, SignatureScheme,
};

use crate::identity::certificate::{CertificateNames, certificate_names, read_certificate};
use crate::identity::cryptography::crypto_provider;

/// Makes a verifier that trusts only `roots`.
pub fn server_verifier(roots: RootCertStore) -> Result<Arc<dyn ServerCertVerifier>, VerifierBuilderError> {
    let authorities = roots.subjects();
    let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), crypto_provider()).build()?;
    Ok(Arc::new(IssuerNamingVerifier { inner, authorities }))
}

/// The certificate of a server was issued by an authority that is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("certificate issued by {issuer}")]
pub struct UntrustedIssuer {
    /// Distinguished name of the last certificate's issuer; empty if it cannot be read.
    pub issuer: String,
}

/// The issuer's name of a certificate; empty if it cannot be read.
pub fn issuer_name(certificate: &[u8]) -> String {
    read_certificate(certificate).map(|facts| facts.issuer).unwrap_or_default()
}

/// Reports whether an issuer has the name of a gateway's own authority (`Authority::create`). The name proves nothing and is used for
/// messages only.
pub fn is_gateway_issuer(issuer: &str) -> bool {
    issuer.contains("CN=Lichtbild ")
}

/// Makes the same decisions as `WebPkiServerVerifier`; only the error differs.
#[derive(Debug)]
struct IssuerNamingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    authorities: Vec<DistinguishedName>,
}

impl IssuerNamingVerifier {
    /// Reports whether neither the certificate nor an intermediate one names a trusted authority as its issuer. Such a certificate is
    /// foreign. This is checked separately, because webpki reports wrong purpose and validity first.
    fn is_foreign(&self, certificate: &[u8], intermediates: &[CertificateDer<'_>]) -> bool {
        let Ok(CertificateNames { issuer: mut name, .. }) = certificate_names(certificate) else { return true };
        let between: Vec<_> = intermediates.iter().filter_map(|der| certificate_names(der).ok()).collect();
        for _ in 0..=between.len() {
            if self.authorities.iter().any(|authority| authority.as_ref() == name) {
                return false;
            }
            match between.iter().find(|names| names.subject == name) {
                Some(names) => name.clone_from(&names.issuer),
                None => return true,
            }
        }
        true
    }
}

impl ServerCertVerifier for IssuerNamingVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.inner.verify_server_cert(certificate, intermediates, name, ocsp, now).map_err(|error| match error {
            Error::InvalidCertificate(cause)
                if cause == CertificateError::UnknownIssuer || self.is_foreign(certificate, intermediates) =>
            {
                let issuer = issuer_name(certificate);
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(UntrustedIssuer { issuer }))))
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }

    /// The gateway may have another certificate for browsers and shows its own to clients that name its CA.
    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        Some(&self.authorities)
    }
}
