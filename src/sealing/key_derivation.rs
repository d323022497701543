//! Derivation of a code from an upload, and of keys from a code.

use zeroize::{Zeroize, Zeroizing};

use super::hkdf::{hkdf, hkdf_32, length_prefixed};
use super::key_file::KeyFile;
use crate::domain::code::lookup::LookupId;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::reconciliation::row_digest::RowDigestKey;
use crate::domain::photo::idempotency::{IdempotencyKey, KeyOwner};

/// Keys derived from a code; another gateway derives other keys.
///
/// The lookup id is stored and reveals nothing about the code; the sealing key is derived for each use and never stored.
pub struct CodeKeys {
    lookup_id: [u8; 32],
    /// In a box, because moving an array leaves a copy on the thread's stack.
    secret: Box<Zeroizing<[u8; 32]>>,
}

impl CodeKeys {
    /// The key of the photo's row in the store.
    pub fn lookup_id(&self) -> LookupId {
        LookupId::from_bytes(self.lookup_id)
    }
}

impl KeyFile {
    /// The code of a deposit. The same owner, key and photo always give the same code, so a repeated deposit gets it again although
    /// it was never stored.
    pub fn issue_code(&self, owner: KeyOwner, key: &IdempotencyKey, photo: Sha256Digest) -> RetrievalCode {
        let input = length_prefixed(&[owner.as_bytes(), key.as_str().as_bytes(), photo.as_bytes()]);
        let mut secret = [0; 12];
        hkdf(self.issuing_key.as_bytes(), &input, "lichtbild/code/v1", &mut secret);
        let code = RetrievalCode::from_secret(&secret);
        secret.zeroize();
        code
    }

    /// Identifies a repeated deposit. A keyed hash, so that the stored value reveals neither the Idempotency-Key nor the code.
    pub fn request_id(&self, owner: KeyOwner, key: &IdempotencyKey) -> [u8; 32] {
        let input = length_prefixed(&[owner.as_bytes(), key.as_str().as_bytes()]);
        hkdf_32(self.issuing_key.as_bytes(), &input, "lichtbild/request/v1")
    }

    /// A keyed digest, which only a holder of the key file can compute. Digests of different `purpose`s are unrelated.
    pub fn keyed_digest(&self, purpose: &str, bytes: &[u8]) -> Sha256Digest {
        Sha256Digest::from_bytes(hkdf_32(self.pepper.as_bytes(), bytes, purpose))
    }

    pub fn code_keys(&self, code: &RetrievalCode) -> CodeKeys {
        let mut keys = CodeKeys { lookup_id: [0; 32], secret: Box::new(Zeroizing::new([0; 32])) };
        let pepper = self.pepper.as_bytes();
        hkdf(pepper, code.secret_symbols(), "lichtbild/lookup/v1", &mut keys.lookup_id);
        hkdf(pepper, code.secret_symbols(), "lichtbild/seal/v1", &mut **keys.secret);
        keys
    }

    /// The key of row digests (see [`row_digest`](crate::domain::log::reconciliation::row_digest)). It does not depend on epoch keys, which are destroyed over time.
    pub fn row_key(&self) -> RowDigestKey {
        let mut key = Zeroizing::new([0; 32]);
        hkdf(self.issuing_key.as_bytes(), self.pepper.as_bytes(), "lichtbild/row-digest/v1", &mut *key);
        RowDigestKey::new(&key)
    }

    /// The AES-256 key of a photo sealed in `epoch`; `None` once that epoch's key has been destroyed.
    pub(super) fn sealing_key(&self, keys: &CodeKeys, epoch: u32) -> Option<Box<Zeroizing<[u8; 32]>>> {
        let epoch = self.epoch(epoch)?;
        let mut sealing_key = Box::new(Zeroizing::new([0; 32]));
        hkdf(epoch.key.as_bytes(), &**keys.secret, "lichtbild/epoch/v1", &mut **sealing_key);
        Some(sealing_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::id::{DeviceId, PartyId};
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn keys(seed: u64) -> KeyFile {
        KeyFile::generate(NOW, &SeededEntropy::new(seed)).unwrap()
    }

    fn device(seed: u64) -> KeyOwner {
        KeyOwner::Device(DeviceId::generate(NOW, &SeededEntropy::new(seed)).unwrap())
    }

    #[test]
    fn the_code_depends_on_gateway_device_key_and_photo_and_on_nothing_else() {
        let key = IdempotencyKey::parse("0123456789abcdef").unwrap();
        let other_key = IdempotencyKey::parse("0123456789abcdeg").unwrap();
        let photo = Sha256Digest::of(b"photo");
        let code = keys(1).issue_code(device(1), &key, photo);
        assert_eq!(code, keys(1).issue_code(device(1), &key, photo));
        for other in [
            keys(2).issue_code(device(1), &key, photo),
            keys(1).issue_code(device(2), &key, photo),
            keys(1).issue_code(KeyOwner::Studio(PartyId::generate(NOW, &SeededEntropy::new(2)).unwrap()), &key, photo),
            keys(1).issue_code(device(1), &other_key, photo),
            keys(1).issue_code(device(1), &key, Sha256Digest::of(b"other")),
        ] {
            assert!(code != other);
        }
    }

    #[test]
    fn code_keys_differ_for_each_purpose_and_gateway() {
        let code = RetrievalCode::from_secret(&[7; 12]);
        let here = keys(1).code_keys(&code);
        let elsewhere = keys(2).code_keys(&code);
        assert_ne!(here.lookup_id, elsewhere.lookup_id);
        assert_ne!(**here.secret, here.lookup_id);
    }
}
