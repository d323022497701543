//! The row of a photo.

use super::collection::Refusal;
use super::stages::{PhotoFacts, SealContext};
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId, PhotoId};

/// A photo's row, without the image and the code.
#[derive(Debug, Clone)]
pub struct PhotoRecord {
    pub photo_id: PhotoId,
    pub studio_id: PartyId,
    pub device_id: DeviceId,
    /// Number of the epoch key of its envelope.
    pub epoch: u32,
    pub state: PhotoState,
    /// True if an office has used it and keeps it for a second document. A released lease returns to this state.
    pub kept: bool,
    pub facts: PhotoFacts,
    pub deposited_at: Timestamp,
    /// Latest time of the erasure.
    pub expires_at: Timestamp,
    pub settled_at: Option<Timestamp>,
    pub refusal: Option<Refusal>,
}

impl PhotoRecord {
    /// Values to which the envelope is bound.
    pub fn seal_context(&self) -> SealContext {
        SealContext { photo_id: self.photo_id, studio_id: self.studio_id, epoch: self.epoch }
    }
}
