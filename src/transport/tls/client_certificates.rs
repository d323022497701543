//! Verification of client certificates in the handshake.
//!
//! webpki checks the path, the times and the signatures. This module adds three checks: the certificate must be marked for TLS clients
//! (webpki accepts one without extended key usage), its key must be strong enough, and the gateway must not have revoked it. Own and
//! external CAs are verified separately, because only external ones need revocation lists, and an expired list of an external CA must
//! not affect the gateway's own devices.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, SignatureScheme};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::external_ca::ExternalCa;
use super::presented_device;
use super::rejected_certificates::RejectionCause;
use super::revocation::RevokedCertificates;
use crate::domain::digest::Sha256Digest;
use crate::identity::certificate::read_certificate;
use crate::identity::issue::ClientSubject;
use crate::identity::public_key::RSA_MINIMUM_BITS;

/// Signatures by which a client may prove its key; for RSA only RSA-PSS.
const SIGNATURE_SCHEMES: [SignatureScheme; 5] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
];

/// Policy for a client without a certificate, or with one that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingCertificatePolicy {
    /// An alert ends the handshake (`certificate_required`, `certificate_expired` and others).
    #[default]
    Refuse,
    /// As [`Explain`](Self::Explain) for clients that may be browsers, and as [`Refuse`](Self::Refuse) for others. An answer to a browser
    /// ends with [`AlertInstead`](crate::transport::http::alert_instead::AlertInstead) if it is a program after all.
    ExplainToBrowsers,
    /// The handshake succeeds, so that one request can be answered with an explanation: see
    /// [`Admission::NoCertificate`](crate::transport::accept::peer::Admission::NoCertificate). `ServerTls::admit` checks the
    /// certificate after the handshake.
    Explain,
}

/// webpki's verifier with further checks.
#[derive(Debug)]
pub(super) struct DeviceCertificateVerifier {
    path: Arc<dyn ClientCertVerifier>,
    external_cas: Vec<ExternalCa>,
    hints: Vec<DistinguishedName>,
    revoked: RevokedCertificates,
    /// False if the handshake accepts every certificate.
    refuses_in_handshake: bool,
}

impl DeviceCertificateVerifier {
    pub(super) fn new(
        path: Arc<dyn ClientCertVerifier>,
        external_cas: Vec<ExternalCa>,
        revoked: RevokedCertificates,
        refuses_in_handshake: bool,
    ) -> Self {
        let mut hints = path.root_hint_subjects().to_vec();
        hints.extend(external_cas.iter().flat_map(|authority| authority.verifier.root_hint_subjects().to_vec()));
        Self { path, external_cas, hints, revoked, refuses_in_handshake }
    }

    /// Reports whether an external CA issued a verified chain, and not one of the gateway's own.
    pub(super) fn is_external(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> bool {
        !self.external_cas.is_empty() && self.path.verify_client_cert(end_entity, intermediates, now).is_err()
    }

    /// False if the certificate must be checked after the handshake.
    pub(super) fn refuses_in_handshake(&self) -> bool {
        self.refuses_in_handshake
    }

    /// Checks path, times, purpose, key and revocation, whatever the policy.
    pub(super) fn check(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        // The path comes first, so that clients without a certificate of these CAs learn nothing about the other checks.
        let verified = match self.verify_path(end_entity, intermediates, now) {
            Ok(verified) => verified,
            // webpki checks the times first. For a certificate of an unknown issuer, "expired" would be misleading.
            Err(error) if is_about_time(&error) && self.is_of_unknown_issuer(end_entity, intermediates) => {
                return Err(CertificateError::UnknownIssuer.into());
            }
            Err(error) => {
                use CertificateError::{Expired, ExpiredContext};
                if let rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) = error {
                    self.revoked.rejected().add(Sha256Digest::of(end_entity), RejectionCause::Expired);
                }
                return Err(error);
            }
        };
        let key_sha256 = check_purpose_and_key(end_entity)?;
        // A revoked key is refused in every certificate, although only external certificates are bound by their key.
        let sha256 = Sha256Digest::of(end_entity);
        if self.revoked.contains(&sha256) || self.revoked.contains(&key_sha256) {
            self.revoked.rejected().add(sha256, RejectionCause::Revoked);
            return Err(CertificateError::Revoked.into());
        }
        Ok(verified)
    }

    /// The device of a refused certificate, if one of the gateway's own CAs issued it: a certificate of another issuer can state any name.
    /// The chain is verified at the begin of its validity, since an expired certificate also counts.
    pub(super) fn device_of_refused(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Option<ClientSubject> {
        self.path.verify_client_cert(end_entity, intermediates, begin_of(end_entity)?).ok()?;
        ClientSubject::of_certificate(end_entity)
    }

    /// Reports whether no trusted CA issued a certificate, independent of the time.
    fn is_of_unknown_issuer(&self, end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> bool {
        let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        begin_of(end_entity).is_some_and(|begin| {
            self.verify_path(end_entity, intermediates, begin).is_err_and(|error| error == unknown)
        })
    }

    fn verify_path(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let mut error = match self.path.verify_client_cert(end_entity, intermediates, now) {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        for authority in &self.external_cas {
            match authority.verifier.verify_client_cert(end_entity, intermediates, now) {
                Ok(verified) => return Ok(verified),
                // The CA that knows the issuer has the relevant error.
                Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                Err(other) => error = other,
            }
        }
        Err(error)
    }
}

/// The first moment of a certificate.
fn begin_of(end_entity: &CertificateDer<'_>) -> Option<UnixTime> {
    Some(UnixTime::since_unix_epoch(read_certificate(end_entity).ok()?.not_before.since_unix_epoch()))
}

fn is_about_time(error: &rustls::Error) -> bool {
    use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
    let rustls::Error::InvalidCertificate(error) = error else { return false };
    matches!(error, Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
}

impl ClientCertVerifier for DeviceCertificateVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.refuses_in_handshake()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if self.refuses_in_handshake() {
            return self
                .check(end_entity, intermediates, now)
                .inspect_err(|_| presented_device::note(self.device_of_refused(end_entity, intermediates)));
        }
        // This only continues the handshake, in which the peer proves that it holds the key. `ServerTls::admit` checks the certificate
        // before the peer gets an identity.
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        only_offered(dss.scheme)?;
        self.path.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        only_offered(dss.scheme)?;
        self.path.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        SIGNATURE_SCHEMES.to_vec()
    }
}

/// rustls sends the offered schemes, but only the verifier can reject others.
fn only_offered(scheme: SignatureScheme) -> Result<(), rustls::Error> {
    if SIGNATURE_SCHEMES.contains(&scheme) {
        Ok(())
    } else {
        Err(rustls::PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }
}

/// Returns SHA-256 of the key.
fn check_purpose_and_key(der: &CertificateDer<'_>) -> Result<Sha256Digest, CertificateError> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    if !rest.is_empty() {
        return Err(CertificateError::BadEncoding);
    }
    let usage = certificate.extended_key_usage().map_err(|_| CertificateError::BadEncoding)?;
    if !usage.is_some_and(|usage| usage.value.client_auth) {
        return Err(CertificateError::InvalidPurpose);
    }
    if is_strong(certificate.public_key()) {
        Ok(Sha256Digest::of(certificate.public_key().raw))
    } else {
        Err(CertificateError::Other(OtherError(Arc::new(WeakKeyError))))
    }
}

fn is_strong(key: &SubjectPublicKeyInfo<'_>) -> bool {
    let kind = &key.algorithm.algorithm;
    if *kind == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
        curve.is_some_and(|curve| curve == OID_EC_P256 || curve == OID_NIST_EC_P384)
    } else if *kind == OID_PKCS1_RSAENCRYPTION {
        matches!(key.parsed(), Ok(PublicKey::RSA(rsa)) if rsa.key_size() >= RSA_MINIMUM_BITS)
    } else {
        false
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the key is neither ECDSA on P-256 or P-384 nor RSA of at least {RSA_MINIMUM_BITS} bits")]
pub(in crate::transport) struct WeakKeyError;
