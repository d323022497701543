//! Decision on the settlement of a collection.

use time::Date;

use super::collection::{CollectionRecord, CollectionState, SettlementOutcome};
use super::lease::{LeaseState, lease_state};
use super::record::PhotoRecord;
use super::retention::{allowed_keep_dates, kept_until};
use crate::clock::Timestamp;

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
