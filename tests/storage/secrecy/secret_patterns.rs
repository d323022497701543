//! Fast search for many secrets in large files.

use std::collections::HashMap;

use base64::Engine;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::digest::Sha256Digest;

use crate::support::router_client::DepositedPhoto;

pub const WINDOW: usize = 16;

/// Byte sequences that must not be found, indexed by their first bytes.
pub struct SecretPatterns {
    by_start: HashMap<[u8; WINDOW], String>,
    /// True at the index of the first two bytes of a pattern, which excludes most positions of a file.
    pairs: Vec<bool>,
}

impl Default for SecretPatterns {
    fn default() -> Self {
        Self { by_start: HashMap::new(), pairs: vec![false; 1 << 16] }
    }
}

impl SecretPatterns {
    pub fn add(&mut self, bytes: &[u8], what: impl Into<String>) {
        self.by_start.insert(bytes[..WINDOW].try_into().unwrap(), what.into());
        self.pairs[pair(bytes)] = true;
    }

    /// Every run of twice the length of a needle contains one.
    pub fn add_pieces(&mut self, bytes: &[u8], what: &str) {
        for piece in bytes.chunks_exact(WINDOW) {
            self.add(piece, what);
        }
    }

    /// The patterns in `haystack`, in order.
    pub fn add_secrets_of(&mut self, deposit: &DepositedPhoto) {
        let code = RetrievalCode::parse(&deposit.code).unwrap();
        let bare = deposit.code.replace('-', "");
        self.add(deposit.code.as_bytes(), "a code");
        self.add(deposit.code.to_lowercase().as_bytes(), "a code");
        self.add(bare.as_bytes(), "a code without hyphens");
        self.add(bare.to_lowercase().as_bytes(), "a code without hyphens");
        self.add(code.secret_symbols(), "a code's symbols");
        let digest = Sha256Digest::of(&deposit.bytes);
        self.add(digest.as_bytes(), "a digest");
        self.add(digest.to_string().as_bytes(), "a hexadecimal digest");
        self.add(digest.to_string().to_uppercase().as_bytes(), "a hexadecimal digest");
        let base64 = base64::engine::general_purpose::STANDARD.encode(digest.as_bytes());
        self.add(base64.as_bytes(), "a base64 digest");
        self.add(deposit.key.as_bytes(), "an Idempotency-Key");
        self.add_pieces(&deposit.bytes, "picture bytes");
    }

    pub fn found_in(&self, haystack: &[u8]) -> Option<&str> {
        self.all_in(haystack).next().map(|(_, what)| what)
    }

    /// All patterns that `haystack` holds, in their order.
    pub fn all_in<'p, 'h>(&'p self, haystack: &'h [u8]) -> impl Iterator<Item = ([u8; WINDOW], &'p str)> + use<'p, 'h> {
        let places = haystack.windows(WINDOW).filter(|window| self.pairs[pair(window)]);
        places.filter_map(|window| {
            let (start, what) = self.by_start.get_key_value(window)?;
            Some((*start, what.as_str()))
        })
    }

    pub fn len(&self) -> usize {
        self.by_start.len()
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}
