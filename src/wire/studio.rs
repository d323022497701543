//! Body in which a studio's device learns about itself.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId};

/// The answer to `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeBody {
    /// The studio.
    pub studio: PartyBody,
    /// The device that asked.
    pub device_id: DeviceId,
    /// The end of its certificate.
    pub certificate_expires_at: Timestamp,
    /// The gateway's clock, so that a device can tell how far its own is off.
    pub time: Timestamp,
}

/// A studio by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyBody {
    /// The studio.
    pub studio_id: PartyId,
    /// Its name.
    pub name: String,
    /// Its town.
    pub place: String,
}
