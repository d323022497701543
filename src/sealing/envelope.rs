//! The seal of a photo: AES-256-GCM over its digest, its metadata and its bytes, bound to its row in the store.
//!
//! ```text
//! envelope = version (1) | nonce (12) | AES-256-GCM( SHA-256 of the photo (32) | metadata (1024 n) | photo ) | tag (16)
//! associated data: version, photo id, studio id, media type, epoch (each after its length)
//! ```
//! The version is 2. Envelopes of version 1 have no sealed metadata and still open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::hkdf::length_prefixed;
use super::key_derivation::CodeKeys;
use super::key_file::KeyFile;
use super::sealed_metadata;
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::declaration::SealedMetadata;
use crate::domain::photo::{JudgedPhoto, SealContext, SealedPhoto, StoredPhoto};
use crate::entropy::{Entropy, random_bytes};

const VERSION: u8 = 2;
const VERSION_WITHOUT_METADATA: u8 = 1;
const HEADER_LENGTH: usize = 1 + NONCE_LEN;
const DIGEST_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;
const MEDIA_TYPE: &str = "image/jpeg";

/// A decrypted photo, byte for byte as the studio sent it.
pub struct OpenedPhoto {
    pub bytes: Vec<u8>,
    /// Equal to the digest that was sealed with the photo.
    pub sha256: Sha256Digest,
    pub sealed_metadata: SealedMetadata,
}

impl KeyFile {
    /// Seals a judged photo.
    ///
    /// # Errors
    /// [`SealError`] when the epoch has no key or the source of randomness fails.
    pub fn seal(
        &self,
        photo: &JudgedPhoto,
        keys: &CodeKeys,
        context: SealContext,
        entropy: &dyn Entropy,
    ) -> Result<SealedPhoto, SealError> {
        let cipher = self.cipher(keys, context).ok_or(SealError::NoEpochKey)?;
        // A code can seal twice: a repeat after a failed commit seals the same bytes under another photo id.
        let nonce: [u8; NONCE_LEN] = random_bytes(entropy).map_err(|_| SealError::Entropy)?;
        let metadata = sealed_metadata::encode(photo.sealed_metadata()).ok_or(SealError::MetadataTooLong)?;
        let mut envelope =
            Vec::with_capacity(HEADER_LENGTH + DIGEST_LENGTH + metadata.len() + photo.bytes().len() + TAG_LENGTH);
        envelope.push(VERSION);
        envelope.extend_from_slice(&nonce);
        envelope.extend_from_slice(photo.sha256().as_bytes());
        envelope.extend_from_slice(&metadata);
        envelope.extend_from_slice(photo.bytes());
        let aad = Aad::from(associated_data(VERSION, context));
        let tag = cipher
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut envelope[HEADER_LENGTH..])
            .map_err(|_| SealError::Cipher)?;
        envelope.extend_from_slice(tag.as_ref());
        Ok(SealedPhoto::from_envelope(envelope))
    }

    /// # Errors
    /// [`OpenError`] when the envelope is damaged or moved, or its epoch's key has been destroyed.
    pub fn open(&self, stored: StoredPhoto, keys: &CodeKeys, context: SealContext) -> Result<OpenedPhoto, OpenError> {
        let mut envelope = stored.into_envelope();
        let version = match envelope.first() {
            Some(version @ (&VERSION | &VERSION_WITHOUT_METADATA))
                if envelope.len() >= HEADER_LENGTH + DIGEST_LENGTH + TAG_LENGTH =>
            {
                *version
            }
            _ => return Err(OpenError::NotAnEnvelope),
        };
        let cipher = self.cipher(keys, context).ok_or(OpenError::NoEpochKey)?;
        let nonce =
            Nonce::try_assume_unique_for_key(&envelope[1..HEADER_LENGTH]).map_err(|_| OpenError::NotAnEnvelope)?;
        cipher
            .open_in_place(nonce, Aad::from(associated_data(version, context)), &mut envelope[HEADER_LENGTH..])
            .map_err(|_| OpenError::DecryptionFailed)?;
        let mut sealed_digest = [0; DIGEST_LENGTH];
        sealed_digest.copy_from_slice(&envelope[HEADER_LENGTH..HEADER_LENGTH + DIGEST_LENGTH]);
        envelope.truncate(envelope.len() - TAG_LENGTH);
        let (metadata, length) = match version {
            VERSION_WITHOUT_METADATA => (SealedMetadata::default(), 0),
            _ => sealed_metadata::decode(&envelope[HEADER_LENGTH + DIGEST_LENGTH..])
                .ok_or(OpenError::UnreadableMetadata)?,
        };
        envelope.drain(..HEADER_LENGTH + DIGEST_LENGTH + length);
        let sha256 = Sha256Digest::of(&envelope);
        if *sha256.as_bytes() != sealed_digest {
            return Err(OpenError::DigestMismatch);
        }
        Ok(OpenedPhoto { bytes: envelope, sha256, sealed_metadata: metadata })
    }

    fn cipher(&self, keys: &CodeKeys, context: SealContext) -> Option<LessSafeKey> {
        let sealing_key = self.sealing_key(keys, context.epoch)?;
        UnboundKey::new(&AES_256_GCM, &**sealing_key).ok().map(LessSafeKey::new)
    }
}

/// Reports whether these bytes can be the envelope of a photo of `photo_bytes` bytes. Only version and length can be checked without
/// the code; damage inside shows when the envelope is opened.
pub fn is_plausible_envelope(envelope: &[u8], photo_bytes: u64) -> bool {
    let sealed =
        u64::try_from(envelope.len() - envelope.len().min(HEADER_LENGTH + DIGEST_LENGTH + TAG_LENGTH)).unwrap_or(0);
    match envelope.first() {
        Some(&VERSION_WITHOUT_METADATA) => sealed == photo_bytes,
        Some(&VERSION) => sealed.checked_sub(photo_bytes).is_some_and(sealed_metadata::is_valid_length),
        _ => false,
    }
}

pub(super) fn associated_data(version: u8, context: SealContext) -> Vec<u8> {
    length_prefixed(&[
        &[version],
        context.photo_id.as_bytes(),
        context.studio_id.as_bytes(),
        MEDIA_TYPE.as_bytes(),
        &context.epoch.to_be_bytes(),
    ])
}

/// Reason why a photo could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the key file has no epoch key for the present month: check the clock; key files last ten years")]
    NoEpochKey,
    #[error("no random bytes for the nonce")]
    Entropy,
    #[error("the findings about the face do not fit under the seal")]
    MetadataTooLong,
    #[error("the cipher refused the photo")]
    Cipher,
}

/// Reason why a seal could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or of another format version.
    #[error("the stored bytes are not a sealed photo")]
    NotAnEnvelope,
    /// The epoch's key has been destroyed, or another key file sealed the photo.
    #[error("the key file has no key for the month in which the photo was sealed")]
    NoEpochKey,
    #[error("the seal does not open: damaged, moved, or sealed by another gateway")]
    DecryptionFailed,
    #[error("the metadata sealed with the photo cannot be read: was it sealed by a newer version?")]
    UnreadableMetadata,
    #[error("the photo in the seal is not the one that was sealed")]
    DigestMismatch,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::check::Check;
    use crate::domain::check::finding::Finding;
    use crate::domain::code::retrieval_code::RetrievalCode;
    use crate::domain::id::{PartyId, PhotoId};
    use crate::domain::photo::declaration::{Declaration, Exception, Subject};
    use crate::domain::photo::{PhotoFacts, UploadBytes};
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    struct SealFixture {
        keys: KeyFile,
        code: RetrievalCode,
        context: SealContext,
        entropy: SeededEntropy,
    }

    fn seal_fixture() -> SealFixture {
        let entropy = SeededEntropy::new(3);
        let keys = KeyFile::generate(NOW, &entropy).unwrap();
        let context = SealContext {
            photo_id: PhotoId::generate(NOW, &entropy).unwrap(),
            studio_id: PartyId::generate(NOW, &entropy).unwrap(),
            epoch: keys.epoch_at(NOW).unwrap().number,
        };
        SealFixture { keys, code: RetrievalCode::from_secret(&[9; 12]), context, entropy }
    }

    fn sealed_metadata() -> SealedMetadata {
        let declaration = Declaration { subject: Subject::Under6, exception: Exception::Religious };
        SealedMetadata { declaration, findings: vec![Finding::advise(Check::Roll, "21.0°", "<= 8°")] }
    }

    fn photo(metadata: SealedMetadata) -> JudgedPhoto {
        let facts = PhotoFacts { width: 1, height: 1, bytes: 5, profile: "test".into(), findings: vec![] };
        JudgedPhoto::accepted_by_judge(UploadBytes::new(b"photo".to_vec()), facts, metadata)
    }

    impl SealFixture {
        fn seal(&self) -> SealedPhoto {
            self.seal_with(sealed_metadata())
        }

        fn seal_with(&self, metadata: SealedMetadata) -> SealedPhoto {
            self.keys.seal(&photo(metadata), &self.keys.code_keys(&self.code), self.context, &self.entropy).unwrap()
        }

        /// An envelope without sealed metadata.
        fn sealed_in_version_1(&self) -> Vec<u8> {
            let mut sealed = [Sha256Digest::of(b"photo").as_bytes(), &b"photo"[..]].concat();
            let cipher = self.keys.cipher(&self.keys.code_keys(&self.code), self.context).unwrap();
            let nonce: [u8; NONCE_LEN] = random_bytes(&self.entropy).unwrap();
            let aad = Aad::from(associated_data(1, self.context));
            cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).unwrap();
            [&[1], &nonce[..], &sealed].concat()
        }

        fn open(&self, envelope: Vec<u8>, context: SealContext) -> Result<OpenedPhoto, OpenError> {
            self.keys.open(StoredPhoto::from_store(envelope), &self.keys.code_keys(&self.code), context)
        }
    }

    #[test]
    fn a_sealed_photo_opens_to_the_same_bytes() {
        let scene = seal_fixture();
        let opened = scene.open(scene.seal().envelope().to_vec(), scene.context).unwrap();
        assert_eq!(opened.bytes, b"photo");
        assert_eq!(opened.sha256, Sha256Digest::of(b"photo"));
        assert!(opened.sealed_metadata == sealed_metadata());
    }

    #[test]
    fn debug_output_shows_the_size_of_a_sealed_photo_only() {
        let sealed = seal_fixture().seal();
        assert_eq!(format!("{sealed:?}"), format!("SealedPhoto({} bytes)", sealed.envelope().len()));
    }

    #[test]
    fn an_envelope_is_as_long_with_a_declaration_as_without() {
        let scene = seal_fixture();
        let lengths =
            [sealed_metadata(), SealedMetadata::default()].map(|metadata| scene.seal_with(metadata).envelope().len());
        assert_eq!(lengths[0], lengths[1]);
    }

    #[test]
    fn a_version_1_envelope_opens_without_a_declaration() {
        let scene = seal_fixture();
        let opened = scene.open(scene.sealed_in_version_1(), scene.context).unwrap();
        assert_eq!((opened.bytes.as_slice(), opened.sha256), (&b"photo"[..], Sha256Digest::of(b"photo")));
        assert!(opened.sealed_metadata == SealedMetadata::default());
    }

    #[test]
    fn the_version_is_bound() {
        let scene = seal_fixture();
        for (envelope, other) in [(scene.seal().envelope().to_vec(), 1), (scene.sealed_in_version_1(), 2)] {
            let mut changed = envelope;
            changed[0] = other;
            assert_eq!(scene.open(changed.clone(), scene.context).err(), Some(OpenError::DecryptionFailed));
            changed[0] = 3;
            assert_eq!(scene.open(changed, scene.context).err(), Some(OpenError::NotAnEnvelope));
        }
    }

    #[test]
    fn an_envelope_is_recognised_by_version_and_length() {
        let scene = seal_fixture();
        for envelope in [scene.seal().envelope().to_vec(), scene.sealed_in_version_1()] {
            assert!(is_plausible_envelope(&envelope, 5));
            assert!(!is_plausible_envelope(&envelope, 4) && !is_plausible_envelope(&envelope, 6));
            // One that is shorter by a whole step could be of an earlier version; the seal itself tells them apart.
            let mut shorter = (0..envelope.len()).filter(|length| length + 1024 != envelope.len());
            assert!(shorter.all(|length| !is_plausible_envelope(&envelope[..length], 5)));
            assert!(!is_plausible_envelope(&[&[3], &envelope[1..]].concat(), 5));
        }
    }

    #[test]
    fn any_changed_bit_breaks_the_seal() {
        let scene = seal_fixture();
        let envelope = scene.seal().envelope().to_vec();
        for position in 0..envelope.len() {
            let mut changed = envelope.clone();
            changed[position] ^= 1;
            assert!(scene.open(changed, scene.context).is_err(), "byte {position}");
        }
        for length in 0..envelope.len() {
            assert!(scene.open(envelope[..length].to_vec(), scene.context).is_err(), "length {length}");
        }
    }

    #[test]
    fn an_envelope_opens_only_in_its_own_context() {
        let scene = seal_fixture();
        let envelope = scene.seal().envelope().to_vec();
        let other_photo = SealContext { photo_id: PhotoId::generate(NOW, &scene.entropy).unwrap(), ..scene.context };
        let other_studio = SealContext { studio_id: PartyId::generate(NOW, &scene.entropy).unwrap(), ..scene.context };
        let other_epoch = SealContext { epoch: scene.context.epoch + 1, ..scene.context };
        for elsewhere in [other_photo, other_studio, other_epoch] {
            assert_eq!(scene.open(envelope.clone(), elsewhere).err(), Some(OpenError::DecryptionFailed));
        }
    }

    #[test]
    fn neither_another_code_nor_another_gateway_opens_it() {
        let scene = seal_fixture();
        let envelope = scene.seal().envelope().to_vec();
        let other_code = scene.keys.code_keys(&RetrievalCode::from_secret(&[8; 12]));
        let opened = scene.keys.open(StoredPhoto::from_store(envelope.clone()), &other_code, scene.context);
        assert_eq!(opened.err(), Some(OpenError::DecryptionFailed));
        let other_gateway = KeyFile::generate(NOW, &SeededEntropy::new(4)).unwrap();
        let opened =
            other_gateway.open(StoredPhoto::from_store(envelope), &other_gateway.code_keys(&scene.code), scene.context);
        assert_eq!(opened.err(), Some(OpenError::DecryptionFailed));
    }

    #[test]
    fn a_destroyed_epoch_key_takes_its_photos_with_it() {
        let scene = seal_fixture();
        let envelope = scene.seal().envelope().to_vec();
        let century = std::time::Duration::from_secs(86_400 * 365 * 5);
        let later = scene.keys.without_expired_epochs(NOW + century, std::time::Duration::ZERO, None).unwrap();
        let opened = later.open(StoredPhoto::from_store(envelope), &later.code_keys(&scene.code), scene.context);
        assert_eq!(opened.err(), Some(OpenError::NoEpochKey));
    }
}
