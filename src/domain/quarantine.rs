//! What becomes of photos that a device had deposited before it was revoked.
//!
//! By default they stay collectable: a lost till says nothing about the pictures taken at it, and the citizens who hold the
//! codes have done nothing wrong. An authority that wants to look first holds them back until it releases them. Only a
//! *revoked device* has this effect; a suspended studio is a matter of money or paper, not of pictures.
//!
//! Photos that came out of a backup are held back whatever the policy: they may have been used since it was taken.

use serde::{Deserialize, Serialize};

use super::collection::{CollectionRecord, CollectionState};
use super::lifecycle::Standing;
use crate::clock::Timestamp;

/// The policy. It is weighed whenever a code is entered, so that a change counts for photos that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotosOfRevoked {
    /// They can be collected as before.
    #[default]
    Keep,
    /// They are held back until an administrator releases them; their retention goes on.
    Quarantine,
}

/// A photo is there, and nobody gets it for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldBack {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: HoldReason,
}

/// Why a photo is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// Its device was cut off, and an administrator is to look at it first.
    DeviceRevoked,
    /// It came out of a backup: it may have been used, refused or withdrawn after that was taken.
    Restored,
}

/// What is known of the device that deposited a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depositor {
    /// When it was cut off, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When its photos were released, if they were.
    pub photos_released_at: Option<Timestamp>,
}

impl PhotosOfRevoked {
    /// Since when a photo of `depositor` is held back from an office that would get it now; `None` when it is not.
    ///
    /// A hand-over that has happened goes on: `latest` is the photo's latest collection, and what its office has seen is not
    /// hidden from it again. A photo that is kept for a second document is weighed anew.
    pub fn holds_back(self, depositor: Depositor, latest: Option<&CollectionRecord>) -> Option<HeldBack> {
        let handed_over = latest.is_some_and(|collection| {
            collection.state == CollectionState::Leased && collection.handed_over_at.is_some()
        });
        match self {
            Self::Quarantine if depositor.photos_released_at.is_none() && !handed_over => {
                depositor.revoked_at.map(|since| HeldBack { since, reason: HoldReason::DeviceRevoked })
            }
            Self::Keep | Self::Quarantine => None,
        }
    }
}

impl Standing {
    /// The same, but that nobody gets a photo that is held back.
    #[must_use]
    pub fn unless_held_back(self, held_back: Option<HeldBack>) -> Self {
        match (self, held_back) {
            (Self::Free { .. } | Self::Held(_) | Self::Renewable(_), Some(held_back)) => Self::HeldBack(held_back),
            (standing, _) => standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lifecycle::tests::{DAY, T0, handed_over, leased, photo};
    use super::super::photo::PhotoState;
    use super::*;

    const HELD: HeldBack = HeldBack { since: T0, reason: HoldReason::DeviceRevoked };

    #[test]
    fn what_is_held_back_is_got_by_nobody_and_what_is_over_stays_over() {
        let free = Standing::Free { lapsed: None };
        assert!(matches!(free.clone().unless_held_back(None), Standing::Free { .. }));
        let lease = leased(&photo(PhotoState::Leased));
        for within_reach in [free, Standing::Held(lease.clone()), Standing::Renewable(lease)] {
            assert!(matches!(within_reach.unless_held_back(Some(HELD)), Standing::HeldBack(held) if held == HELD));
        }
        let over = Standing::Settled { state: PhotoState::Used, at: T0, office: None };
        assert!(matches!(over.unless_held_back(Some(HELD)), Standing::Settled { .. }));
    }

    const REVOKED: Depositor = Depositor { revoked_at: Some(T0), photos_released_at: None };

    #[test]
    fn only_a_revoked_device_and_only_under_quarantine_has_its_photos_held_back() {
        let released = Depositor { photos_released_at: Some(T0 + DAY), ..REVOKED };
        let standing = Depositor { revoked_at: None, ..REVOKED };
        for (policy, depositor, expected) in [
            (PhotosOfRevoked::Keep, REVOKED, None),
            (PhotosOfRevoked::Quarantine, REVOKED, Some(HELD)),
            (PhotosOfRevoked::Quarantine, released, None),
            (PhotosOfRevoked::Quarantine, standing, None),
        ] {
            assert_eq!(policy.holds_back(depositor, None), expected, "{policy:?} {depositor:?}");
        }
    }

    #[test]
    fn what_an_office_has_seen_is_not_hidden_from_it_but_a_mere_lease_is_not_seeing() {
        let photo = photo(PhotoState::Leased);
        let at = |collection: &CollectionRecord| PhotosOfRevoked::Quarantine.holds_back(REVOKED, Some(collection));
        assert_eq!(at(&leased(&photo)), Some(HELD));
        assert_eq!(at(&handed_over(&photo)), None);
        let kept = CollectionRecord { state: CollectionState::Kept, settled_at: Some(T0), ..handed_over(&photo) };
        assert_eq!(at(&kept), Some(HELD), "a second document is a second look");
    }
}
