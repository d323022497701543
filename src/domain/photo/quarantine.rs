//! Quarantine of photos that a device had deposited before it was revoked, or that came out of a backup.
//!
//! By default they stay collectable: a lost till says nothing about the pictures taken at it, and the citizens who hold the
//! codes have done nothing wrong. An authority that wants to look first holds them back until it releases them. Only a
//! *revoked device* has this effect; a suspended studio is a matter of money or paper, not of pictures.
//!
//! Photos that came out of a backup are held back whatever the policy: they may have been used since it was taken.

use serde::{Deserialize, Serialize};

use super::collection::{CollectionRecord, CollectionState};
use crate::clock::Timestamp;

/// The policy. It is evaluated whenever a code is entered, so that a change counts for photos that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedDevicePolicy {
    /// They can be collected as before.
    #[default]
    Keep,
    /// They are held back until an administrator releases them; their retention goes on.
    Quarantine,
}

/// A photo is there, and nobody gets it for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarantined {
    /// Since when.
    pub since: Timestamp,
    /// Reason for the quarantine.
    pub reason: QuarantineReason,
}

/// Reason for which a photo is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// Its device was cut off, and an administrator is to look at it first.
    DeviceRevoked,
    /// It came out of a backup: it may have been used, refused or withdrawn after that was taken.
    Restored,
}

/// Data about the device that deposited a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depositor {
    /// Time of its revocation, if it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Time at which its photos were released from quarantine, if they were.
    pub photos_released_at: Option<Timestamp>,
}

impl RevokedDevicePolicy {
    /// Since when a photo of `depositor` is held back from an office that would get it now; `None` when it is not.
    ///
    /// A hand-over that has happened goes on: `latest` is the photo's latest collection, and what its office has seen is not
    /// hidden from it again. A photo that is kept for a second document is evaluated anew.
    pub fn quarantine(self, depositor: Depositor, latest: Option<&CollectionRecord>) -> Option<Quarantined> {
        let handed_over = latest.is_some_and(|collection| {
            collection.state == CollectionState::Leased && collection.handed_over_at.is_some()
        });
        match self {
            Self::Quarantine if depositor.photos_released_at.is_none() && !handed_over => {
                depositor.revoked_at.map(|since| Quarantined { since, reason: QuarantineReason::DeviceRevoked })
            }
            Self::Keep | Self::Quarantine => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::PhotoState;
    use super::super::test_records::{DAY, T0, handed_over, leased, photo};
    use super::*;

    const QUARANTINED: Quarantined = Quarantined { since: T0, reason: QuarantineReason::DeviceRevoked };

    const REVOKED_DEPOSITOR: Depositor = Depositor { revoked_at: Some(T0), photos_released_at: None };

    #[test]
    fn only_photos_of_a_revoked_device_are_quarantined_and_only_under_that_policy() {
        let released = Depositor { photos_released_at: Some(T0 + DAY), ..REVOKED_DEPOSITOR };
        let active = Depositor { revoked_at: None, ..REVOKED_DEPOSITOR };
        for (policy, depositor, expected) in [
            (RevokedDevicePolicy::Keep, REVOKED_DEPOSITOR, None),
            (RevokedDevicePolicy::Quarantine, REVOKED_DEPOSITOR, Some(QUARANTINED)),
            (RevokedDevicePolicy::Quarantine, released, None),
            (RevokedDevicePolicy::Quarantine, active, None),
        ] {
            assert_eq!(policy.quarantine(depositor, None), expected, "{policy:?} {depositor:?}");
        }
    }

    #[test]
    fn a_handed_over_photo_is_not_quarantined_but_a_leased_one_is() {
        let photo = photo(PhotoState::Leased);
        let at = |collection: &CollectionRecord| {
            RevokedDevicePolicy::Quarantine.quarantine(REVOKED_DEPOSITOR, Some(collection))
        };
        assert_eq!(at(&leased(&photo)), Some(QUARANTINED));
        assert_eq!(at(&handed_over(&photo)), None);
        let kept = CollectionRecord { state: CollectionState::Kept, settled_at: Some(T0), ..handed_over(&photo) };
        assert_eq!(at(&kept), Some(QUARANTINED), "a second document is a second look");
    }
}
