//! Response with the identity of a studio's device.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::id::{DeviceId, PartyId};

/// The studio and the device that the gateway recognises as the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MeBody {
    pub studio: PartyBody,
    pub device_id: DeviceId,
    pub certificate_expires_at: Timestamp,
    /// Clock of the gateway, so that a device can compare its own.
    pub time: Timestamp,
}

/// Identifier and name of a studio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PartyBody {
    pub studio_id: PartyId,
    pub name: String,
    /// Town.
    pub place: String,
}

impl PartyBody {
    /// Name and town for papers; only the name if it contains the town.
    pub fn name_and_place(&self) -> String {
        if self.name.contains(&self.place) { self.name.clone() } else { format!("{}, {}", self.name, self.place) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_is_named_once() {
        for (name, place, shown) in [
            ("Foto Koch", "Düsseldorf", "Foto Koch, Düsseldorf"),
            ("Foto Koch, Düsseldorf", "Düsseldorf", "Foto Koch, Düsseldorf"),
            ("Foto Koch", "", "Foto Koch"),
        ] {
            let studio_id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap();
            let studio = PartyBody { studio_id, name: name.to_owned(), place: place.to_owned() };
            assert_eq!(studio.name_and_place(), shown);
        }
    }
}
