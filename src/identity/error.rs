//! Errors of creating, reading and using an authority.

use std::error::Error;
use std::fmt;

use super::certificate::CertificateError;
use super::public_key::KeyError;
use crate::clock::Timestamp;
use crate::domain::local_time::date_and_time;
use crate::entropy::EntropyError;
use crate::texts::language::Language;

/// An authority could not be created or read, or did not issue a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityError {
    /// The gateway's name does not fit into a certificate.
    GatewayName,
    /// The authority's certificate cannot be read.
    Certificate(CertificateError),
    /// The authority's private key is not one unencrypted PKCS#8 PEM block.
    PrivateKey,
    /// The authority's key is of a kind this gateway does not sign with.
    Key(KeyError),
    /// The certificate may not issue others: no `CA:TRUE`, or no `keyCertSign`.
    NotAnAuthority,
    /// The private key belongs to another certificate.
    KeyMismatch,
    /// The authority's subject cannot be repeated to the byte as the issuer of another certificate.
    Subject,
    /// The authority's certificate has ended.
    Expired {
        /// Its last moment.
        not_after: Timestamp,
    },
    /// The authority's certificate has not begun: most likely the clock is wrong.
    NotYetValid {
        /// Its first moment.
        not_before: Timestamp,
    },
    /// A server certificate without a single name.
    NoHostName,
    /// The address of the revocation list is not an `http://` or `https://` URL in ASCII.
    CrlUrl,
    /// The authority's certificate does not allow it to sign revocation lists.
    NoRevocationLists,
    /// The bytes are not a revocation list.
    RevocationList,
    /// The root of that name did not sign the revocation list.
    RevocationListSignature,
    /// A document that is to be signed does not state the format that it is signed as.
    DocumentFormat,
    /// No randomness for a serial number.
    Entropy(EntropyError),
    /// The certificate library refused.
    Library(rcgen::Error),
}

/// For the administrator who reads it.
fn local_time(at: Timestamp) -> String {
    date_and_time(at, Language::English)
}

impl fmt::Display for IdentityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GatewayName => f.write_str(
                "the gateway's name does not fit into a certificate: use 1 to 40 characters, none of them invisible or a control character",
            ),
            Self::Certificate(_) => f.write_str("the authority's certificate cannot be read"),
            Self::PrivateKey => f.write_str(
                "the authority's private key is not an unencrypted PKCS#8 PEM block: convert it with \
                 `openssl pkcs8 -topk8 -nocrypt`",
            ),
            Self::Key(_) => f.write_str("the authority's key is not accepted"),
            Self::NotAnAuthority => f.write_str(
                "the certificate is not that of an authority: it needs basicConstraints CA:TRUE and keyUsage keyCertSign",
            ),
            Self::KeyMismatch => {
                f.write_str("the private key does not belong to the authority's certificate: put the matching pair together")
            }
            Self::Subject => f.write_str(
                "the authority's subject repeats an attribute or groups several, which cannot be copied into what it \
                 issues: use an authority with a plain subject",
            ),
            Self::Expired { not_after } => {
                write!(f, "the authority's certificate ended on {}: make a new authority", local_time(*not_after))
            }
            Self::NotYetValid { not_before } => {
                write!(
                    f,
                    "the authority's certificate begins on {}: check this computer's clock",
                    local_time(*not_before)
                )
            }
            Self::NoHostName => f.write_str("a server certificate needs at least one host name"),
            Self::CrlUrl => f.write_str("the address of the revocation list is not an http:// or https:// URL in ASCII"),
            Self::NoRevocationLists => f.write_str(
                "the authority may not sign revocation lists: its certificate needs keyUsage cRLSign",
            ),
            Self::RevocationList => {
                f.write_str("not a revocation list: expected one X.509 CRL in DER with a nextUpdate")
            }
            Self::RevocationListSignature => f.write_str("the root of that name did not sign the revocation list"),
            Self::DocumentFormat => f.write_str("the document does not state the format that it is signed as"),
            Self::Entropy(_) => f.write_str("no serial number could be drawn"),
            Self::Library(_) => f.write_str("the certificate could not be made"),
        }
    }
}

impl Error for IdentityError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Certificate(source) => Some(source),
            Self::Key(source) => Some(source),
            Self::Entropy(source) => Some(source),
            Self::Library(source) => Some(source),
            _ => None,
        }
    }
}

impl From<EntropyError> for IdentityError {
    fn from(source: EntropyError) -> Self {
        Self::Entropy(source)
    }
}

impl From<rcgen::Error> for IdentityError {
    fn from(source: rcgen::Error) -> Self {
        Self::Library(source)
    }
}

impl From<CertificateError> for IdentityError {
    fn from(source: CertificateError) -> Self {
        Self::Certificate(source)
    }
}

impl From<KeyError> for IdentityError {
    fn from(source: KeyError) -> Self {
        Self::Key(source)
    }
}
