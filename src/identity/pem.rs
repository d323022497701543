//! PEM (RFC 7468): the text form of certificates, requests and keys.
//!
//! Private keys pass through, so results are wiped when they are dropped; the programs' allocator wipes every other buffer.
//!
//! The crate `pem` refuses blank lines inside a block, and a whole file for one broken block with another label.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

/// The label of a certificate.
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a PKCS#10 request.
pub const REQUEST: &str = "CERTIFICATE REQUEST";
/// The label of an unencrypted PKCS#8 private key.
pub const PRIVATE_KEY: &str = "PRIVATE KEY";

/// 48 bytes become the 64 characters that RFC 7468 section 2 requires of every line but the last.
const BYTES_PER_LINE: usize = 48;

/// Writes one block.
pub fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for line in der.chunks(BYTES_PER_LINE) {
        BASE64.encode_string(line, &mut text);
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// The contents of every block with this label, in order; all other text is skipped (RFC 7468 section 2).
///
/// `None` when a block with this label does not end or is not base64.
pub fn decode_all(label: &str, text: &str) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while lines.any(|line| line == begin) {
        let mut encoded = Zeroizing::new(String::new());
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
    fn text_and_foreign_blocks_around_a_certificate_are_skipped() {
        let block = encode(CERTIFICATE, &[7; 60]);
        let (first_line, end) = (block.find('\n').unwrap() + 1, block.find("-----END").unwrap());
        let with_blank_line = |at: usize| format!("{}\n{}", &block[..at], &block[at..]);
        let signature = "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=AbCd\n-----END PGP SIGNATURE-----\n";
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n";
        for (case, text) in [
            ("blank line after BEGIN", with_blank_line(first_line)),
            ("blank line inside", with_blank_line(first_line + 65)),
            ("blank line before END", with_blank_line(end)),
            ("blank line after BEGIN, CRLF", with_blank_line(first_line).replace('\n', "\r\n")),
            ("blank line inside, CRLF", with_blank_line(first_line + 65).replace('\n', "\r\n")),
            ("blank line before END, CRLF", with_blank_line(end).replace('\n', "\r\n")),
            ("white space around lines", block.lines().map(|line| format!(" \t{line} \t\n")).collect()),
            ("no line break at the end", block.trim_end().to_owned()),
            ("comment with BEGIN", format!("# before -----BEGIN CERTIFICATE----- comes a comment\n{}", *block)),
            ("comment with foreign BEGIN", format!("{}# -----BEGIN PRIVATE KEY-----\n", *block)),
            ("comment with END", format!("# -----END CERTIFICATE-----\n{}", *block)),
            ("END without BEGIN", format!("-----END CERTIFICATE-----\n{}", *block)),
            ("broken foreign block", format!("-----BEGIN X-----\n!\n-----END X-----\n{}", *block)),
            ("foreign block without END, before", format!("-----BEGIN X-----\nAAAA\n{}", *block)),
            ("foreign block without END, after", format!("{}-----BEGIN X-----\nAAAA\n", *block)),
            ("foreign block with another END", format!("-----BEGIN X-----\nAAAA\n-----END Y-----\n{}", *block)),
            ("PGP signature, before", format!("{signature}{}", *block)),
            ("PGP signature, after", format!("{}{signature}", *block)),
            ("clearsigned", format!("{signed}{}{signature}", *block)),
        ] {
            let read = decode_one(CERTIFICATE, &text);
            assert_eq!(read.as_deref().map(Vec::as_slice), Some([7; 60].as_slice()), "{case}: {text:?}");
        }
    }

    #[test]
    fn a_broken_block_is_refused() {
        for text in [
            "-----BEGIN CERTIFICATE-----\nAAAA",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nAAAA",
        ] {
            assert!(decode_all(CERTIFICATE, text).is_none(), "{text:?}");
        }
        assert_eq!(decode_all(CERTIFICATE, "nothing").unwrap().len(), 0);
    }
}
