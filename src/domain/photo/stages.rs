//! Stages of a photo's bytes, each a type of its own: a stage is entered from the one before it and in no other way.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::declaration::SealedMetadata;
use crate::domain::check::finding::Finding;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{PartyId, PhotoId};

/// Upload of a studio, byte for byte: nothing is known about it yet but its digest.
pub struct UploadBytes {
    bytes: Vec<u8>,
    sha256: Sha256Digest,
}

impl UploadBytes {
    /// Takes the bytes and names them by their digest.
    pub fn new(bytes: Vec<u8>) -> Self {
        let sha256 = Sha256Digest::of(&bytes);
        Self { bytes, sha256 }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Their SHA-256.
    pub fn sha256(&self) -> Sha256Digest {
        self.sha256
    }
}

/// Facts that the judge found about an accepted photo; they travel with it to the office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhotoFacts {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// The name of the profile it was judged by.
    pub profile: String,
    /// Advice; an accepted photo has no finding that refuses. What is to be said of the face is in its [`SealedMetadata`].
    pub findings: Vec<Finding>,
}

/// A photo that a judge accepted: the only thing that can be sealed.
pub struct JudgedPhoto {
    upload: UploadBytes,
    facts: PhotoFacts,
    sealed_metadata: SealedMetadata,
}

impl JudgedPhoto {
    /// Declares that a judge accepted these bytes; for `validation` alone, which `tests/layers` proves.
    pub(crate) fn accepted_by_judge(upload: UploadBytes, facts: PhotoFacts, sealed_metadata: SealedMetadata) -> Self {
        Self { upload, facts, sealed_metadata }
    }

    /// The photo, byte for byte as it was sent.
    pub fn bytes(&self) -> &[u8] {
        self.upload.bytes()
    }

    /// SHA-256 of the bytes.
    pub fn sha256(&self) -> Sha256Digest {
        self.upload.sha256()
    }

    /// Facts that the judge found and that may be stored unencrypted.
    pub fn facts(&self) -> &PhotoFacts {
        &self.facts
    }

    /// Metadata that are sealed together with the photo.
    pub fn sealed_metadata(&self) -> &SealedMetadata {
        &self.sealed_metadata
    }
}

impl fmt::Debug for JudgedPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JudgedPhoto({} bytes)", self.upload.bytes.len())
    }
}

/// A photo under its seal: the only form that a store takes. It comes from sealing a [`JudgedPhoto`] and from nothing else: code
/// outside this crate has no constructor, and inside it `tests/layers` allows the constructor to `sealing` alone.
pub struct SealedPhoto {
    envelope: Vec<u8>,
}

impl SealedPhoto {
    /// Declares that these bytes are ciphertext; for `sealing` alone.
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

/// The bytes that a store kept for a photo. They may have been damaged or exchanged since: `sealing` opens them and finds out. There is
/// no way back to a [`SealedPhoto`], so they cannot be deposited again.
pub struct StoredPhoto {
    envelope: Vec<u8>,
}

impl StoredPhoto {
    /// Takes the envelope as it was read; for `storage` alone, which `tests/layers` proves.
    pub(crate) fn from_store(envelope: Vec<u8>) -> Self {
        Self { envelope }
    }

    /// Format version, nonce, ciphertext and tag, if it is an envelope.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// Hands over the envelope, to be decrypted in place.
    pub fn into_envelope(self) -> Vec<u8> {
        self.envelope
    }
}

impl fmt::Debug for StoredPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredPhoto({} bytes)", self.envelope.len())
    }
}

/// Binding of a seal: an envelope moved to another photo or studio does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    /// The photo that the envelope belongs to.
    pub photo_id: PhotoId,
    /// The studio that deposited it.
    pub studio_id: PartyId,
    /// The epoch key that is mixed into the sealing key.
    pub epoch: u32,
}
