//! State and deadlines of a lease at a given time.

use std::time::Duration;

use super::collection::{CollectionRecord, CollectionState};
use super::record::PhotoRecord;
use crate::clock::Timestamp;

/// State of an unsettled lease at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// The lease has not ended, and there was no hand-over.
    Active { until: Timestamp },
    /// The lease has ended without a hand-over.
    Lapsed,
    /// The office has the photo and must settle it until this time.
    HandedOver { until: Timestamp },
    /// The office had the photo and did not settle it until this time.
    UsedByDefault { at: Timestamp },
}

/// State of an open collection at `now`.
pub fn lease_state(collection: &CollectionRecord, now: Timestamp) -> LeaseState {
    match collection.settle_due {
        Some(due) if due <= now => LeaseState::UsedByDefault { at: due },
        Some(due) => LeaseState::HandedOver { until: due },
        None if collection.lease_until <= now => LeaseState::Lapsed,
        None => LeaseState::Active { until: collection.lease_until },
    }
}

/// A collection at `now`, as its office sees it.
pub fn visible_collection(collection: CollectionRecord, now: Timestamp) -> CollectionRecord {
    let (state, ended_at) = match (collection.state, lease_state(&collection, now)) {
        (CollectionState::Leased, LeaseState::Lapsed) => (CollectionState::Lapsed, Some(collection.lease_until)),
        (CollectionState::Leased, LeaseState::UsedByDefault { at }) => (CollectionState::Used, Some(at)),
        (state, _) => (state, collection.settled_at),
    };
    CollectionRecord { state, settled_at: ended_at, ..collection }
}

/// True if a collection from [`visible_collection`] counts as used because no settlement came before its deadline. A settlement at the
/// deadline itself is too late.
pub fn is_used_by_default(collection: &CollectionRecord) -> bool {
    collection.state == CollectionState::Used
        && collection.settle_due.is_some()
        && collection.settled_at == collection.settle_due
}

/// Decision on a request of an office for the photo of its collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchDecision {
    Allowed,
    /// The lease ended at this time. The office must enter the code again, which may give it a new lease.
    LeaseExpired {
        at: Timestamp,
    },
    /// The office has settled or released the collection, or the photo counts as used.
    Settled {
        at: Timestamp,
    },
}

/// Decides on a request for the photo of `collection` at `now`.
pub fn decide_fetch(collection: &CollectionRecord, now: Timestamp) -> FetchDecision {
    match collection.state {
        CollectionState::Leased => match lease_state(collection, now) {
            LeaseState::UsedByDefault { at } => FetchDecision::Settled { at },
            LeaseState::Active { .. } | LeaseState::HandedOver { .. } if now < collection.lease_until => {
                FetchDecision::Allowed
            }
            LeaseState::Active { .. } | LeaseState::HandedOver { .. } | LeaseState::Lapsed => {
                FetchDecision::LeaseExpired { at: collection.lease_until }
            }
        },
        CollectionState::Lapsed => FetchDecision::LeaseExpired { at: collection.lease_until },
        CollectionState::Used | CollectionState::Kept | CollectionState::Refused | CollectionState::Released => {
            FetchDecision::Settled { at: collection.settled_at.unwrap_or(collection.lease_until) }
        }
    }
}

/// End of a time span from `now`, at most the expiry of the photo.
pub fn deadline(now: Timestamp, span: Duration, photo: &PhotoRecord) -> Timestamp {
    (now + span).min(photo.expires_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::PhotoState;
    use crate::domain::photo::test_records::{DAY, MINUTE, T0, handed_over, leased, photo};

    #[test]
    fn bytes_are_fetched_only_while_the_lease_runs() {
        let photo = photo(PhotoState::Leased);
        for collection in [leased(&photo), handed_over(&photo)] {
            let end = collection.lease_until;
            assert_eq!(decide_fetch(&collection, end - MINUTE), FetchDecision::Allowed);
            assert_eq!(decide_fetch(&collection, end), FetchDecision::LeaseExpired { at: end });
        }
        let overdue = decide_fetch(&handed_over(&photo), T0 + 7 * DAY);
        assert_eq!(overdue, FetchDecision::Settled { at: T0 + 7 * DAY });
    }

    #[test]
    fn an_ended_collection_is_fetched_no_more() {
        let lease = leased(&photo(PhotoState::Leased));
        for state in [CollectionState::Used, CollectionState::Kept, CollectionState::Refused, CollectionState::Released]
        {
            let settled = CollectionRecord { state, settled_at: Some(T0 + MINUTE), ..lease.clone() };
            assert_eq!(decide_fetch(&settled, T0 + MINUTE), FetchDecision::Settled { at: T0 + MINUTE });
        }
        let lapsed = CollectionRecord { state: CollectionState::Lapsed, ..lease.clone() };
        assert_eq!(decide_fetch(&lapsed, T0), FetchDecision::LeaseExpired { at: lease.lease_until });
    }
}
