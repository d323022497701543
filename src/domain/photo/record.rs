//! A photo's row, without the image and the code.

use super::collection::Refusal;
use super::stages::{PhotoFacts, SealContext};
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId, PhotoId};

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
    pub refusal: Option<Refusal>,
}

impl PhotoRecord {
    /// What the seal of this photo is bound to.
    pub fn seal_context(&self) -> SealContext {
        SealContext { photo_id: self.photo_id, studio_id: self.studio_id, epoch: self.epoch }
    }
}
