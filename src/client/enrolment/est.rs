//! Messages of EST (RFC 7030 with the corrections of RFC 8951) for a device.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use x509_parser::asn1_rs::{Any, Class, Oid, Tag, oid};
use x509_parser::prelude::FromDer;

use crate::domain::digest::Sha256Digest;
use crate::identity::certificate::{CertificateFacts, read_certificate};
use crate::identity::error::IdentityError;
use crate::identity::key::DeviceKey;

/// Enrolment with an invitation.
pub const SIMPLE_ENROLL: &str = "/.well-known/est/simpleenroll";
/// Renewal with the certificate in use.
pub const SIMPLE_REENROLL: &str = "/.well-known/est/simplereenroll";
/// Media type of a request: PKCS#10 in DER, in base64.
pub const REQUEST_TYPE: &str = "application/pkcs10";
/// Media type of an answer with a certificate: PKCS#7, in base64.
pub const RESPONSE_TYPE: &str = "application/pkcs7-mime";

/// id-signedData (RFC 5652 section 5.1).
const SIGNED_DATA: Oid<'static> = oid!(1.2.840.113549.1.7.2);

/// A certificate request for `key`. The subject is empty, because the gateway sets it.
pub fn encode_request(key: &DeviceKey) -> Result<String, IdentityError> {
    Ok(BASE64.encode(key.to_request()?))
}

/// A certificate that the gateway issued for a key of this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedCertificate {
    /// In DER.
    pub der: Vec<u8>,
    pub facts: CertificateFacts,
}

/// Finds the certificate of `key` in an answer, which is a certs-only PKCS#7 message in base64 with lines of any length. `None` if the
/// answer has another format or no certificate for this key.
pub fn read_certificate_for(key: &DeviceKey, answer: &[u8]) -> Option<ReceivedCertificate> {
    let spki_sha256 = spki_sha256(key);
    let encoded: Vec<u8> = answer.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let message = BASE64.decode(encoded).ok()?;
    parse_certs_only(&message)?.into_iter().find_map(|der| {
        let facts = read_certificate(der).ok()?;
        (facts.spki_sha256 == spki_sha256).then(|| ReceivedCertificate { der: der.to_vec(), facts })
    })
}

/// Fingerprint of a key, which both sides of a four-eyes approval see.
pub fn spki_sha256(key: &DeviceKey) -> Sha256Digest {
    Sha256Digest::of(&key.public_key().to_spki_der())
}

/// ```text
/// ContentInfo ::= SEQUENCE { OID signedData, [0] EXPLICIT SignedData }           -- RFC 5652 sections 3 and 5.1
/// SignedData  ::= SEQUENCE { version, digestAlgorithms, encapContentInfo,
///                            certificates [0] IMPLICIT SET OF, crls [1], signerInfos }
/// ```
fn parse_certs_only(message: &[u8]) -> Option<Vec<&[u8]>> {
    let (_, content_info) = sequence(message)?;
    let (rest, content_type) = Oid::from_der(content_info).ok()?;
    if content_type != SIGNED_DATA {
        return None;
    }
    let (_, content) = Any::from_der(rest).ok()?;
    let (_, mut fields) = sequence(content.data)?;
    while !fields.is_empty() {
        let (rest, field) = Any::from_der(fields).ok()?;
        if field.class() == Class::ContextSpecific && field.tag() == Tag(0) {
            return elements(field.data);
        }
        fields = rest;
    }
    None
}

/// Splits DER into the bytes after a sequence and the content of that sequence; `None` if it does not begin with one.
fn sequence(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, any) = Any::from_der(der).ok()?;
    (any.tag() == Tag::Sequence).then_some((rest, any.data))
}

fn elements(mut der: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !der.is_empty() {
        let (rest, _) = Any::from_der(der).ok()?;
        found.push(&der[..der.len() - rest.len()]);
        der = rest;
    }
    Some(found)
}
