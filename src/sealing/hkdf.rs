//! HKDF-SHA-256 (RFC 5869), which derives all keys, codes and lookup ids.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

/// Fills `output`, at most 32 bytes. Outputs of different `purpose`s are unrelated.
pub(super) fn hkdf(salt: &[u8], input: &[u8], purpose: &str, output: &mut [u8]) {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let length = Length(output.len());
    let key = Salt::new(HKDF_SHA256, salt).extract(input);
    let filled = key.expand(&[purpose.as_bytes()], length).and_then(|okm| okm.fill(output));
    // HKDF refuses only outputs over 255 x 32 bytes (RFC 5869, section 2.3). With zeros instead of an output, photos would be sealed
    // with a known key, so a violation stops the process.
    assert!(filled.is_ok(), "HKDF refused a short output");
}

/// 32 bytes for a purpose. For values that need not be wiped: returning an array leaves a copy on the stack.
pub(super) fn hkdf_32(salt: &[u8], input: &[u8], purpose: &str) -> [u8; 32] {
    let mut output = [0; 32];
    hkdf(salt, input, purpose, &mut output);
    output
}

/// Each part after its length (64-bit, big endian), so that different lists of parts have different encodings.
pub(super) fn length_prefixed(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        joined.extend_from_slice(&(part.len() as u64).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(length_prefixed(&[b"ab", b"c"]), length_prefixed(&[b"a", b"bc"]));
    }
}
