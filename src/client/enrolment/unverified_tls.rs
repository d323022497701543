//! TLS connection to an unverified server, for one request: the look-up of an invitation.
//!
//! A device that is not enrolled yet cannot verify the gateway, because the gateway has its own authority, which this request fetches. This
//! is secure, because nothing depends on this connection:
//!
//! - *Nothing secret is sent.* The lookup id is derived from the code by HKDF. It identifies the invitation, but does not reveal the code
//!   (95 random bits), so that an eavesdropper cannot enrol with it.
//! - *The answer is not trusted* before it is verified: it contains an HMAC with a key that is derived from the code too, over a nonce of
//!   this request, the gateway's address and its authority. Only the user and the gateway know the code.
//! - *All later requests* use connections that are verified with the proven authority only. A relay can forward request and answer, and
//!   is then detected by its own certificate.
//!
//! Signatures of the handshake are verified all the same.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::client::network::server_verifier::issuer_name;
use crate::identity::cryptography::crypto_provider;

/// TLS configuration that accepts any server certificate. For the look-up of an invitation only.
pub(super) fn unverified_tls_config() -> Result<(ClientConfig, SeenIssuer), Error> {
    let provider = crypto_provider();
    let seen = SeenIssuer::default();
    let tls = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AcceptAnyServer { provider, seen: seen.clone() }))
        .with_no_client_auth();
    Ok((tls, seen))
}

/// Issuer's name of the certificate that a server presented last. It is shown to the user, and nothing is decided by it.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenIssuer(Arc<Mutex<String>>);

impl SeenIssuer {
    /// The name; empty if there was no certificate that can be parsed.
    pub(super) fn name(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Debug)]
struct AcceptAnyServer {
    provider: Arc<CryptoProvider>,
    seen: SeenIssuer,
}

impl ServerCertVerifier for AcceptAnyServer {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.seen.0.lock().unwrap_or_else(PoisonError::into_inner) = issuer_name(certificate);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
