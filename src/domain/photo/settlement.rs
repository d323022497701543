//! Decision on the settlement of a collection.

use jiff::civil::Date;

use super::collection::{CollectionRecord, CollectionState, SettlementOutcome};
use super::lease::{LeaseState, lease_state};
use super::record::PhotoRecord;
use super::retention::{allowed_keep_dates, kept_until};
use crate::clock::Timestamp;

/// Decision on an attempt to settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlementDecision {
    Allowed,
    /// The collection has this outcome already.
    Repeated {
        at: Timestamp,
    },
    /// The collection has another outcome.
    AlreadySettled {
        state: CollectionState,
        at: Timestamp,
    },
    /// The lease ended before a hand-over.
    Lapsed {
        at: Timestamp,
    },
    /// The device has not sent the code.
    CodeRequired,
    /// The photo cannot be kept until that day.
    DateOutOfRange {
        earliest: Date,
        latest: Date,
    },
}

/// Devices of the office that have sent the code of a collection: to lease it, to open it again, or to fetch the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeShownBy {
    /// The device of this request, perhaps among others.
    ThisDevice,
    /// Only other devices.
    OtherDevices,
}

/// Decides on settling `collection` with `outcome` at `now`.
///
/// An outcome that erases the photo, now or at the end of a day that the caller chooses, requires the code: otherwise one device could
/// erase the photos that other devices show. A release erases nothing and does not require it.
pub fn decide_settlement(
    collection: &CollectionRecord,
    photo: &PhotoRecord,
    outcome: &SettlementOutcome,
    code_shown_by: CodeShownBy,
    now: Timestamp,
) -> SettlementDecision {
    let ended_at = collection.settled_at.unwrap_or(collection.lease_until);
    match collection.state {
        CollectionState::Leased => match lease_state(collection, now) {
            LeaseState::Active { .. } | LeaseState::HandedOver { .. }
                if code_shown_by == CodeShownBy::OtherDevices && *outcome != SettlementOutcome::Released =>
            {
                SettlementDecision::CodeRequired
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::collection::{Refusal, RefusalReason};
    use crate::domain::photo::state::PhotoState;
    use crate::domain::photo::test_records::{DAY, MINUTE, T0, handed_over, leased, photo};

    #[test]
    fn settling_twice_the_same_way_is_a_repeat_and_another_way_is_not() {
        let photo = photo(PhotoState::Used);
        let used =
            CollectionRecord { state: CollectionState::Used, settled_at: Some(T0 + MINUTE), ..handed_over(&photo) };
        let settle = |outcome: &SettlementOutcome| {
            decide_settlement(&used, &photo, outcome, CodeShownBy::OtherDevices, T0 + DAY)
        };
        assert_eq!(settle(&SettlementOutcome::Used), SettlementDecision::Repeated { at: T0 + MINUTE });
        let refused = SettlementOutcome::Refused(Refusal { reason: RefusalReason::Gaze, note: None });
        for other in [SettlementOutcome::Released, refused] {
            assert!(matches!(settle(&other), SettlementDecision::AlreadySettled { .. }));
        }
    }

    #[test]
    fn keeping_until_another_day_is_no_repeat() {
        let photo = photo(PhotoState::Available);
        let day = (T0 + 30 * DAY).to_utc().date();
        let keep = |until| SettlementOutcome::Kept { until };
        let kept = CollectionRecord {
            state: CollectionState::Kept,
            settled_at: Some(T0 + MINUTE),
            kept_until: kept_until(&keep(day)),
            ..handed_over(&photo)
        };
        let settle = |until| decide_settlement(&kept, &photo, &keep(until), CodeShownBy::ThisDevice, T0 + DAY);
        assert_eq!(settle(day), SettlementDecision::Repeated { at: T0 + MINUTE });
        let state = CollectionState::Kept;
        let other = SettlementDecision::AlreadySettled { state, at: T0 + MINUTE };
        assert_eq!(settle(day.tomorrow().unwrap()), other);
        let used = CollectionRecord { state: CollectionState::Used, ..kept.clone() };
        let decision = decide_settlement(&used, &photo, &keep(day), CodeShownBy::ThisDevice, T0 + DAY);
        assert_eq!(decision, SettlementDecision::AlreadySettled { state: CollectionState::Used, at: T0 + MINUTE });
    }

    #[test]
    fn a_lapsed_lease_cannot_be_settled_but_a_handed_over_one_can() {
        let photo = photo(PhotoState::Leased);
        let later = T0 + DAY;
        let settle = |collection: CollectionRecord| {
            decide_settlement(&collection, &photo, &SettlementOutcome::Used, CodeShownBy::ThisDevice, later)
        };
        let lapsed = settle(leased(&photo));
        assert!(matches!(lapsed, SettlementDecision::Lapsed { .. }));
        assert_eq!(settle(handed_over(&photo)), SettlementDecision::Allowed);
    }

    #[test]
    fn a_device_that_has_not_shown_the_code_only_gives_back() {
        let photo = photo(PhotoState::Leased);
        let today = (T0 + MINUTE).to_utc().date();
        let refused = SettlementOutcome::Refused(Refusal { reason: RefusalReason::Gaze, note: None });
        for collection in [leased(&photo), handed_over(&photo)] {
            let settle = |outcome: &SettlementOutcome| {
                decide_settlement(&collection, &photo, outcome, CodeShownBy::OtherDevices, T0 + MINUTE)
            };
            for outcome in [&SettlementOutcome::Used, &SettlementOutcome::Kept { until: today }, &refused] {
                assert_eq!(settle(outcome), SettlementDecision::CodeRequired, "{outcome:?}");
            }
            assert_eq!(settle(&SettlementOutcome::Released), SettlementDecision::Allowed);
        }
        let overdue = decide_settlement(
            &handed_over(&photo),
            &photo,
            &SettlementOutcome::Used,
            CodeShownBy::OtherDevices,
            T0 + 8 * DAY,
        );
        assert!(matches!(overdue, SettlementDecision::Repeated { .. }), "it counts as used already");
    }
}
