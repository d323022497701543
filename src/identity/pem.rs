//! PEM (RFC 7468): the text form of certificates, requests and keys.
//!
//! Private keys pass through, so results are wiped when they are dropped; the programs' allocator wipes the buffers of the library.

use pem::{EncodeConfig, LineEnding, Pem};
use zeroize::Zeroizing;

/// The label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a PKCS#10 request.
pub const REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of an unencrypted PKCS#8 private key.
pub const PRIVATE_KEY: &str = "PRIVATE KEY";

/// Writes one block.
pub fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let block = Pem::new(label, der);
    Zeroizing::new(pem::encode_config(&block, EncodeConfig::new().set_line_ending(LineEnding::LF)))
}

/// The contents of every block with this label, in order; text around the blocks is skipped (RFC 7468 section 2).
///
/// `None` when a block does not end or is not base64.
pub fn decode_all(label: &str, text: &str) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let blocks = pem::parse_many(text).ok()?;
    // The library drops a block that does not end.
    if blocks.len() != text.matches("-----BEGIN ").count() {
        return None;
    }
    let labelled = blocks.into_iter().filter(|block| block.tag() == label);
    Some(labelled.map(|block| Zeroizing::new(block.into_contents())).collect())
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
            assert!(text.lines().all(|line| line.len() <= 64));
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
