//! Availability of a photo at a given time, from its state, its lease and its deadlines.
//!
//! Pure functions over rows, which the store calls within its transaction. Deadlines depend on the clock and not on the sweep, so
//! responses do not depend on when the sweep last ran.

use super::collection::{CollectionRecord, CollectionState};
use super::lease::{LeaseState, lease_state};
use super::quarantine::Quarantined;
use super::record::PhotoRecord;
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::PartyId;

/// Availability of a photo for an office that enters its code.
#[derive(Debug, Clone)]
pub enum Availability {
    /// `lapsed` is an earlier lease that ended without a hand-over and must be closed first.
    Available {
        lapsed: Option<CollectionRecord>,
    },
    /// Leased by this office: it gets the same collection again.
    LeasedHere(CollectionRecord),
    /// Handed over to this office, whose lease has ended: it gets the same collection with a new lease.
    Renewable(CollectionRecord),
    /// Available to this office once an administrator releases it.
    Quarantined(Quarantined),
    /// Leased by another office, without a hand-over.
    LeasedElsewhere {
        until: Timestamp,
    },
    /// Handed over to another office, which can release it until the photo counts as used.
    HandedOverElsewhere {
        until: Timestamp,
    },
    /// Used or refused by an office, and erased.
    Settled {
        state: PhotoState,
        at: Timestamp,
        office: Option<PartyId>,
    },
    /// Withdrawn by its studio, and erased.
    Withdrawn {
        at: Timestamp,
    },
    Expired {
        at: Timestamp,
    },
}

impl Availability {
    /// Replaces the availability to this office by the quarantine, if there is one.
    #[must_use]
    pub fn unless_quarantined(self, quarantined: Option<Quarantined>) -> Self {
        match (self, quarantined) {
            (Self::Available { .. } | Self::LeasedHere(_) | Self::Renewable(_), Some(quarantined)) => {
                Self::Quarantined(quarantined)
            }
            (availability, _) => availability,
        }
    }
}

/// Evaluates a photo and its latest collection for `office` at `now`.
pub fn availability(
    photo: &PhotoRecord,
    latest: Option<&CollectionRecord>,
    office: PartyId,
    now: Timestamp,
) -> Availability {
    let ended_at = photo.settled_at.unwrap_or(photo.expires_at);
    match photo.state {
        PhotoState::Used | PhotoState::Refused => {
            let office = latest.map(|collection| collection.office_id);
            return Availability::Settled { state: photo.state, at: ended_at, office };
        }
        PhotoState::Withdrawn => return Availability::Withdrawn { at: ended_at },
        PhotoState::Expired => return Availability::Expired { at: ended_at },
        PhotoState::Available | PhotoState::Kept | PhotoState::Leased => {}
    }
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    match open.map(|collection| (collection, lease_state(collection, now))) {
        Some((collection, LeaseState::UsedByDefault { at })) => {
            Availability::Settled { state: PhotoState::Used, at, office: Some(collection.office_id) }
        }
        Some((collection, LeaseState::Active { until })) if collection.office_id != office => {
            Availability::LeasedElsewhere { until }
        }
        Some((collection, LeaseState::HandedOver { until })) if collection.office_id != office => {
            Availability::HandedOverElsewhere { until }
        }
        Some((collection, LeaseState::Active { .. })) => Availability::LeasedHere(collection.clone()),
        Some((collection, LeaseState::HandedOver { .. })) if now < collection.lease_until => {
            Availability::LeasedHere(collection.clone())
        }
        Some((collection, LeaseState::HandedOver { .. })) => Availability::Renewable(collection.clone()),
        Some((_, LeaseState::Lapsed)) | None if photo.expires_at <= now => {
            Availability::Expired { at: photo.expires_at }
        }
        Some((collection, LeaseState::Lapsed)) => Availability::Available { lapsed: Some(collection.clone()) },
        None => Availability::Available { lapsed: None },
    }
}

/// State of a photo at `now`, as its studio sees it.
pub fn visible_state(photo: &PhotoRecord, latest: Option<&CollectionRecord>, now: Timestamp) -> PhotoState {
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    match (photo.state, open.map(|collection| lease_state(collection, now))) {
        (PhotoState::Leased, Some(LeaseState::Active { .. } | LeaseState::HandedOver { .. })) => PhotoState::Leased,
        (PhotoState::Leased, Some(LeaseState::UsedByDefault { .. })) => PhotoState::Used,
        (PhotoState::Leased | PhotoState::Available | PhotoState::Kept, _) if photo.expires_at <= now => {
            PhotoState::Expired
        }
        (PhotoState::Leased, Some(LeaseState::Lapsed) | None) => resting_state(photo),
        (state, _) => state,
    }
}

/// Stored states that a studio may see as `visible`, depending on the time.
pub const fn stored_states(visible: PhotoState) -> &'static [PhotoState] {
    match visible {
        PhotoState::Available => &[PhotoState::Available, PhotoState::Leased],
        PhotoState::Leased => &[PhotoState::Leased],
        PhotoState::Kept => &[PhotoState::Kept, PhotoState::Leased],
        PhotoState::Used => &[PhotoState::Used, PhotoState::Leased],
        PhotoState::Refused => &[PhotoState::Refused],
        PhotoState::Withdrawn => &[PhotoState::Withdrawn],
        PhotoState::Expired => &[PhotoState::Expired, PhotoState::Available, PhotoState::Kept, PhotoState::Leased],
    }
}

/// Time of the erasure; `None` if the photo is not erased at `now`.
pub fn ended_at(photo: &PhotoRecord, latest: Option<&CollectionRecord>, now: Timestamp) -> Option<Timestamp> {
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    let due = open.and_then(|collection| collection.settle_due);
    let ended = visible_state(photo, latest, now).is_erased();
    ended.then(|| photo.settled_at.or(due).unwrap_or(photo.expires_at))
}

/// State of a photo without a lease: kept, if an office has used and kept it, else available.
pub fn resting_state(photo: &PhotoRecord) -> PhotoState {
    if photo.kept { PhotoState::Kept } else { PhotoState::Available }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::domain::photo::lease::visible_collection;
    use crate::domain::photo::quarantine::QuarantineReason;
    use crate::domain::photo::test_records::{DAY, MINUTE, T0, handed_over, leased, office, photo};

    #[test]
    fn a_lease_is_one_offices_until_it_runs_out() {
        let photo = photo(PhotoState::Leased);
        let lease = leased(&photo);
        let at = |office, now| availability(&photo, Some(&lease), office, now);
        assert!(matches!(at(office(1), T0 + MINUTE), Availability::LeasedHere(_)));
        assert!(
            matches!(at(office(2), T0 + MINUTE), Availability::LeasedElsewhere { until } if until == lease.lease_until)
        );
        assert!(matches!(at(office(2), lease.lease_until), Availability::Available { lapsed: Some(_) }));
        assert!(matches!(at(office(1), lease.lease_until), Availability::Available { lapsed: Some(_) }));
    }

    #[test]
    fn after_a_hand_over_no_other_office_ever_gets_it() {
        let photo = photo(PhotoState::Leased);
        let lease = handed_over(&photo);
        let at = |office, now| availability(&photo, Some(&lease), office, now);
        assert!(matches!(at(office(1), T0 + MINUTE), Availability::LeasedHere(_)));
        assert!(matches!(at(office(1), T0 + DAY), Availability::Renewable(_)));
        assert!(
            matches!(at(office(2), T0 + DAY), Availability::HandedOverElsewhere { until } if until == T0 + 7 * DAY)
        );
        assert!(matches!(at(office(2), T0 + 7 * DAY), Availability::Settled { at, .. } if at == T0 + 7 * DAY));
        assert!(matches!(at(office(1), T0 + 7 * DAY), Availability::Settled { .. }));
    }

    #[test]
    fn a_quarantined_photo_cannot_be_collected_and_an_ended_one_stays_ended() {
        let quarantined = Quarantined { since: T0, reason: QuarantineReason::DeviceRevoked };
        let free = Availability::Available { lapsed: None };
        assert!(matches!(free.clone().unless_quarantined(None), Availability::Available { .. }));
        let lease = leased(&photo(PhotoState::Leased));
        for within_reach in [free, Availability::LeasedHere(lease.clone()), Availability::Renewable(lease)] {
            assert!(
                matches!(within_reach.unless_quarantined(Some(quarantined)), Availability::Quarantined(found) if found == quarantined)
            );
        }
        let over = Availability::Settled { state: PhotoState::Used, at: T0, office: None };
        assert!(matches!(over.unless_quarantined(Some(quarantined)), Availability::Settled { .. }));
    }

    #[test]
    fn a_photo_expires_by_the_clock_without_a_sweep() {
        let photo = photo(PhotoState::Available);
        assert!(matches!(availability(&photo, None, office(1), photo.expires_at), Availability::Expired { .. }));
        assert_eq!(visible_state(&photo, None, photo.expires_at), PhotoState::Expired);
        let leased_photo = self::photo(PhotoState::Leased);
        let lease = leased(&leased_photo);
        assert_eq!(visible_state(&leased_photo, Some(&lease), T0 + DAY), PhotoState::Available);
        let unsettled = handed_over(&leased_photo);
        assert_eq!(visible_state(&leased_photo, Some(&unsettled), T0 + 8 * DAY), PhotoState::Used);
        assert_eq!(ended_at(&leased_photo, Some(&unsettled), T0 + 8 * DAY), unsettled.settle_due);
        assert_eq!(visible_collection(unsettled, T0 + 8 * DAY).state, CollectionState::Used);
        assert_eq!(visible_collection(lease, T0 + DAY).state, CollectionState::Lapsed);
    }

    #[test]
    fn every_visible_state_is_found_by_its_stored_states() {
        for &state in PhotoState::VARIANTS {
            let photo = photo(state);
            for latest in [None, Some(leased(&photo)), Some(handed_over(&photo))] {
                for now in [T0, T0 + DAY, T0 + 8 * DAY, T0 + 400 * DAY] {
                    let visible = visible_state(&photo, latest.as_ref(), now);
                    assert!(stored_states(visible).contains(&state), "{state} seen as {visible}");
                    assert_eq!(ended_at(&photo, latest.as_ref(), now).is_some(), visible.is_erased());
                }
            }
        }
    }

    #[test]
    fn an_erased_photo_says_how_it_ended() {
        for (state, expected) in [
            (PhotoState::Used, "Settled"),
            (PhotoState::Refused, "Settled"),
            (PhotoState::Withdrawn, "Withdrawn"),
            (PhotoState::Expired, "Expired"),
        ] {
            let found = format!("{:?}", availability(&photo(state), None, office(1), T0 + DAY));
            assert!(found.starts_with(expected), "{found}");
        }
    }
}
