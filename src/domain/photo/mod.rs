//! A photo's way through the gateway, twice: as types that carry the stage of the bytes, and as the states of its row.
//!
//! ```text
//! UploadBytes --judge--> JudgedPhoto --seal--> SealedPhoto --store--> receipt
//!                                                               |
//!                                    bytes <--open-- StoredPhoto
//!
//!              collect            settle used ............ used       (erased)
//!  available ----------> leased --settle refused ......... refused    (erased)
//!    |  ^                |   |    settle_within runs out .. used      (erased)
//!    |  |  released,     |   |
//!    |  +-- lapsed ------+   +--settle kept--> kept --collect--> leased (and back to kept when released or lapsed)
//!    |                                          |
//!    +--withdraw--> withdrawn (erased)          |
//!    +--retention runs out--> expired (erased) <+
//! ```
//! A lease lapses only while nothing was handed over; after a hand-over the photo waits for the same office to settle.

pub mod availability;
pub mod collection;
pub mod declaration;
pub mod idempotency;
pub mod quarantine;
pub mod retention;
pub mod withdrawal;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::check::finding::Finding;
use super::digest::Sha256Digest;
use super::id::{DeviceId, PartyId, PhotoId};
use super::photo::declaration::SealedMetadata;
use crate::clock::Timestamp;

/// What a studio sent, as it came: nothing is known about it yet but its digest.
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

/// What the judge found out about an accepted photo; travels with it to the counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// What the judge found out and may lie in the clear.
    pub fn facts(&self) -> &PhotoFacts {
        &self.facts
    }

    /// What goes under the seal with it.
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

    /// Format version, nonce, ciphertext and tag, if it is a frame.
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// Hands over the frame, to be decrypted in place.
    pub fn into_envelope(self) -> Vec<u8> {
        self.envelope
    }
}

impl fmt::Debug for StoredPhoto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredPhoto({} bytes)", self.envelope.len())
    }
}

/// What a seal is bound to: a frame moved to another photo or studio does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealContext {
    /// The photo the frame belongs to.
    pub photo_id: PhotoId,
    /// The studio that deposited it.
    pub studio_id: PartyId,
    /// The epoch key that is mixed into the sealing key.
    pub epoch: u32,
}

/// The states of a photo's row; the drawing above shows the ways between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoState {
    /// Deposited, waiting for an office.
    Available,
    /// An office holds it for a limited time.
    Leased,
    /// Used once and kept for a second document at the applicant's wish.
    Kept,
    /// Taken into an application and erased.
    Used,
    /// Refused by a clerk and erased.
    Refused,
    /// Taken back by the studio and erased.
    Withdrawn,
    /// Never collected in time and erased.
    Expired,
}

impl PhotoState {
    /// Every state, in the order of the drawing.
    pub const ALL: [Self; 7] =
        [Self::Available, Self::Leased, Self::Kept, Self::Used, Self::Refused, Self::Withdrawn, Self::Expired];

    /// The name in JSON, SQL and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Kept => "kept",
            Self::Used => "used",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Whether the picture is gone and only the fact remains.
    pub const fn is_erased(self) -> bool {
        matches!(self, Self::Used | Self::Refused | Self::Withdrawn | Self::Expired)
    }
}

impl fmt::Display for PhotoState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PhotoState {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, ParseStateError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(ParseStateError)
    }
}

/// The text names no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseStateError;

impl fmt::Display for ParseStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a state")
    }
}

impl std::error::Error for ParseStateError {}

/// A photo's row as its studio may see it: never the image, never the code.
#[derive(Debug, Clone)]
pub struct PhotoRecord {
    /// The photo.
    pub photo_id: PhotoId,
    /// Who deposited it.
    pub studio_id: PartyId,
    /// The device that sent it.
    pub device_id: DeviceId,
    /// The epoch key in its seal.
    pub epoch: u32,
    /// Where it stands.
    pub state: PhotoState,
    /// Whether an office has used it once and keeps it for a second document; a lease given back returns there.
    pub kept: bool,
    /// What the judge found out and may lie in the clear.
    pub facts: PhotoFacts,
    /// When it became durable.
    pub deposited_at: Timestamp,
    /// When it is erased at the latest.
    pub expires_at: Timestamp,
    /// When it reached its last state.
    pub settled_at: Option<Timestamp>,
    /// Why a clerk refused it.
    pub refusal: Option<super::photo::collection::Refusal>,
}

impl PhotoRecord {
    /// What the seal of this photo is bound to.
    pub fn seal_context(&self) -> SealContext {
        SealContext { photo_id: self.photo_id, studio_id: self.studio_id, epoch: self.epoch }
    }
}
