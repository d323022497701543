//! HKDF-SHA-256 (RFC 5869), from which all keys, codes and lookup ids are derived.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

/// Fills `output`, at most 32 bytes. Each `purpose` has outputs of its own.
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
    // HKDF refuses only outputs over 255 x 32 bytes (RFC 5869, section 2.3), and ours have at most 32. Going on with zeros
    // would seal photos under a known key, so this one invariant stops the process.
    assert!(filled.is_ok(), "HKDF refused a short output");
}

/// Each part after its length (64-bit, big endian), so that no two lists of parts run together.
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
