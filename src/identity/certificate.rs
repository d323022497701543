//! Facts that the gateway reads from a certificate, its own or a peer's.
//!
//! This module decides nothing about trust: the handshake checks the chain, and the store knows the digest.

use std::fmt;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use super::host_name::HostName;
use super::pem;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// A certificate's serial number: an unsigned big-endian number without leading zeros; lower-case hexadecimal as text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Serial(Vec<u8>);

impl Serial {
    /// Big endian.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("00");
        }
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Facts that a certificate states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// SHA-256 of the whole certificate in DER, by which the store finds it.
    pub sha256: Sha256Digest,
    pub serial: Serial,
    /// The issuer's distinguished name, for people.
    pub issuer: String,
    pub not_before: Timestamp,
    /// Its last moment, itself included (RFC 5280 section 4.1.2.5).
    pub not_after: Timestamp,
    /// SHA-256 of the `SubjectPublicKeyInfo` in DER, which changes when a renewal brings a new key.
    pub spki_sha256: Sha256Digest,
}

/// Reads one certificate in DER.
///
/// # Errors
/// [`CertificateError`] when the bytes are not exactly one X.509 certificate.
pub fn read_certificate(der: &[u8]) -> Result<CertificateFacts, CertificateError> {
    let certificate = parse(der)?;
    let raw_serial = certificate.raw_serial();
    let leading_zeros = raw_serial.iter().take_while(|byte| **byte == 0).count();
    Ok(CertificateFacts {
        sha256: Sha256Digest::of(der),
        serial: Serial(raw_serial[leading_zeros..].to_vec()),
        issuer: certificate.issuer().to_string(),
        not_before: moment(certificate.validity().not_before),
        not_after: moment(certificate.validity().not_after),
        spki_sha256: Sha256Digest::of(certificate.public_key().raw),
    })
}

/// Distinguished names of a certificate in DER, for comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateNames {
    pub subject: Vec<u8>,
    pub issuer: Vec<u8>,
}

/// Reads the names of one certificate in DER.
///
/// # Errors
/// [`CertificateError`] when the bytes are not exactly one X.509 certificate.
pub fn certificate_names(der: &[u8]) -> Result<CertificateNames, CertificateError> {
    let certificate = parse(der)?;
    let [subject, issuer] = [certificate.subject(), certificate.issuer()].map(|name| name.as_raw().to_vec());
    Ok(CertificateNames { subject, issuer })
}

/// The certificates of a PEM text in DER, in order: one, or a chain.
///
/// # Errors
/// [`CertificateError`] when there is none or one of them cannot be read.
pub fn certificates_from_pem(text: &str) -> Result<Vec<Vec<u8>>, CertificateError> {
    let blocks = pem::decode_all(pem::CERTIFICATE, text).ok_or(CertificateError)?;
    if blocks.is_empty() {
        return Err(CertificateError);
    }
    blocks.into_iter().map(|block| parse(&block).map(|_| block.to_vec())).collect()
}

/// The DNS names and IP addresses of a server certificate (RFC 5280, section 4.2.1.6); names of other kinds are ignored.
///
/// # Errors
/// [`CertificateError`] when the bytes are no certificate.
pub fn host_names(der: &[u8]) -> Result<Vec<HostName>, CertificateError> {
    let certificate = parse(der)?;
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Ok(Vec::new()) };
    let read = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => name.parse().ok(),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|bytes| HostName::Ip(bytes.into())),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|bytes| HostName::Ip(bytes.into())),
        },
        _ => None,
    };
    Ok(extension.value.general_names.iter().filter_map(read).collect())
}

/// The common name of a certificate's subject, if there is one and it is text.
///
/// # Errors
/// [`CertificateError`] when the bytes are no certificate.
pub fn common_name(der: &[u8]) -> Result<Option<String>, CertificateError> {
    let certificate = parse(der)?;
    Ok(certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok()).map(str::to_owned))
}

/// One certificate in PEM.
pub fn certificate_to_pem(der: &[u8]) -> String {
    pem::encode(pem::CERTIFICATE, der).to_string()
}

/// A digest for people to compare: upper-case, sixteen groups of four (`3F8A 01C2 …`).
pub fn group_fingerprint(digest: &Sha256Digest) -> String {
    let digits = digest.to_string().to_uppercase();
    let mut grouped = String::with_capacity(79);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// Reads a digest as people copy it: in upper or lower case, with spaces, colons or hyphens anywhere (also the form of
/// `openssl x509 -fingerprint -sha256` after its equals sign).
pub fn parse_fingerprint(text: &str) -> Option<Sha256Digest> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-')).collect();
    Sha256Digest::parse_hex(&digits)
}

pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        _ => Err(CertificateError),
    }
}

fn moment(time: ASN1Time) -> Timestamp {
    Timestamp::from_unix_milliseconds(time.timestamp().saturating_mul(1000))
}

/// The bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate: expected PEM blocks `-----BEGIN CERTIFICATE-----`, or one in DER")]
pub struct CertificateError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_goes_both_ways_as_people_write_it() {
        let digest = Sha256Digest::of(b"certificate");
        let grouped = group_fingerprint(&digest);
        assert_eq!(grouped.split(' ').map(str::len).collect::<Vec<_>>(), [4; 16]);
        assert_eq!(parse_fingerprint(&grouped), Some(digest));
        assert_eq!(parse_fingerprint(&grouped.to_lowercase().replace(' ', ":\n")), Some(digest));
        assert_eq!(parse_fingerprint(&grouped[1..]), None);
    }

    #[test]
    fn the_common_name_is_the_text_of_the_subject() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let name_in_certificate = |name: Option<&str>| {
            let mut params = rcgen::CertificateParams::default();
            params.distinguished_name = rcgen::DistinguishedName::new();
            if let Some(name) = name {
                params.distinguished_name.push(rcgen::DnType::CommonName, name);
            }
            common_name(params.self_signed(&pair).unwrap().der())
        };
        for name in [Some("Köln"), None] {
            assert_eq!(name_in_certificate(name), Ok(name.map(str::to_owned)));
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        assert_eq!(read_certificate(b"0"), Err(CertificateError));
        assert_eq!(certificates_from_pem(""), Err(CertificateError));
        assert_eq!(certificates_from_pem(&certificate_to_pem(b"0")), Err(CertificateError));
    }
}
