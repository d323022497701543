//! The `Idempotency-Key` of a deposit, by which the gateway recognises a repeat.

use std::fmt;

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

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
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
    fn the_length_and_the_characters_count() {
        assert!(IdempotencyKey::parse("0123456789abcdef").is_ok());
        assert!(IdempotencyKey::parse(&"x".repeat(128)).is_ok());
        for invalid in ["", "0123456789abcde", "0123456789 abcdef", "0123456789abcdefé", &"x".repeat(129)] {
            assert!(IdempotencyKey::parse(invalid).is_err(), "{invalid}");
        }
    }
}
