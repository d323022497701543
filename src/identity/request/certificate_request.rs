//! A device's request for a certificate (PKCS#10, RFC 2986), of which only the key is taken.
//!
//! The gateway writes its own subject and ignores extensions, so that a request does not fail because of attributes that Windows
//! and OpenSSL add. It reads the claimed names only to notice a request in the name of another device. rcgen's reader does not fit:
//! it refuses unknown extensions, and it takes the curve of the key from the signature's algorithm, which is wrong for P-384
//! signed with SHA-256.

use x509_parser::asn1_rs::{Any, BitString, Tag};
use x509_parser::error::X509Error;
use x509_parser::oid_registry::{
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384, Oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::verify::verify_signature;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::claimed_subject::ClaimedSubject;
use crate::identity::pem;
use crate::identity::public_key::{KeyError, PublicKey};

/// SHA-1 is left out, although the verifier accepts it. RSA-PSS is left out because the verifier knows only one salt length and
/// would reject OpenSSL's default as a forgery; PKCS#1 v1.5 proves possession as well.
const SIGNATURE_ALGORITHMS: [Oid<'static>; 5] = [
    OID_SIG_ECDSA_WITH_SHA256,
    OID_SIG_ECDSA_WITH_SHA384,
    OID_PKCS1_SHA256WITHRSA,
    OID_PKCS1_SHA384WITHRSA,
    OID_PKCS1_SHA512WITHRSA,
];

/// The shortest RSA key that the verifier reads. For a shorter one the length is reported and not a wrong signature.
const RSA_VERIFIABLE_BITS: usize = 2048;

/// Reads a request in PEM or DER and returns its key, if the request's own signature proves that the sender holds the private
/// key. The caller limits the size of `request`.
///
/// # Errors
/// [`RequestError`] for the first fault; the signature is checked before the kind of key.
pub fn read_request(request: &[u8]) -> Result<PublicKey, RequestError> {
    read_request_with_subject(request).map(|(key, _)| key)
}

/// The same, with the subject that the request claims; enrolment compares it with the known device.
///
/// # Errors
/// [`RequestError`], as [`read_request`].
pub fn read_request_with_subject(request: &[u8]) -> Result<(PublicKey, ClaimedSubject), RequestError> {
    match std::str::from_utf8(request) {
        Ok(text) if text.contains("-----BEGIN") => {
            // certreq of Windows and some other programs write NEW in front (RFC 7468 section 7).
            let der = pem::decode_one(pem::REQUEST, text).or_else(|| pem::decode_one("NEW CERTIFICATE REQUEST", text));
            read_der(&der.ok_or(RequestError::NotARequest)?)
        }
        _ => read_der(request),
    }
}

fn read_der(der: &[u8]) -> Result<(PublicKey, ClaimedSubject), RequestError> {
    let request = RequestParts::split(der).ok_or(RequestError::NotARequest)?;
    let verified = if SIGNATURE_ALGORITHMS.contains(&request.signature_algorithm.algorithm) {
        verify_signature(&request.spki, &request.signature_algorithm, &request.signature, request.signed)
    } else {
        Err(X509Error::SignatureUnsupportedAlgorithm)
    };
    let key = PublicKey::read(request.spki.raw);
    match (verified, key) {
        (Ok(()), Ok(key)) => Ok((key, ClaimedSubject::read(request.subject))),
        (Ok(()) | Err(X509Error::SignatureUnsupportedAlgorithm), Err(reason)) => Err(RequestError::Key(reason)),
        (Err(X509Error::SignatureUnsupportedAlgorithm), Ok(_)) => Err(RequestError::SignatureAlgorithm),
        (Err(_), Err(KeyError::RsaTooShort { bits })) if bits < RSA_VERIFIABLE_BITS => {
            Err(RequestError::Key(KeyError::RsaTooShort { bits }))
        }
        (Err(_), _) => Err(RequestError::Signature),
    }
}

/// ```text
/// CertificationRequest ::= SEQUENCE {                 -- RFC 2986 section 4
///     SEQUENCE { version INTEGER, subject Name, subjectPKInfo, attributes [0] },
///     signatureAlgorithm, signature BIT STRING }
/// ```
struct RequestParts<'a> {
    /// The octets the signature covers.
    signed: &'a [u8],
    /// The `Name`, whole.
    subject: &'a [u8],
    spki: SubjectPublicKeyInfo<'a>,
    signature_algorithm: AlgorithmIdentifier<'a>,
    signature: BitString<'a>,
}

impl<'a> RequestParts<'a> {
    fn split(der: &'a [u8]) -> Option<Self> {
        let (rest, request) = Any::from_der(der).ok()?;
        if !rest.is_empty() || request.tag() != Tag::Sequence {
            return None;
        }
        let (rest, info) = Any::from_der(request.data).ok()?;
        if info.tag() != Tag::Sequence {
            return None;
        }
        let signed = &request.data[..request.data.len() - rest.len()];
        let (rest, signature_algorithm) = AlgorithmIdentifier::from_der(rest).ok()?;
        let (rest, signature) = BitString::from_der(rest).ok()?;
        if !rest.is_empty() || signature.unused_bits != 0 {
            return None;
        }
        let (rest, _version) = Any::from_der(info.data).ok()?;
        let (after_subject, _) = Any::from_der(rest).ok()?;
        let subject = &rest[..rest.len() - after_subject.len()];
        let (_attributes, spki) = SubjectPublicKeyInfo::from_der(after_subject).ok()?;
        Some(Self { signed, subject, spki, signature_algorithm, signature })
    }
}

/// Reason why a request gets no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("not a certificate request: send one PKCS#10 request as PEM or DER")]
    NotARequest,
    #[error(
        "the request's signature algorithm is not accepted: sign it with SHA-256 or SHA-384, an RSA key with PKCS#1 v1.5 padding"
    )]
    SignatureAlgorithm,
    /// The request was changed on the way, or the sender does not hold the private key.
    #[error("the request's own signature is wrong: make a new request with the device's private key")]
    Signature,
    #[error(transparent)]
    Key(KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::key::DeviceKey;

    #[test]
    fn a_request_proves_its_key() {
        let key = DeviceKey::generate().unwrap();
        let der = key.to_request().unwrap();
        assert_eq!(read_request(&der), Ok(key.public_key()));
        assert_eq!(read_request(pem::encode(pem::REQUEST, &der).as_bytes()), Ok(key.public_key()));
        assert_eq!(read_request(pem::encode("NEW CERTIFICATE REQUEST", &der).as_bytes()), Ok(key.public_key()));
    }

    #[test]
    fn no_signed_byte_of_a_request_can_be_changed() {
        let key = DeviceKey::generate().unwrap();
        let der = key.to_request().unwrap();
        let signed = RequestParts::split(&der).unwrap().signed;
        let start = der.windows(signed.len()).position(|window| window == signed).unwrap();
        for position in 0..der.len() {
            let mut changed = der.clone();
            changed[position] ^= 1;
            let read = read_request(&changed);
            if (start..start + signed.len()).contains(&position) {
                assert!(read.is_err(), "byte {position}");
            } else {
                // Framing that no signature covers may be read leniently, but never as another key.
                assert!(read.is_err() || read == Ok(key.public_key()), "byte {position}");
            }
        }
    }

    #[test]
    fn no_piece_of_a_request_is_taken_for_one() {
        let mut der = DeviceKey::generate().unwrap().to_request().unwrap();
        for length in 0..der.len() {
            assert_eq!(read_request(&der[..length]), Err(RequestError::NotARequest));
        }
        der.push(0);
        assert_eq!(read_request(&der), Err(RequestError::NotARequest));
        assert_eq!(read_request(b"-----BEGIN CERTIFICATE-----"), Err(RequestError::NotARequest));
    }
}
