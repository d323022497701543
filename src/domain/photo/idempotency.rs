//! The `Idempotency-Key` a studio gives each photo, so that a repeat is known as one.

use std::fmt;

/// 16 to 128 visible ASCII characters, fresh for each photo (a UUID serves). Not shown by `Debug`: with the photo it leads to
/// the code.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header's value.
    ///
    /// # Errors
    /// [`IdempotencyKeyError`] when it is too short, too long or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if (16..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdempotencyKeyError)
        }
    }

    /// The key as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}

/// The value cannot serve as an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKeyError;

impl fmt::Display for IdempotencyKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an Idempotency-Key has 16 to 128 visible ASCII characters")
    }
}

impl std::error::Error for IdempotencyKeyError {}

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
