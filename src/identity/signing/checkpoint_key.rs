//! Key that signs checkpoints of the audit log and manifests of backups, and its public half for auditors.
//!
//! It is separate from the keys of the CAs: those identify devices and may be kept offline, while this one signs every hour. ECDSA
//! on P-256 with SHA-256; the signature is in DER, so that `openssl dgst -sha256 -verify` reads it.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData, SigningKey};
use zeroize::Zeroizing;

use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::checkpoint::{Checkpoint, CheckpointParseError, SignedCheckpoint};
use crate::identity::error::IdentityError;
use crate::identity::key::read_pair;
use crate::identity::pem;
use crate::identity::public_key::PublicKey;

const PUBLIC_KEY: &str = "PUBLIC KEY";

/// The key; wiped on drop, never shown by `Debug`.
pub struct CheckpointKey {
    pair: Zeroizing<KeyPair>,
    verifier: CheckpointVerifier,
}

impl CheckpointKey {
    /// A new key; the randomness comes from aws-lc's own generator.
    ///
    /// # Errors
    /// [`IdentityError::Library`] when the generator fails.
    pub fn generate() -> Result<Self, IdentityError> {
        Self::of(KeyPair::generate()?)
    }

    /// Reads an unencrypted PKCS#8 key on P-256 in PEM.
    ///
    /// # Errors
    /// [`IdentityError::PrivateKey`].
    pub fn from_pem(key_pem: &str) -> Result<Self, IdentityError> {
        Self::of(read_pair(key_pem)?)
    }

    fn of(pair: KeyPair) -> Result<Self, IdentityError> {
        if !pair.is_compatible(&PKCS_ECDSA_P256_SHA256) {
            return Err(IdentityError::PrivateKey);
        }
        let verifier = CheckpointVerifier::of(&pair.subject_public_key_info()).ok_or(IdentityError::PrivateKey)?;
        Ok(Self { pair: Zeroizing::new(pair), verifier })
    }

    /// The private key as PKCS#8 in PEM, not encrypted.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::encode(pem::PRIVATE_KEY, self.pair.serialized_der())
    }

    pub fn verifier(&self) -> &CheckpointVerifier {
        &self.verifier
    }

    /// Signs a checkpoint of the log at `head`.
    ///
    /// # Errors
    /// [`IdentityError::Library`] when signing fails.
    pub fn sign(
        &self,
        head: ChainLink,
        gateway: &str,
        log: Sha256Digest,
        time: Timestamp,
    ) -> Result<(Checkpoint, SignedCheckpoint), IdentityError> {
        let checkpoint = Checkpoint::at(head, gateway.to_owned(), log, time, self.verifier.sha256());
        let document = checkpoint.to_document().into_bytes();
        let signature = self.signature_of(&document)?;
        Ok((checkpoint, SignedCheckpoint { document, signature }))
    }

    pub(super) fn signature_of(&self, document: &[u8]) -> Result<Vec<u8>, IdentityError> {
        Ok(self.pair.sign(document)?)
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckpointKey").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

/// The public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointVerifier {
    spki_der: Vec<u8>,
    point: Vec<u8>,
}

impl CheckpointVerifier {
    pub fn from_pem(text: &str) -> Option<Self> {
        Self::of(&pem::decode_one(PUBLIC_KEY, text)?)
    }

    fn of(spki_der: &[u8]) -> Option<Self> {
        let key = PublicKey::read(spki_der).ok()?;
        let is_p256 = key.algorithm() == &PKCS_ECDSA_P256_SHA256;
        is_p256.then(|| Self { spki_der: spki_der.to_vec(), point: key.der_bytes().to_vec() })
    }

    /// The key in PEM, as `openssl pkey -pubin` reads it.
    pub fn to_pem(&self) -> String {
        pem::encode(PUBLIC_KEY, &self.spki_der).to_string()
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`, by which people compare keys.
    pub fn sha256(&self) -> Sha256Digest {
        Sha256Digest::of(&self.spki_der)
    }

    /// Verifies the signature of a signed checkpoint and returns its content.
    ///
    /// # Errors
    /// [`VerifyCheckpointError`].
    pub fn verify(&self, signed: &SignedCheckpoint) -> Result<Checkpoint, VerifyCheckpointError> {
        if !self.has_signed(&signed.document, &signed.signature) {
            // The unverified text is used only to explain the failure.
            return Err(match Checkpoint::parse(&signed.document) {
                Ok(checkpoint) if checkpoint.key != self.sha256() => {
                    VerifyCheckpointError::OtherKey { key: checkpoint.key }
                }
                _ => VerifyCheckpointError::Signature,
            });
        }
        Checkpoint::parse(&signed.document).map_err(VerifyCheckpointError::Document)
    }

    pub(super) fn has_signed(&self, document: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point).verify(document, signature).is_ok()
    }
}

/// Reason why a checkpoint is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyCheckpointError {
    #[error("the signature is wrong: the file was changed, or another key signed it")]
    Signature,
    /// The checkpoint itself names the key with this SHA-256.
    #[error("it is signed with another key, of SHA-256 {key}")]
    OtherKey { key: Sha256Digest },
    #[error("the signed text is not a checkpoint")]
    Document(#[source] CheckpointParseError),
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn signed(key: &CheckpointKey) -> (Checkpoint, SignedCheckpoint) {
        let head = ChainLink { sequence: 7, sha256: Sha256Digest::of(b"head") };
        key.sign(head, "gateway.example", Sha256Digest::of(b"log"), NOW).unwrap()
    }

    #[test]
    fn a_signed_checkpoint_verifies_and_no_byte_of_it_can_be_changed() {
        let key = CheckpointKey::generate().unwrap();
        let again = CheckpointKey::from_pem(&key.to_pem()).unwrap();
        let verifier = CheckpointVerifier::from_pem(&again.verifier().to_pem()).unwrap();
        let (checkpoint, whole) = signed(&key);
        assert_eq!(verifier.verify(&whole), Ok(checkpoint));
        for place in 0..whole.document.len() {
            let mut changed = whole.clone();
            changed.document[place] ^= 1;
            assert!(verifier.verify(&changed).is_err(), "{place}");
        }
        for place in 0..whole.signature.len() {
            let mut changed = whole.clone();
            changed.signature[place] ^= 1;
            assert!(verifier.verify(&changed).is_err(), "{place}");
        }
    }

    #[test]
    fn another_key_is_told_from_a_wrong_signature() {
        let [ours, theirs] = [CheckpointKey::generate().unwrap(), CheckpointKey::generate().unwrap()];
        let (_, whole) = signed(&theirs);
        let key = theirs.verifier().sha256();
        assert_eq!(ours.verifier().verify(&whole), Err(VerifyCheckpointError::OtherKey { key }));
        let cut = SignedCheckpoint { signature: vec![], ..signed(&ours).1 };
        assert_eq!(ours.verifier().verify(&cut), Err(VerifyCheckpointError::Signature));
    }

    #[test]
    fn only_p_256_is_taken() {
        let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        assert!(matches!(CheckpointKey::from_pem(&other.serialize_pem()), Err(IdentityError::PrivateKey)));
        assert_eq!(CheckpointVerifier::from_pem(&other.public_key_pem()), None);
    }
}
