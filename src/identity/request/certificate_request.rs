//! A device's request for a certificate (PKCS#10, RFC 2986), of which only the key is taken.
//!
//! The gateway writes its own subject and ignores extensions, so that a request does not fail because of attributes that Windows
//! and OpenSSL add. It reads the claimed names only to notice a request in the name of another device. rcgen's reader does not fit:
//! it refuses unknown extensions, and it takes the curve of the key from the signature's algorithm, which is wrong for P-384
//! signed with SHA-256.

use x509_parser::asn1_rs::{Any, BitString};
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
        let ([], request) = take(der, SEQUENCE)? else { return None };
        let (after_info, info) = take(request, SEQUENCE)?;
        let signed = &request[..request.len() - after_info.len()];
        let (_, algorithm) = take(after_info, SEQUENCE)?;
        take(algorithm, OBJECT_IDENTIFIER)?;
        let (rest, signature_algorithm) = AlgorithmIdentifier::from_der(after_info).ok()?;
        take(rest, BIT_STRING)?;
        let (rest, signature) = BitString::from_der(rest).ok()?;
        if !rest.is_empty() || signature.unused_bits != 0 {
            return None;
        }
        let (rest, _version) = take(info, INTEGER)?;
        let (after_subject, _) = take(rest, SEQUENCE)?;
        let subject = &rest[..rest.len() - after_subject.len()];
        take(after_subject, SEQUENCE)?;
        let (attributes, spki) = SubjectPublicKeyInfo::from_der(after_subject).ok()?;
        are_attributes(attributes).then_some(Self { signed, subject, spki, signature_algorithm, signature })
    }
}

/// Identifier octets of elements: class, form and number of the tag.
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const ATTRIBUTES: u8 = 0xA0;

/// Splits off an element and returns the rest and the content. `Any` and the types of the library compare only the number of a tag.
fn take(der: &[u8], identifier: u8) -> Option<(&[u8], &[u8])> {
    let (rest, element) = Any::from_der(der).ok()?;
    (der.first() == Some(&identifier)).then_some((rest, element.data))
}

/// Reports whether the bytes behind the key are `[0] { SEQUENCE ... }`, or nothing, since some programs leave out an empty set. The
/// gateway does not use the attributes and does not look into them.
fn are_attributes(der: &[u8]) -> bool {
    if der.is_empty() {
        return true;
    }
    let Some(([], mut rest)) = take(der, ATTRIBUTES) else { return false };
    while !rest.is_empty() {
        let Some((after, _)) = take(rest, SEQUENCE) else { return false };
        rest = after;
    }
    true
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
    use rcgen::{KeyPair, PublicKeyData, SigningKey};

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

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).unwrap();
        let head = if length < 0x80 { vec![tag, length] } else { vec![tag, 0x81, length] };
        [&head, content].concat()
    }

    #[test]
    fn only_the_content_of_a_request_may_be_signed_as_one() {
        let key = KeyPair::generate().unwrap();
        let spki = key.subject_public_key_info();
        let read_with = |identifier: u8, version: &[u8], subject: &[u8], attributes: &[u8]| {
            let info = element(0x30, &[version, subject, &spki, attributes].concat());
            let algorithm = element(0x30, &element(identifier, &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2]));
            let signature = element(3, &[&[0], key.sign(&info).unwrap().as_slice()].concat());
            read_request(&element(0x30, &[info, algorithm, signature].concat())).map(|key| key.to_spki_der())
        };
        let read = |version: &[u8], subject: &[u8], attributes: &[u8]| read_with(6, version, subject, attributes);
        let (version, subject) = ([2, 1, 0], [0x30, 0]);
        for attributes in [&[][..], &[0xA0, 0], &[0xA0, 4, 0x30, 0, 0x30, 0]] {
            assert_eq!(read(&version, &subject, attributes), Ok(spki.clone()), "{attributes:?}");
        }
        for attributes in [
            &[0][..],
            &[0xA0],
            &[0xA0, 1, 0],
            &[0xA0, 2, 5, 0],
            &[0xA0, 3, 0x30, 0, 0],
            &[0xA0, 0, 0],
            &[0xA0, 0, 0xA0, 0],
            &[0x30, 0],
            &[0x80, 0],
            &[0xA0, 2, 0x10, 0],
            &[0xA0, 2, 0x70, 0],
            &[0xA1, 0],
        ] {
            assert_eq!(read(&version, &subject, attributes), Err(RequestError::NotARequest), "{attributes:?}");
        }
        assert_eq!(read(&[4, 1, 0], &subject, &[]), Err(RequestError::NotARequest));
        for identifier in [0x46, 0x86, 0x26, 5] {
            assert_eq!(read_with(identifier, &version, &subject, &[]), Err(RequestError::NotARequest), "{identifier}");
        }
        for subject in [[5, 0], [0x10, 0], [0x70, 0], [0xB0, 0]] {
            assert_eq!(read(&version, &subject, &[]), Err(RequestError::NotARequest), "{subject:?}");
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
