//! The `Idempotency-Key` of a deposit, by which the gateway recognises a repeat.

use std::fmt;

use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};

/// 16 to 128 visible ASCII characters, new for each photo, such as a UUID. `Debug` does not show it, because it leads to the code together
/// with the photo.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Parses the value of the header.
    ///
    /// # Errors
    /// [`IdempotencyKeyError`] for another length or other characters.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdempotencyKeyError)
        }
    }

    /// The key of a deposit at the studio pages: the same for the same photo at each visit, so that no repeat makes a second code. A
    /// photographer who deposits a photo again after its end uses the next `generation`; the first is 0. Its owner is
    /// [`KeyOwner::Studio`].
    ///
    /// # Errors
    /// None in practice: the text is always a valid key.
    pub fn of_browser(generation: u32, photo: Sha256Digest) -> Result<Self, IdempotencyKeyError> {
        Self::parse(&format!("browser.{generation}.{photo}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}

/// Depositor for whom an `Idempotency-Key` names one photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOwner {
    /// The program on one device: two devices may choose the same key by chance.
    Device(DeviceId),
    /// The browsers of a studio: each of its computers, also one with a new certificate, gets the same receipt for the same photo.
    Studio(PartyId),
}

impl KeyOwner {
    /// Identifiers are unique among devices and parties.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Device(device_id) => device_id.as_bytes(),
            Self::Studio(party_id) => party_id.as_bytes(),
        }
    }
}

/// The value is not a valid `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an Idempotency-Key has 16 to 128 visible ASCII characters")]
pub struct IdempotencyKeyError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_uses_the_same_key_for_the_same_photo_and_another_after_its_end() {
        let [photo, other] = [b"photo", b"other"].map(|bytes| Sha256Digest::of(bytes));
        let key = |generation, photo| IdempotencyKey::of_browser(generation, photo).unwrap();
        assert_eq!(key(0, photo), key(0, photo));
        assert_ne!(key(0, photo), key(1, photo));
        assert_ne!(key(0, photo), key(0, other));
        assert!(IdempotencyKey::of_browser(u32::MAX, photo).is_ok());
    }

    #[test]
    fn the_length_and_the_characters_count() {
        assert!(IdempotencyKey::parse("0123456789abcdef").is_ok());
        assert!(IdempotencyKey::parse(&"x".repeat(128)).is_ok());
        for invalid in ["", "0123456789abcde", "0123456789 abcdef", "0123456789abcdefé", &"x".repeat(129)] {
            assert!(IdempotencyKey::parse(invalid).is_err(), "{invalid}");
        }
    }
}
