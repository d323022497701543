//! Reasons why a client certificate was not accepted, as far as its holder is told.

use rustls::CertificateError;

use super::client_certificates::WeakKeyError;
use crate::clock::Timestamp;
use crate::identity::certificate::read_certificate;

/// Reason why a client certificate was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Its last moment is over.
    Expired {
        /// That moment.
        at: Timestamp,
    },
    /// Its first moment has not come: often a clock that is wrong at one end.
    NotYetValid {
        /// That moment.
        from: Timestamp,
    },
    /// Its device was revoked here, or its authority revoked it.
    Revoked,
    /// No authority that this listener trusts has issued it.
    UnknownIssuer,
    /// It is not marked for TLS clients.
    WrongPurpose,
    /// Its key is of a kind or size that is not accepted.
    WeakKey,
    /// Another reason: it cannot be read, or its status cannot be told.
    Other,
}

impl CertificateFault {
    pub(in crate::transport) fn of(error: &rustls::Error, certificate: &[u8]) -> Self {
        let rustls::Error::InvalidCertificate(error) = error else { return Self::Other };
        let facts = || read_certificate(certificate).ok();
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            // The times of the certificate itself: the one that has ended may be an authority's.
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                facts().map_or(Self::Other, |facts| Self::Expired { at: facts.not_after })
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                facts().map_or(Self::Other, |facts| Self::NotYetValid { from: facts.not_before })
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => Self::WrongPurpose,
            CertificateError::Revoked => Self::Revoked,
            CertificateError::Other(other) if other.0.is::<WeakKeyError>() => Self::WeakKey,
            _ => Self::Other,
        }
    }

    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::UnknownIssuer => "unknown_issuer",
            Self::WrongPurpose => "wrong_purpose",
            Self::WeakKey => "weak_key",
            Self::Other => "other",
        }
    }
}
