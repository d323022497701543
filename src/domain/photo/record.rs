//! A photo's row, without the image and the code.

use super::collection::Refusal;
use super::stages::{PhotoFacts, SealContext};
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId, PhotoId};

/// A photo's row as its studio may see it: never the image, never the code.
#[derive(Debug, Clone)]
pub struct PhotoRecord {
    pub photo_id: PhotoId,
    /// Studio that deposited it.
    pub studio_id: PartyId,
    /// The device that sent it.
    pub device_id: DeviceId,
    /// The epoch key in its seal.
    pub epoch: u32,
    pub state: PhotoState,
    /// True if an office has used it once and keeps it for a second document; a lease given back returns there.
    pub kept: bool,
    /// Facts that the judge found and that may be stored unencrypted.
    pub facts: PhotoFacts,
    /// Time at which it became durable.
    pub deposited_at: Timestamp,
    /// Latest time of its erasure.
    pub expires_at: Timestamp,
    /// Time at which it reached its last state.
    pub settled_at: Option<Timestamp>,
    /// Reason for which a clerk refused it.
    pub refusal: Option<Refusal>,
}

impl PhotoRecord {
    /// Context that the seal of this photo is bound to.
    pub fn seal_context(&self) -> SealContext {
        SealContext { photo_id: self.photo_id, studio_id: self.studio_id, epoch: self.epoch }
    }
}
