//! Properties of certificate requests (PKCS#10).

use std::cell::RefCell;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cms::cert::x509::der::asn1::{BitStringRef, ObjectIdentifier};
use cms::cert::x509::der::{self, Decode, Reader, SliceReader};
use cms::cert::x509::spki::SubjectPublicKeyInfoRef;
use lichtbild::clock::Timestamp;
use lichtbild::domain::id::{DeviceId, PartyId};
use lichtbild::domain::party::Role;
use lichtbild::entropy::SeededEntropy;
use lichtbild::identity::issue::{ClientSubject, IssuanceTerms, issue_client};
use lichtbild::identity::request::certificate_request::{read_request, read_request_with_subject};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::gateway::authorities;

/// 22 November 2026, 09:30 UTC.
const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
const EC_PUBLIC_KEY_P256: &[u8] =
    &[0x30, 0x13, 0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
const ECDSA_WITH_SHA256: &[u8] = &[0x30, 10, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];

std::thread_local! {
    static KEY: RefCell<EcdsaKeyPair> = RefCell::new(new_key());
}

fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key")
}

/// The request itself, and a request that the holder of a key makes of the same bytes.
pub fn csr(bytes: &[u8]) {
    check_request(bytes);
    check_request(&signed_request(bytes));
}

fn check_request(request: &[u8]) {
    let read = read_request_with_subject(request);
    assert_eq!(read, read_request_with_subject(request), "the same bytes, another result");
    let Ok((key, subject)) = read else { return };
    let Some(der) = to_der(request) else { return };
    assert_eq!(read_request(&der).as_ref(), Ok(&key), "the PEM form has another key");
    assert_eq!(proven_key(&der).expect("another parser reads what is accepted"), key.to_spki_der());
    for changed in [&[der.as_slice(), &[0]].concat(), &der[..der.len() - 1], &der[1..]] {
        assert!(read_request(changed).is_err(), "with another length");
    }
    let own = own_subject();
    assert!(!(subject.is_own(&own) && subject.names_another(&own)));
    let [_, studio, _] = authorities();
    let terms = IssuanceTerms::with_validity(std::time::Duration::from_secs(86_400));
    let issued = issue_client(&studio, &own, "Kasse", &key, &terms, NOW, &SeededEntropy::new(3));
    let issued = issued.expect("a certificate for an accepted key");
    assert_issued(&issued.der, &own, &key.to_spki_der());
}

/// Reads a request with another parser and returns its key, a strong one with which the request is signed. No program uses the attributes
/// of a request, so only their frame counts.
fn proven_key(der: &[u8]) -> der::Result<Vec<u8>> {
    let mut reader = SliceReader::new(der)?;
    let (info, algorithm, signature) = reader.sequence(|request| {
        let info = request.tlv_bytes()?;
        let algorithm = request.sequence(|algorithm| {
            let identifier = ObjectIdentifier::decode(algorithm)?;
            // Some programs write parameters that others leave out.
            algorithm.read_slice(algorithm.remaining_len())?;
            Ok(identifier.to_string())
        })?;
        Ok((info, algorithm, BitStringRef::decode(request)?.raw_bytes()))
    })?;
    reader.finish(())?;
    let spki = SliceReader::new(info)?.sequence(|content| {
        assert_eq!([content.tlv_bytes()?[0], content.tlv_bytes()?[0]], [0x02, 0x30], "version and subject");
        let spki = content.tlv_bytes()?;
        assert!(content.is_finished() || content.tlv_bytes()?[0] == 0xA0, "attributes");
        Ok(spki)
    })?;
    let key = SubjectPublicKeyInfoRef::from_der(spki)?;
    let point = key.subject_public_key.raw_bytes();
    let verifier: &'static dyn VerificationAlgorithm = match (point.len(), algorithm.as_str()) {
        (65, "1.2.840.10045.4.3.2") => &ECDSA_P256_SHA256_ASN1,
        (65, "1.2.840.10045.4.3.3") => &ECDSA_P256_SHA384_ASN1,
        (97, "1.2.840.10045.4.3.2") => &ECDSA_P384_SHA256_ASN1,
        (97, "1.2.840.10045.4.3.3") => &ECDSA_P384_SHA384_ASN1,
        // 3072 bits with their frame.
        (398.., "1.2.840.113549.1.1.11") => &RSA_PKCS1_2048_8192_SHA256,
        (398.., "1.2.840.113549.1.1.12") => &RSA_PKCS1_2048_8192_SHA384,
        (398.., "1.2.840.113549.1.1.13") => &RSA_PKCS1_2048_8192_SHA512,
        weak => panic!("accepted: {weak:?}"),
    };
    UnparsedPublicKey::new(verifier, point).verify(info, signature).expect("another program finds the signature right");
    Ok(spki.to_vec())
}

/// Asserts that a certificate says what the gateway decides: subject, key and use, and nothing of the request.
pub(super) fn assert_issued(der: &[u8], subject: &ClientSubject, spki: &[u8]) {
    let (rest, certificate) = X509Certificate::from_der(der).expect("a certificate");
    assert!(rest.is_empty());
    assert_eq!(certificate.public_key().raw, spki);
    assert_eq!(ClientSubject::of_certificate(der), Some(*subject));
    assert!(!certificate.is_ca());
    assert!(certificate.subject_alternative_name().expect("extensions").is_none());
    let extended = certificate.extended_key_usage().expect("extensions").expect("its use").value;
    assert!(extended.client_auth && !extended.server_auth && !extended.any && extended.other.is_empty());
}

fn own_subject() -> ClientSubject {
    let entropy = SeededEntropy::new(2);
    ClientSubject {
        role: Role::Studio,
        party_id: PartyId::generate(NOW, &entropy).expect("an identifier"),
        device_id: DeviceId::generate(NOW, &entropy).expect("an identifier"),
    }
}

/// The DER of an accepted request; `None` for a PEM text with more than one block or with other text around.
fn to_der(request: &[u8]) -> Option<Vec<u8>> {
    let Some(text) = std::str::from_utf8(request).ok().filter(|text| text.contains("-----BEGIN")) else {
        return Some(request.to_vec());
    };
    let (_, body) = text.split_once("REQUEST-----")?;
    let (body, _) = body.split_once("-----END")?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

/// A request with a right signature. Its first byte is the length of what stands in the place of the subject; all others stand in
/// that of the attributes.
pub(super) fn signed_request(bytes: &[u8]) -> Vec<u8> {
    let (length, bytes) = bytes.split_first().unwrap_or((&0, &[]));
    let (subject, attributes) = bytes.split_at(usize::from(*length).min(bytes.len()));
    KEY.with_borrow(|key| {
        let version = [2, 1, 0];
        let info = tagged(0x30, &[&version, subject, &public_key(key), attributes].concat());
        let signature = key.sign(&SystemRandom::new(), &info).expect("a signature");
        let signature = tagged(3, &[&[0], signature.as_ref()].concat());
        tagged(0x30, &[&info, ECDSA_WITH_SHA256, &signature].concat())
    })
}

/// The public key of the last [`signed_request`].
pub(super) fn signing_key() -> Vec<u8> {
    KEY.with_borrow(public_key)
}

/// Takes another key, since the gateway knows the device of the last one.
pub(super) fn renew_signing_key() {
    KEY.set(new_key());
}

fn public_key(key: &EcdsaKeyPair) -> Vec<u8> {
    let point = tagged(3, &[&[0], key.public_key().as_ref()].concat());
    tagged(0x30, &[EC_PUBLIC_KEY_P256, &point].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut element = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => element.push(short),
        Ok(short) => element.extend([0x81, short]),
        Err(_) => element.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    element.extend_from_slice(content);
    element
}
