//! Proof that a gateway knows an enrolment code, which a device verifies before it sends the code.
//!
//! ```text
//! code --HKDF--> lookup      (sent to look up the invitation; stored instead of the code)
//!      --HKDF--> proof key   (never sent; stored encrypted with a key of the key file)
//! gateway: proof = HMAC-SHA-256(proof key, nonce of the device | statement of the gateway about itself)
//! ```
//! A new device knows only an address and a code. It sends the lookup and a fresh nonce. Only a server that knows the code, or has
//! the store *and* the key file, can return a valid proof. The proof covers the fingerprint of the CA that the device trusts from
//! then on. A code has 95 bits, so it cannot be found from lookup or proof by trying. Gateway and studio program both use this file.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::envelope::SealError;
use super::hkdf::{hkdf, hkdf_32, length_prefixed};
use super::key_file::KeyFile;
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::invitation::InvitationLookupId;
use crate::entropy::{Entropy, random_bytes};

/// HKDF without a salt (RFC 5869 section 2.2): the device knows only the code.
const NO_SALT: &[u8] = &[];
const KEY_LENGTH: usize = 32;

/// Finds the invitation of a code.
pub fn invitation_lookup_id(code: &EnrolmentCode) -> InvitationLookupId {
    InvitationLookupId::from_bytes(hkdf_32(NO_SALT, code.secret_symbols(), "lichtbild/enrolment-lookup/v1"))
}

/// Key that proves knowledge of a code. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ProofKey([u8; KEY_LENGTH]);

/// Statement of a gateway about itself in answer to a lookup, as it is written in the JSON.
#[derive(Debug, Clone, Copy)]
pub struct ProofMessage<'a> {
    /// Random, made by the device for each lookup.
    pub nonce: &'a [u8; 32],
    pub device_id: &'a str,
    /// `studio` or `office`.
    pub role: &'a str,
    /// URL of the listener for devices of this role.
    pub gateway: &'a str,
    pub expires_at: &'a str,
    /// SHA-256 of the server authority's certificate in DER.
    pub ca_sha256: Sha256Digest,
}

impl ProofMessage<'_> {
    fn to_bytes(self) -> Vec<u8> {
        length_prefixed(&[
            b"lichtbild/enrolment-answer/v1",
            self.nonce,
            self.device_id.as_bytes(),
            self.role.as_bytes(),
            self.gateway.as_bytes(),
            self.expires_at.as_bytes(),
            self.ca_sha256.as_bytes(),
        ])
    }
}

impl ProofKey {
    pub fn from_code(code: &EnrolmentCode) -> Self {
        let mut key = [0; KEY_LENGTH];
        hkdf(NO_SALT, code.secret_symbols(), "lichtbild/enrolment-proof/v1", &mut key);
        Self(key)
    }

    /// Computes the gateway's proof: HMAC-SHA-256 over all fields, each after its length (64-bit, big endian).
    pub fn prove(&self, answer: &ProofMessage<'_>) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), &answer.to_bytes());
        let mut proof = [0; 32];
        // SHA-256 gives 32 bytes.
        proof.copy_from_slice(tag.as_ref());
        proof
    }

    /// Reports whether the gateway that answered knows the code. Takes constant time.
    pub fn is_valid_proof(&self, answer: &ProofMessage<'_>, proof: &[u8]) -> bool {
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), &answer.to_bytes(), proof).is_ok()
    }
}

impl KeyFile {
    /// Encrypts a proof key for the store: AES-256-GCM with a key derived from the key file and this invitation.
    ///
    /// # Errors
    /// [`SealError`] when the source of randomness fails or the cipher refuses.
    pub fn seal_proof_key(
        &self,
        key: &ProofKey,
        lookup: &InvitationLookupId,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_LEN] = random_bytes(entropy).map_err(|_| SealError::Entropy)?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + KEY_LENGTH + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&key.0);
        let tag = self
            .proof_key_cipher(lookup)
            .ok_or(SealError::Cipher)?
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(lookup.as_bytes()),
                &mut sealed[NONCE_LEN..],
            )
            .map_err(|_| SealError::Cipher)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Opens the result of [`seal_proof_key`](Self::seal_proof_key); `None` with another key file, for another invitation, or if it
    /// is damaged.
    pub fn open_proof_key(&self, sealed: &[u8], lookup: &InvitationLookupId) -> Option<ProofKey> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let cipher = self.proof_key_cipher(lookup)?;
        let opened = cipher.open_in_place(nonce, Aad::from(lookup.as_bytes()), &mut sealed).ok()?;
        <[u8; KEY_LENGTH]>::try_from(&*opened).ok().map(ProofKey)
    }

    fn proof_key_cipher(&self, lookup: &InvitationLookupId) -> Option<LessSafeKey> {
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        hkdf(self.pepper.as_bytes(), lookup.as_bytes(), "lichtbild/enrolment-seal/v1", &mut *key);
        UnboundKey::new(&AES_256_GCM, &*key).ok().map(LessSafeKey::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::entropy::SeededEntropy;

    fn code(seed: u64) -> EnrolmentCode {
        EnrolmentCode::generate(&SeededEntropy::new(seed)).unwrap()
    }

    fn keys(seed: u64) -> KeyFile {
        let november = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        KeyFile::generate(november, &SeededEntropy::new(seed)).unwrap()
    }

    fn answer() -> ProofMessage<'static> {
        ProofMessage {
            nonce: &[9; 32],
            device_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e",
            role: "studio",
            gateway: "https://localhost:8443",
            expires_at: "2026-11-23T09:30:00.000Z",
            ca_sha256: Sha256Digest::of(b"authority"),
        }
    }

    #[test]
    fn the_derivation_is_as_published() {
        // Computed by other means (Python's hmac), and kept, so that both ends understand each other over versions.
        let code = EnrolmentCode::parse("G94ZJ-756FW-FHRWS-2ZVE8").unwrap();
        let hex = |bytes: [u8; 32]| Sha256Digest::from_bytes(bytes).to_string();
        let lookup = "dda4bc083b2b9de962809a4705d52295d4cde123440cf8856579758df1c9ae04";
        assert_eq!(hex(*invitation_lookup_id(&code).as_bytes()), lookup);
        let proof = "36a5f3b87c403562ae1486baf549d9517aaa8a4788dc90de17e2053d5d200bd5";
        assert_eq!(hex(ProofKey::from_code(&code).prove(&answer())), proof);
    }

    #[test]
    fn a_proof_holds_for_the_same_code_and_the_same_words_only() {
        let key = ProofKey::from_code(&code(1));
        let proof = key.prove(&answer());
        assert!(ProofKey::from_code(&code(1)).is_valid_proof(&answer(), &proof));
        assert!(!ProofKey::from_code(&code(2)).is_valid_proof(&answer(), &proof));
        for other in [
            ProofMessage { nonce: &[8; 32], ..answer() },
            ProofMessage { device_id: "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0f", ..answer() },
            ProofMessage { role: "office", ..answer() },
            ProofMessage { gateway: "https://localhost:8444", ..answer() },
            ProofMessage { expires_at: "2026-11-23T09:30:00.001Z", ..answer() },
            ProofMessage { ca_sha256: Sha256Digest::of(b"another authority"), ..answer() },
        ] {
            assert!(!key.is_valid_proof(&other, &proof), "{other:?}");
        }
        assert!(!key.is_valid_proof(&answer(), &proof[..31]) && !key.is_valid_proof(&answer(), &[]));
    }

    #[test]
    fn lookup_and_proof_key_of_a_code_are_unlike() {
        assert_ne!(invitation_lookup_id(&code(1)), invitation_lookup_id(&code(2)));
        assert_ne!(invitation_lookup_id(&code(1)).as_bytes(), &ProofKey::from_code(&code(1)).0);
    }

    #[test]
    fn a_sealed_proof_key_opens_with_its_key_file_in_its_place_only() {
        let (key, lookup) = (ProofKey::from_code(&code(1)), invitation_lookup_id(&code(1)));
        let sealed = keys(1).seal_proof_key(&key, &lookup, &SeededEntropy::new(5)).unwrap();
        assert!(!sealed.windows(8).any(|window| key.0.starts_with(window)));
        let opened = keys(1).open_proof_key(&sealed, &lookup).unwrap();
        assert_eq!(opened.0, key.0);
        assert!(keys(2).open_proof_key(&sealed, &lookup).is_none());
        assert!(keys(1).open_proof_key(&sealed, &invitation_lookup_id(&code(2))).is_none());
        assert!(keys(1).open_proof_key(&sealed[..sealed.len() - 1], &lookup).is_none());
        assert!(keys(1).open_proof_key(&[], &lookup).is_none());
    }
}
