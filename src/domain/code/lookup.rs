//! Lookup ids, by which the store knows a code: one while the photo is there, another once it is erased.

use std::fmt;

use sha2::{Digest, Sha256};

/// Finds a photo by its code. Derived from the code under the gateway's pepper, so it tells nothing of the code; erased with
/// the photo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LookupId([u8; 32]);

/// Finds what remains of an erased photo, so that a clerk who enters its code learns what became of it. Does not lead back to
/// the lookup id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TombstoneId([u8; 32]);

impl LookupId {
    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the tombstone id, which replaces the lookup id after the erasure.
    pub fn tombstone(&self) -> TombstoneId {
        // A plain hash suffices: the input has 256 bits that nobody can guess.
        TombstoneId(Sha256::new().chain_update(b"lichtbild/tombstone/v1").chain_update(self.0).finalize().into())
    }
}

impl TombstoneId {
    /// From its 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for LookupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupId(…)")
    }
}

impl fmt::Debug for TombstoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TombstoneId(…)")
    }
}
