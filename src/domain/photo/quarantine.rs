//! Quarantine of photos of a revoked device, and of photos from a backup.
//!
//! By default, photos of a revoked device can still be collected: the loss of a device does not make its photos wrong, and the citizens
//! need them. An authority can choose to quarantine them until an administrator releases them. A suspended studio has no such effect,
//! because a suspension has administrative reasons.
//!
//! Photos from a backup are always quarantined, because they may have been used since the backup.

use serde::{Deserialize, Serialize};

use super::collection::{CollectionRecord, CollectionState};
use crate::clock::Timestamp;

/// Policy for photos of a revoked device. It is evaluated when a code is entered, so a change also applies to stored photos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedDevicePolicy {
    /// They can still be collected.
    #[default]
    Keep,
    /// They cannot be collected until an administrator releases them. Their retention continues.
    Quarantine,
}

/// Quarantine of a stored photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarantined {
    pub since: Timestamp,
    pub reason: QuarantineReason,
}

/// Reason for which a photo is in quarantine: `device_revoked` (the device that deposited it was revoked) or `restored` (the database
/// comes from a backup, so that the photo may have been used, refused or withdrawn since).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineReason {
    /// Its device was revoked, and an administrator must release it first.
    DeviceRevoked,
    /// It comes from a backup, and may have been used, refused or withdrawn since.
    Restored,
}

/// Device that deposited a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depositor {
    pub revoked_at: Option<Timestamp>,
    pub photos_released_at: Option<Timestamp>,
}

impl RevokedDevicePolicy {
    /// Quarantine of a photo of `depositor` that is otherwise available to an office; `None` if there is none.
    ///
    /// An office to which the photo was handed over keeps its access: `latest` is the latest collection of the photo. A photo that is
    /// kept for a second document is evaluated again.
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
