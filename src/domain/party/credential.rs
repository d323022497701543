//! Credential of a device: the values of its certificate by which the store finds the device.

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// Digest of a certificate, and the kind of CA that issued it. The kinds are never exchangeable: an external CA cannot issue a
/// certificate that counts as one of this gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Issued by this gateway.
    Own { sha256: Sha256Digest },
    /// Issued by an external CA of the configuration.
    External {
        sha256: Sha256Digest,
        /// SHA-256 of its `SubjectPublicKeyInfo` in DER.
        key_sha256: Sha256Digest,
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

    /// SHA-256 of the key, if a device can be bound to it.
    pub const fn key_sha256(&self) -> Option<Sha256Digest> {
        match self {
            Self::Own { .. } => None,
            Self::External { key_sha256, .. } => Some(*key_sha256),
        }
    }
}
