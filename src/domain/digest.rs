//! SHA-256 digests, with which both ends prove that the bytes of a photo are unchanged.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sfv::{BareItem, Dictionary, Item, ListEntry, Parser};
use sha2::{Digest, Sha256};

/// A SHA-256 digest; lower-case hexadecimal in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Digest([u8; 32]);

impl Sha256Digest {
    /// Hashes `bytes`. The hasher copies the last bytes of a photo into its state, so the state is on the heap, which is wiped when freed;
    /// the stack is not.
    pub fn of(bytes: &[u8]) -> Self {
        let mut state = Box::new(Sha256::new());
        state.update(bytes);
        Self(state.finalize_reset().into())
    }

    /// Wraps a digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The value of a `Content-Digest` field (RFC 9530): `sha-256=:…:`.
    pub fn to_content_digest(self) -> String {
        format!("sha-256=:{}:", BASE64.encode(self.0))
    }

    /// Finds the SHA-256 of a `Content-Digest` field (RFC 9530, a dictionary of RFC 9651 whose values are byte sequences). Of two members
    /// with the same key the last one counts; parameters and other members have no meaning.
    ///
    /// # Errors
    /// [`ContentDigestError`] for a field that is no dictionary, or a member `sha-256` that is not 32 bytes. RFC 9651, section 4.2, permits
    /// to ignore such a field instead, but then a client with a mistake in its header would not learn that its digest protects nothing.
    pub fn find_in_content_digest(field: &str) -> Result<Option<Self>, ContentDigestError> {
        let members: Dictionary = Parser::new(field).parse().map_err(|_| ContentDigestError)?;
        let Some(member) = members.get("sha-256") else { return Ok(None) };
        let ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. }) = member else {
            return Err(ContentDigestError);
        };
        bytes.as_slice().try_into().map(|bytes| Some(Self(bytes))).map_err(|_| ContentDigestError)
    }
}

/// The `Content-Digest` field is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Content-Digest: no dictionary of structured fields, or its sha-256 is not base64 of 32 bytes between colons")]
pub struct ContentDigestError;

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_hex(&text).ok_or_else(|| serde::de::Error::custom("expected 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_digest_goes_both_ways() {
        let digest = Sha256Digest::of(b"photo");
        let field = format!("sha-512=:AA==:, {}", digest.to_content_digest());
        assert_eq!(Sha256Digest::find_in_content_digest(&field), Ok(Some(digest)));
        assert_eq!(Sha256Digest::find_in_content_digest("md5=:AA==:"), Ok(None));
        assert_eq!(Sha256Digest::find_in_content_digest("sha-256=AA=="), Err(ContentDigestError));
        assert_eq!(Sha256Digest::find_in_content_digest("sha-256=:AA==:"), Err(ContentDigestError));
    }

    #[test]
    fn hexadecimal_goes_both_ways() {
        let digest = Sha256Digest::of(b"photo");
        assert_eq!(Sha256Digest::parse_hex(&digest.to_string()), Some(digest));
        assert_eq!(Sha256Digest::parse_hex("xyz"), None);
    }
}
