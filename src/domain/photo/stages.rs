//! Stages of a photo's bytes. Each stage is a type that can be made only from the stage before.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::declaration::SealedMetadata;
use crate::domain::check::finding::Finding;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{PartyId, PhotoId};

/// Unchecked upload of a studio, with its digest.
pub struct UploadBytes {
    bytes: Vec<u8>,
    sha256: Sha256Digest,
}

impl UploadBytes {
    /// Takes the bytes and hashes them.
    pub fn new(bytes: Vec<u8>) -> Self {
        let sha256 = Sha256Digest::of(&bytes);
        Self { bytes, sha256 }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }
}

/// Facts that the judge found about an accepted photo and that are stored unencrypted, for the office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoFacts {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Size of the file.
    pub bytes: u64,
    /// Name of the profile.
    pub profile: String,
    /// Advice, without that about the face, which is in the [`SealedMetadata`].
    pub findings: Vec<Finding>,
}

/// A photo that the judge has accepted. Nothing else can be sealed.
pub struct JudgedPhoto {
    upload: UploadBytes,
    facts: PhotoFacts,
    sealed_metadata: SealedMetadata,
}

impl JudgedPhoto {
    /// Only for `validation`, which `tests/layers` proves.
    pub(crate) fn accepted_by_judge(upload: UploadBytes, facts: PhotoFacts, sealed_metadata: SealedMetadata) -> Self {
        Self { upload, facts, sealed_metadata }
    }

    /// The photo as it was sent.
    pub fn bytes(&self) -> &[u8] {
        self.upload.bytes()
    }

    pub fn sha256(&self) -> Sha256Digest {
        self.upload.sha256()
    }

    pub fn facts(&self) -> &PhotoFacts {
        &self.facts
    }

    pub fn sealed_metadata(&self) -> &SealedMetadata {
        &self.sealed_metadata
    }
}

impl fmt::Debug for JudgedPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JudgedPhoto({} bytes)", self.upload.bytes.len())
    }
}

/// A sealed photo, the only form that the store accepts. Only a [`JudgedPhoto`] can be sealed: the constructor is private to the crate,
/// and `tests/layers` proves that only `sealing` calls it.
pub struct SealedPhoto {
    envelope: Vec<u8>,
}

impl SealedPhoto {
    /// Only for `sealing`.
    pub(crate) fn from_envelope(envelope: Vec<u8>) -> Self {
        Self { envelope }
    }

    /// Format version, nonce, ciphertext and tag.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }
}

impl fmt::Debug for SealedPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedPhoto({} bytes)", self.envelope.len())
    }
}

/// The stored bytes of a photo, which may have been damaged or exchanged; `sealing` detects that. They cannot become a [`SealedPhoto`],
/// so they cannot be deposited again.
pub struct StoredPhoto {
    envelope: Vec<u8>,
}

impl StoredPhoto {
    /// Only for `storage`, which `tests/layers` proves.
    pub(crate) fn from_store(envelope: Vec<u8>) -> Self {
        Self { envelope }
    }

    /// Format version, nonce, ciphertext and tag, unless the bytes are damaged.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// For decryption in place.
    pub fn into_envelope(self) -> Vec<u8> {
        self.envelope
    }
}

impl fmt::Debug for StoredPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredPhoto({} bytes)", self.envelope.len())
    }
}

/// Values to which an envelope is bound: it cannot be opened as that of another photo or studio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    pub photo_id: PhotoId,
    pub studio_id: PartyId,
    /// Number of the epoch key that is mixed into the sealing key.
    pub epoch: u32,
}
