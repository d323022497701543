//! Errors of packing a PKCS#12 file.

use std::error::Error;
use std::fmt;

use cms::cert::x509::der::Error as DerError;

use crate::entropy::EntropyError;
use crate::identity::certificate::CertificateError;

/// Key and certificate were not packed.
#[derive(Debug)]
pub enum Pkcs12Error {
    /// The certificate is for another key.
    KeyMismatch,
    /// A certificate cannot be read.
    Certificate(CertificateError),
    /// The file could not be encoded.
    Encoding(DerError),
    /// A key could not be derived, or content not encrypted.
    Encryption(pkcs5::Error),
    /// A derived key does not have the length that its cipher takes.
    Length,
    /// No randomness for a salt.
    Entropy(EntropyError),
}

impl fmt::Display for Pkcs12Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyMismatch => "the certificate was issued for another key: pack the matching pair",
            Self::Certificate(_) => "a certificate for the PKCS#12 file cannot be read",
            Self::Entropy(_) => "no salt could be made for the PKCS#12 file: try again",
            Self::Encoding(_) | Self::Encryption(_) | Self::Length => "the PKCS#12 file could not be written",
        })
    }
}

impl Error for Pkcs12Error {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::KeyMismatch | Self::Length => None,
            Self::Certificate(source) => Some(source),
            Self::Encoding(source) => Some(source),
            Self::Encryption(source) => Some(source),
            Self::Entropy(source) => Some(source),
        }
    }
}

impl From<CertificateError> for Pkcs12Error {
    fn from(source: CertificateError) -> Self {
        Self::Certificate(source)
    }
}

impl From<DerError> for Pkcs12Error {
    fn from(source: DerError) -> Self {
        Self::Encoding(source)
    }
}

impl From<pkcs5::Error> for Pkcs12Error {
    fn from(source: pkcs5::Error) -> Self {
        Self::Encryption(source)
    }
}

impl From<EntropyError> for Pkcs12Error {
    fn from(source: EntropyError) -> Self {
        Self::Entropy(source)
    }
}
