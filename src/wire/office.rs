//! Bodies that tell an office's device who it is.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId};

/// The office and the device that the gateway recognises as the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeMeBody {
    pub office: OfficeBody,
    /// The device that asked.
    pub device_id: DeviceId,
    /// The end of its certificate.
    pub certificate_expires_at: Timestamp,
    /// The gateway's clock, so that a device can tell how far its own is off.
    pub time: Timestamp,
}

/// An office by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeBody {
    pub office_id: PartyId,
    pub name: String,
    /// Its town.
    pub place: String,
}
