//! Response with the identity of an office's device.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId};

/// The office and the device that the gateway recognises as the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OfficeMeBody {
    pub office: OfficeBody,
    pub device_id: DeviceId,
    pub certificate_expires_at: Timestamp,
    /// Clock of the gateway, so that a device can compare its own.
    pub time: Timestamp,
}

/// Identifier and name of an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OfficeBody {
    pub office_id: PartyId,
    pub name: String,
    /// Town.
    pub place: String,
}
