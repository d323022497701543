//! PEM (RFC 7468): the text form of certificates, requests and keys.
//!
//! Written here and not taken from a crate because private keys pass through: every buffer is wiped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

/// The label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a PKCS#10 request.
pub const REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of an unencrypted PKCS#8 private key.
pub const PRIVATE_KEY: &str = "PRIVATE KEY";

/// 48 bytes are the 64 characters RFC 7468 section 2 asks of every line but the last.
const BYTES_PER_LINE: usize = 48;

/// Writes one block.
pub fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    // Enough from the start: a string that grows leaves copies behind.
    let capacity = 2 * (label.len() + 24) + der.len().div_ceil(BYTES_PER_LINE) * 65;
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    for part in ["-----BEGIN ", label, "-----\n"] {
        text.push_str(part);
    }
    for line in der.chunks(BYTES_PER_LINE) {
        BASE64.encode_string(line, &mut text);
        text.push('\n');
    }
    for part in ["-----END ", label, "-----\n"] {
        text.push_str(part);
    }
    text
}

/// The contents of every block with this label, in order; text around the blocks is passed over (RFC 7468 section 2).
///
/// `None` when a block with this label does not end or is not base64.
pub fn decode_all(label: &str, text: &str) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while lines.any(|line| line == begin) {
        let mut encoded = Zeroizing::new(String::with_capacity(text.len()));
        loop {
            match lines.next()? {
                line if line == end => break,
                line => encoded.push_str(line),
            }
        }
        blocks.push(Zeroizing::new(BASE64.decode(encoded.as_bytes()).ok()?));
    }
    Some(blocks)
}

/// The contents of the only block with this label; `None` when there is none, more than one, or it is broken.
pub fn decode_one(label: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut blocks = decode_all(label, text)?;
    if blocks.len() == 1 { blocks.pop() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        for length in [0, 1, 47, 48, 49, 500] {
            let der: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let text = encode(PRIVATE_KEY, &der);
            assert!(text.capacity() >= text.len() && text.lines().all(|line| line.len() <= 64));
            assert_eq!(*decode_one(PRIVATE_KEY, &text).unwrap(), der);
        }
    }

    #[test]
    fn a_chain_comes_apart_in_order_and_other_blocks_are_passed_over() {
        let text = format!(
            "subject=CN\r\n{}{}{}",
            *encode(CERTIFICATE, b"one"),
            *encode(PRIVATE_KEY, b"key"),
            encode(CERTIFICATE, b"two").replace('\n', "\r\n")
        );
        let blocks = decode_all(CERTIFICATE, &text).unwrap();
        assert_eq!(blocks.iter().map(|block| block.as_slice()).collect::<Vec<_>>(), [b"one", b"two"]);
        assert!(decode_one(CERTIFICATE, &text).is_none());
    }

    #[test]
    fn a_broken_block_is_refused() {
        assert!(decode_all(CERTIFICATE, "-----BEGIN CERTIFICATE-----\nAAAA").is_none());
        assert!(decode_all(CERTIFICATE, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----").is_none());
        assert_eq!(decode_all(CERTIFICATE, "nothing").unwrap().len(), 0);
    }
}
