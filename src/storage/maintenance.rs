//! Records of the maintenance commands: integrity check, restore, migration and log replay.

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
    pub photo: TrackedPhoto,
    /// Latest collection according to the photo's row, even if that collection does not exist.
    pub latest_id: Option<CollectionId>,
    pub envelope: Option<StoredEnvelope>,
}

/// The sealed photo in the store.
#[derive(Debug)]
pub struct StoredEnvelope {
    pub sealed: StoredPhoto,
    /// SHA-256 of the envelope at the deposit; `None` for envelopes that are older than the column.
    pub sha256: Option<Sha256Digest>,
}

/// Photo that an envelope belongs to.
#[derive(Debug)]
pub struct EnvelopeOwner {
    pub photo_id: PhotoId,
    /// `None` if the photo does not exist.
    pub state: Option<PhotoState>,
}

/// A collection with the state of its photo.
#[derive(Debug)]
pub struct InspectedCollection {
    pub collection_id: CollectionId,
    pub is_open: bool,
    pub photo_id: PhotoId,
    /// State and latest collection according to the photo's row; `None` if the photo does not exist.
    pub photo: Option<(PhotoState, Option<CollectionId>)>,
}

/// Data that the store still has of a photo.
#[derive(Debug)]
pub struct RemainingData {
    pub photo: TrackedPhoto,
    /// Device of the office that began the latest collection.
    pub collected_by: Option<DeviceId>,
    pub has_envelope: bool,
    /// True if the code still finds the photo.
    pub has_lookup_id: bool,
    /// Last completed sweep, which removes erased bytes from the files.
    pub last_swept_at: Option<Timestamp>,
}

/// A row of the table of checkpoints. The columns repeat what the signed document says.
#[derive(Debug)]
pub struct StoredCheckpoint {
    /// Last row of the log that the checkpoint counts.
    pub link: ChainLink,
    /// Time of the signature.
    pub at: Timestamp,
    pub signed: SignedCheckpoint,
}

/// Counts of photos that a restore quarantined and of invitations that it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineCounts {
    /// Photos that cannot be collected until they are released.
    pub photos: u64,
    /// Invitations that may have been used after the backup.
    pub invitations: u64,
}

/// A photo that is in quarantine since a restore.
#[derive(Debug, Clone, serde::Serialize)]
pub struct QuarantinedPhoto {
    pub photo_id: PhotoId,
    /// State of the photo when the backup was taken.
    pub state: PhotoState,
    pub deposited_at: Timestamp,
    pub expires_at: Timestamp,
    /// Time of the backup.
    pub held_back_since: Timestamp,
    /// Name and place of the studio.
    pub studio: String,
}

/// A table whose rows are equal in both databases.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ComparedTable {
    pub name: String,
    pub rows: u64,
    /// SHA-256 of all rows in the order of their keys.
    pub sha256: Sha256Digest,
}

/// Summary of the changes that a log replay made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReplaySummary {
    /// Rows that were added to the audit log.
    pub rows: u64,
    /// Time of the last added row; `None` if no row was added.
    pub until: Option<Timestamp>,
    /// Photos that were erased after the backup.
    pub erased: u64,
    /// Photos that were leased, kept or released after the backup.
    pub moved: u64,
    /// Devices that were revoked after the backup.
    pub revoked: u64,
    /// Parties that were suspended after the backup.
    pub suspended: u64,
    /// Parties that were resumed after the backup.
    pub resumed: u64,
    /// Photos that were deposited after the backup and are lost.
    pub lost: u64,
}

/// A photo whose state an export of the audit log changes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangedPhoto {
    pub photo_id: PhotoId,
    pub state: PhotoState,
    /// `None` if the photo is not erased.
    pub erased_at: Option<Timestamp>,
}
