//! Lookup ids, by which the store finds the photo of a code, or its tombstone after the erasure.

use std::fmt;

use sha2::{Digest, Sha256};

/// Finds a photo by its code. It is derived from the code with the gateway's pepper, so it does not reveal the code, and it is erased
/// with the photo.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LookupId([u8; 32]);

/// Finds the tombstone of an erased photo, so that a clerk who enters its code learns its final state. The lookup id cannot be derived
/// from it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TombstoneId([u8; 32]);

impl LookupId {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The id that replaces the lookup id after the erasure.
    pub fn tombstone(&self) -> TombstoneId {
        // A plain hash suffices, because the input has 256 bits of entropy.
        TombstoneId(Sha256::new().chain_update(b"lichtbild/tombstone/v1").chain_update(self.0).finalize().into())
    }
}

impl TombstoneId {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_named_without_their_bytes_in_debug_output() {
        let id = LookupId::from_bytes([7; 32]);
        assert_eq!(format!("{id:?} {:?}", id.tombstone()), "LookupId(…) TombstoneId(…)");
    }
}
