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
    /// Identifier of the latest collection as the photo's row says, even if no such collection exists.
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

/// Photo that an envelope belongs to.
#[derive(Debug)]
pub struct EnvelopeOwner {
    /// The photo it belongs to.
    pub photo_id: PhotoId,
    /// State of that photo; `None` if there is no such photo.
    pub state: Option<PhotoState>,
}

/// A collection beside its photo.
#[derive(Debug)]
pub struct InspectedCollection {
    pub collection_id: CollectionId,
    /// True if the collection is still open.
    pub is_open: bool,
    /// Photo that was leased.
    pub photo_id: PhotoId,
    /// State of that photo and its latest collection as its row says; `None` if there is no such photo.
    pub photo: Option<(PhotoState, Option<CollectionId>)>,
}

/// All that is left of a photo, and what happened to it.
#[derive(Debug)]
pub struct RemainingData {
    /// Its row, with its latest collection.
    pub photo: TrackedPhoto,
    /// The device that has or had it last, at the office.
    pub collected_by: Option<DeviceId>,
    /// True if the envelope is stored.
    pub has_envelope: bool,
    /// True if the row still has the lookup id, so that the code leads to a stored photo.
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

/// Counts of photos that a restore quarantined and of invitations that it ended.
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
    pub photo_id: PhotoId,
    /// State of the photo when the backup was taken.
    pub state: PhotoState,
    /// Time at which the deposit became durable.
    pub deposited_at: Timestamp,
    /// Time at which the photo is erased at the latest.
    pub expires_at: Timestamp,
    /// Time of the backup.
    pub held_back_since: Timestamp,
    /// Studio that deposited the photo: name and place.
    pub studio: String,
}

/// A table that was moved, row by row the same in both databases.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ComparedTable {
    pub name: String,
    pub rows: u64,
    /// SHA-256 over all of them in the order of their keys.
    pub sha256: Sha256Digest,
}

/// Summary of the changes that a log replay made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReplaySummary {
    /// Rows that were added.
    pub rows: u64,
    /// Time of the last added row; `None` if no row was added.
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
    pub photo_id: PhotoId,
    /// Its state from then on; one in which it is erased, most often.
    pub state: PhotoState,
    /// The moment of its erasure; `None` where it is still there.
    pub erased_at: Option<Timestamp>,
}
