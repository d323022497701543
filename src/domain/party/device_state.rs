//! State of a device for administrators.

use serde::Serialize;

use super::Device;
use super::invitation::{Invitation, InvitationState};
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

/// State of a device, derived from its row, its key and its invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DeviceState {
    /// Its invitation is open, and it has no valid certificate.
    Invited,
    /// It has enrolled and waits for the administrator's approval.
    Pending,
    /// It has a valid certificate, or is bound to a key.
    Active,
    /// Its newest certificate or its invitation has expired: it needs a new invitation.
    Expired,
    Revoked,
}

impl DeviceState {
    /// State at `now` of a device with its bound key and its latest invitation.
    pub fn of(
        device: &Device,
        bound_key: Option<&Sha256Digest>,
        invitation: Option<&Invitation>,
        now: Timestamp,
    ) -> Self {
        if device.revoked_at.is_some() {
            return Self::Revoked;
        }
        if bound_key.is_some() || device.certificate_expires_at.is_some_and(|end| end > now) {
            return Self::Active;
        }
        match invitation {
            Some(invitation) if invitation.counts_wrong_codes(now) => match invitation.state {
                InvitationState::Open => Self::Invited,
                _ => Self::Pending,
            },
            _ => Self::Expired,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::id::{DeviceId, PartyId};
    use crate::domain::party::DeviceScope;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn a_name_is_the_word_in_json() {
        use DeviceState::{Active, Expired, Invited, Pending, Revoked};
        let states = [Invited, Pending, Active, Expired, Revoked];
        assert_eq!(states.map(DeviceState::name), ["invited", "pending", "active", "expired", "revoked"]);
        for state in states {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }

    #[test]
    fn one_word_for_each_stage_of_a_devices_life() {
        let entropy = SeededEntropy::new(1);
        let mut device = Device {
            device_id: DeviceId::generate(NOW, &entropy).unwrap(),
            party_id: PartyId::generate(NOW, &entropy).unwrap(),
            label: String::new(),
            scope: DeviceScope::Photos,
            kind: None,
            created_at: NOW,
            revoked_at: None,
            certificate_expires_at: None,
        };
        let invitation =
            |state| Invitation { state, expires_at: NOW + DAY, wrong_tries: 0, key: None, requested_at: None };
        let open = invitation(InvitationState::Open);
        assert_eq!(DeviceState::of(&device, None, Some(&open), NOW), DeviceState::Invited);
        assert_eq!(DeviceState::of(&device, None, Some(&open), NOW + DAY), DeviceState::Expired);
        for state in [InvitationState::Requested, InvitationState::Approved] {
            assert_eq!(DeviceState::of(&device, None, Some(&invitation(state)), NOW), DeviceState::Pending);
        }
        let dead = invitation(InvitationState::Exhausted);
        assert_eq!(DeviceState::of(&device, None, Some(&dead), NOW), DeviceState::Expired);
        device.certificate_expires_at = Some(NOW + DAY);
        assert_eq!(DeviceState::of(&device, None, None, NOW), DeviceState::Active);
        assert_eq!(DeviceState::of(&device, None, Some(&open), NOW + DAY), DeviceState::Expired);
        device.revoked_at = Some(NOW);
        assert_eq!(DeviceState::of(&device, None, Some(&open), NOW), DeviceState::Revoked);
    }
}
