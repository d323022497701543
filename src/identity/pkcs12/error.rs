//! Errors of packing a PKCS#12 file.

use cms::cert::x509::der::Error as DerError;

use crate::entropy::EntropyError;
use crate::identity::certificate::CertificateError;

/// Reason why no PKCS#12 file was written.
#[derive(Debug, thiserror::Error)]
pub enum Pkcs12Error {
    #[error("the certificate was issued for another key: pack the matching pair")]
    KeyMismatch,
    #[error("a certificate for the PKCS#12 file cannot be read")]
    Certificate(#[from] CertificateError),
    #[error("the PKCS#12 file could not be written")]
    Encoding(#[from] DerError),
    /// `pkcs5::Error` is no `std::error::Error`, so its text is written here.
    #[error("the PKCS#12 file could not be encrypted: {0}")]
    Encryption(pkcs5::Error),
    /// A derived key does not have the length that its cipher takes.
    #[error("the PKCS#12 file could not be written")]
    Length,
    #[error("no salt could be made for the PKCS#12 file: try again")]
    Entropy(#[from] EntropyError),
}

impl From<pkcs5::Error> for Pkcs12Error {
    fn from(error: pkcs5::Error) -> Self {
        Self::Encryption(error)
    }
}
