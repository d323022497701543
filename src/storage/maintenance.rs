//! Rows of a store for the integrity check, page by page: each page is one statement, so it shows one moment, and
//! the gateway works on meanwhile.

use super::requests::TrackedPhoto;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{CollectionId, DeviceId, PhotoId};
use crate::domain::log::chain::ChainLink;
use crate::domain::log::checkpoint::SignedCheckpoint;
use crate::domain::photo::{PhotoState, StoredPhoto};

/// A photo that has not been erased.
#[derive(Debug)]
pub struct UnerasedPhoto {
    /// Its row, and its latest collection.
    pub photo: TrackedPhoto,
    /// What its row says is its latest collection, whether or not there is such a one.
    pub latest_id: Option<CollectionId>,
    /// The picture.
    pub envelope: Option<StoredEnvelope>,
}

/// A picture as it lies in the store.
#[derive(Debug)]
pub struct StoredEnvelope {
    /// The picture.
    pub sealed: StoredPhoto,
    /// SHA-256 of its frame when it was stored; the oldest pictures have none.
    pub sha256: Option<Sha256Digest>,
}

/// Whose a picture is.
#[derive(Debug)]
pub struct EnvelopeOwner {
    /// The photo it belongs to.
    pub photo_id: PhotoId,
    /// Where that stands; `None` where there is no such photo.
    pub state: Option<PhotoState>,
}

/// A collection beside its photo.
#[derive(Debug)]
pub struct InspectedCollection {
    /// The collection.
    pub collection_id: CollectionId,
    /// Whether it is still open.
    pub is_open: bool,
    /// What it is on.
    pub photo_id: PhotoId,
    /// Where that stands, and what it takes for its latest collection; `None` where there is no such photo.
    pub photo: Option<(PhotoState, Option<CollectionId>)>,
}

/// All that is left of a photo, and what happened to it.
#[derive(Debug)]
pub struct RemainingData {
    /// Its row, with its latest collection.
    pub photo: TrackedPhoto,
    /// The device that has or had it last, at the office.
    pub collected_by: Option<DeviceId>,
    /// Whether a sealed picture is there.
    pub has_envelope: bool,
    /// Whether its code leads to it as to a photo that is there.
    pub has_lookup_id: bool,
    /// The last completed sweep, with which erased bytes leave the files.
    pub last_swept_at: Option<Timestamp>,
}

/// A checkpoint as it stands in its table: beside its text, what that says.
#[derive(Debug)]
pub struct StoredCheckpoint {
    /// The last row of the log that it counts.
    pub link: ChainLink,
    /// The moment at which it was signed.
    pub at: Timestamp,
    /// The text and its signature.
    pub signed: SignedCheckpoint,
}

/// How much a restore held back and ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineCounts {
    /// Photos that nobody gets until they are released.
    pub photos: u64,
    /// Invitations that may have been used since.
    pub invitations: u64,
}

/// A photo that is held back since a restore.
#[derive(Debug, Clone, serde::Serialize)]
pub struct QuarantinedPhoto {
    /// The photo.
    pub photo_id: PhotoId,
    /// Where it stood when the backup was taken.
    pub state: PhotoState,
    /// When it became durable.
    pub deposited_at: Timestamp,
    /// When it is erased at the latest.
    pub expires_at: Timestamp,
    /// When the backup was taken.
    pub held_back_since: Timestamp,
    /// Who took it: name and place.
    pub studio: String,
}

/// A table that was moved, row by row the same in both databases.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ComparedTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over all of them in the order of their keys.
    pub sha256: Sha256Digest,
}

/// What an export of the audit log has made up for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReplaySummary {
    /// Rows that were added.
    pub rows: u64,
    /// When the last of them was written.
    pub until: Option<Timestamp>,
    /// Photos that had been erased since.
    pub erased: u64,
    /// Photos that had been leased, kept or given back since.
    pub moved: u64,
    /// Devices that had been cut off since.
    pub revoked: u64,
    /// Parties that had been suspended since.
    pub suspended: u64,
    /// Parties that had been suspended before, and resumed since.
    pub resumed: u64,
    /// Photos that had been deposited since, and are lost.
    pub lost: u64,
}

/// A photo whose state an export of the audit log changes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangedPhoto {
    /// The photo.
    pub photo_id: PhotoId,
    /// Its state from then on; one in which it is erased, most often.
    pub state: PhotoState,
    /// The moment of its erasure; `None` where it is still there.
    pub erased_at: Option<Timestamp>,
}
