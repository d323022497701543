//! Decisions on a photo at a moment: the one place where leases, deadlines and last states are evaluated.
//!
//! Pure functions over rows, called by every store inside its transaction. Deadlines count by the clock, never by whether the
//! sweeper has come round: what a caller is told does not depend on that.

use std::time::Duration;

use time::Date;

use super::collection::{CollectionRecord, CollectionState, SettlementOutcome};
use super::quarantine::Quarantined;
use super::record::PhotoRecord;
use super::retention::{allowed_keep_dates, kept_until};
use super::state::PhotoState;
use crate::clock::Timestamp;
use crate::domain::id::PartyId;

/// Availability of a photo to an office that enters its code.
#[derive(Debug, Clone)]
pub enum Availability {
    /// Can be leased. An earlier lease that ran out without a hand-over has to be closed first.
    Available {
        /// That earlier collection.
        lapsed: Option<CollectionRecord>,
    },
    /// This office holds it: the same collection again.
    LeasedHere(CollectionRecord),
    /// This office was handed the photo and its lease ran out since: the same collection, with a new lease.
    Renewable(CollectionRecord),
    /// It would be this office's, but an administrator is to look at it first.
    Quarantined(Quarantined),
    /// Another office holds it, and has not seen it yet.
    LeasedElsewhere {
        /// Latest end of the lease.
        until: Timestamp,
    },
    /// Another office has the picture; it alone can give it back.
    HandedOverElsewhere {
        /// Time from which the photo counts as used.
        until: Timestamp,
    },
    /// Used or refused by an office, and erased.
    Settled {
        /// State: used or refused.
        state: PhotoState,
        /// Time of the settlement.
        at: Timestamp,
        /// By which office.
        office: Option<PartyId>,
    },
    /// Withdrawn by its studio, and erased.
    Withdrawn {
        /// Time of the withdrawal.
        at: Timestamp,
    },
    /// Its time ran out.
    Expired {
        /// Time of the expiry.
        at: Timestamp,
    },
}

impl Availability {
    /// The same, except that no office gets a photo that is quarantined.
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

/// The state of a photo as its studio sees it at `now`.
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

/// The states a photo's row may have that its studio sees as `visible` at one moment or another.
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

/// Returns the time at which a photo reached its last state; `None` if it has not at `now`.
pub fn ended_at(photo: &PhotoRecord, latest: Option<&CollectionRecord>, now: Timestamp) -> Option<Timestamp> {
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    let due = open.and_then(|collection| collection.settle_due);
    let ended = visible_state(photo, latest, now).is_erased();
    ended.then(|| photo.settled_at.or(due).unwrap_or(photo.expires_at))
}

/// A collection as its office sees it at `now`.
pub fn visible_collection(collection: CollectionRecord, now: Timestamp) -> CollectionRecord {
    let (state, ended_at) = match (collection.state, lease_state(&collection, now)) {
        (CollectionState::Leased, LeaseState::Lapsed) => (CollectionState::Lapsed, Some(collection.lease_until)),
        (CollectionState::Leased, LeaseState::UsedByDefault { at }) => (CollectionState::Used, Some(at)),
        (state, _) => (state, collection.settled_at),
    };
    CollectionRecord { state, settled_at: ended_at, ..collection }
}

/// State of a photo that is given back: kept, once it has been used and kept, available before that.
pub fn resting_state(photo: &PhotoRecord) -> PhotoState {
    if photo.kept { PhotoState::Kept } else { PhotoState::Available }
}

/// State of an unsettled lease at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// Within its time, nothing handed over yet.
    Active {
        /// End of the lease.
        until: Timestamp,
    },
    /// Out of time, nothing handed over: as if it had never been.
    Lapsed,
    /// The office has the bytes and owes a settlement.
    HandedOver {
        /// Time from which the photo counts as used.
        until: Timestamp,
    },
    /// The office had the bytes and never settled: used, since then.
    UsedByDefault {
        /// End of the time for settling.
        at: Timestamp,
    },
}

/// Evaluates an open collection at `now`.
pub fn lease_state(collection: &CollectionRecord, now: Timestamp) -> LeaseState {
    match collection.settle_due {
        Some(due) if due <= now => LeaseState::UsedByDefault { at: due },
        Some(due) => LeaseState::HandedOver { until: due },
        None if collection.lease_until <= now => LeaseState::Lapsed,
        None => LeaseState::Active { until: collection.lease_until },
    }
}

/// Decision on an attempt to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlementDecision {
    /// It can be done.
    Allowed,
    /// It was done before, in the same way.
    Repeated {
        /// Time of the earlier settlement.
        at: Timestamp,
    },
    /// It was settled in another way before.
    AlreadySettled {
        /// State of the collection after the earlier settlement.
        state: CollectionState,
        /// Time of the earlier settlement.
        at: Timestamp,
    },
    /// The lease ran out before anything was handed over.
    Lapsed {
        /// End of the lease.
        at: Timestamp,
    },
    /// The photo cannot be kept until that day.
    DateOutOfRange {
        /// The first day that could be.
        earliest: Date,
        /// The last day that could be.
        latest: Date,
    },
}

/// Decides on settling `collection` with `outcome` at `now`.
pub fn decide_settlement(
    collection: &CollectionRecord,
    photo: &PhotoRecord,
    outcome: &SettlementOutcome,
    now: Timestamp,
) -> SettlementDecision {
    let ended_at = collection.settled_at.unwrap_or(collection.lease_until);
    match collection.state {
        CollectionState::Leased => match lease_state(collection, now) {
            LeaseState::Active { .. } | LeaseState::HandedOver { .. } => check_keep_date(photo, outcome, now),
            LeaseState::Lapsed => SettlementDecision::Lapsed { at: collection.lease_until },
            LeaseState::UsedByDefault { at } if *outcome == SettlementOutcome::Used => {
                SettlementDecision::Repeated { at }
            }
            LeaseState::UsedByDefault { at } => SettlementDecision::AlreadySettled { state: CollectionState::Used, at },
        },
        CollectionState::Lapsed => SettlementDecision::Lapsed { at: ended_at },
        state => {
            let the_same = match outcome {
                SettlementOutcome::Used | SettlementOutcome::Released => state == outcome.state(),
                SettlementOutcome::Kept { .. } => {
                    state == CollectionState::Kept && collection.kept_until == kept_until(outcome)
                }
                SettlementOutcome::Refused(refusal) => {
                    state == CollectionState::Refused && photo.refusal.as_ref() == Some(refusal)
                }
            };
            if the_same {
                SettlementDecision::Repeated { at: ended_at }
            } else {
                SettlementDecision::AlreadySettled { state, at: ended_at }
            }
        }
    }
}

fn check_keep_date(photo: &PhotoRecord, outcome: &SettlementOutcome, now: Timestamp) -> SettlementDecision {
    let days = allowed_keep_dates(photo, now);
    match outcome {
        SettlementOutcome::Kept { until } if !days.contains(until) => {
            SettlementDecision::DateOutOfRange { earliest: *days.start(), latest: *days.end() }
        }
        _ => SettlementDecision::Allowed,
    }
}

/// The end of a span that begins now, but never past the photo's own end.
pub fn deadline(now: Timestamp, span: Duration, photo: &PhotoRecord) -> Timestamp {
    (now + span).min(photo.expires_at)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::id::{CollectionId, DeviceId, PhotoId};
    use crate::domain::photo::PhotoFacts;
    use crate::domain::photo::collection::{Refusal, RefusalReason};
    use crate::domain::photo::quarantine::QuarantineReason;
    use crate::entropy::SeededEntropy;

    pub(in crate::domain) const T0: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const MINUTE: Duration = Duration::from_secs(60);
    pub(in crate::domain) const DAY: Duration = Duration::from_secs(86_400);

    fn office(seed: u64) -> PartyId {
        PartyId::generate(T0, &SeededEntropy::new(seed)).unwrap()
    }

    pub(in crate::domain) fn photo(state: PhotoState) -> PhotoRecord {
        let entropy = SeededEntropy::new(99);
        PhotoRecord {
            photo_id: PhotoId::generate(T0, &entropy).unwrap(),
            studio_id: PartyId::generate(T0, &entropy).unwrap(),
            device_id: DeviceId::generate(T0, &entropy).unwrap(),
            epoch: 1,
            state,
            kept: false,
            facts: PhotoFacts { width: 1, height: 1, bytes: 1, profile: "test".into(), findings: vec![] },
            deposited_at: T0,
            expires_at: T0 + 180 * DAY,
            settled_at: state.is_erased().then_some(T0 + MINUTE),
            refusal: None,
        }
    }

    pub(in crate::domain) fn leased(photo: &PhotoRecord) -> CollectionRecord {
        CollectionRecord {
            collection_id: CollectionId::generate(T0, &SeededEntropy::new(98)).unwrap(),
            photo_id: photo.photo_id,
            office_id: office(1),
            state: CollectionState::Leased,
            leased_at: T0,
            lease_until: T0 + 15 * MINUTE,
            handed_over_at: None,
            settle_due: None,
            settled_at: None,
            kept_until: None,
        }
    }

    pub(in crate::domain) fn handed_over(photo: &PhotoRecord) -> CollectionRecord {
        CollectionRecord { handed_over_at: Some(T0 + MINUTE), settle_due: Some(T0 + 7 * DAY), ..leased(photo) }
    }

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
        for state in PhotoState::ALL {
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

    #[test]
    fn settling_twice_the_same_way_is_a_repeat_and_another_way_is_not() {
        let photo = photo(PhotoState::Used);
        let used =
            CollectionRecord { state: CollectionState::Used, settled_at: Some(T0 + MINUTE), ..handed_over(&photo) };
        let settle = |outcome: &SettlementOutcome| decide_settlement(&used, &photo, outcome, T0 + DAY);
        assert_eq!(settle(&SettlementOutcome::Used), SettlementDecision::Repeated { at: T0 + MINUTE });
        let refused = SettlementOutcome::Refused(Refusal { reason: RefusalReason::Gaze, note: None });
        for other in [SettlementOutcome::Released, refused] {
            assert!(matches!(settle(&other), SettlementDecision::AlreadySettled { .. }));
        }
    }

    #[test]
    fn a_lapsed_lease_cannot_be_settled_but_a_handed_over_one_can() {
        let photo = photo(PhotoState::Leased);
        let later = T0 + DAY;
        let lapsed = decide_settlement(&leased(&photo), &photo, &SettlementOutcome::Used, later);
        assert!(matches!(lapsed, SettlementDecision::Lapsed { .. }));
        assert_eq!(
            decide_settlement(&handed_over(&photo), &photo, &SettlementOutcome::Used, later),
            SettlementDecision::Allowed
        );
    }
}
