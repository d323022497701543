//! Credential: the part of the peer's certificate by which the store finds the device.

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// A certificate, by its digest and by the kind of authority that vouched for it.
///
/// The two kinds never stand in for each other: a certificate that was issued here is known by itself, whatever foreign
/// authorities say; and what a foreign authority issued is never taken for one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Issued by this gateway.
    Own {
        /// SHA-256 of the certificate in DER.
        sha256: Sha256Digest,
    },
    /// Issued by a foreign authority that the configuration names.
    External {
        /// SHA-256 of the certificate in DER.
        sha256: Sha256Digest,
        /// SHA-256 of its `SubjectPublicKeyInfo` in DER.
        key_sha256: Sha256Digest,
        /// The certificate's end.
        not_after: Timestamp,
    },
}

impl Credential {
    /// SHA-256 of the certificate in DER.
    pub const fn sha256(&self) -> Sha256Digest {
        match self {
            Self::Own { sha256 } | Self::External { sha256, .. } => *sha256,
        }
    }

    /// SHA-256 of the key, where a device can be bound to it.
    pub const fn key_sha256(&self) -> Option<Sha256Digest> {
        match self {
            Self::Own { .. } => None,
            Self::External { key_sha256, .. } => Some(*key_sha256),
        }
    }
}
