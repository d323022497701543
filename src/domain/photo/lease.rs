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

/// End of a time span from `now`, at most the expiry of the photo.
pub fn deadline(now: Timestamp, span: Duration, photo: &PhotoRecord) -> Timestamp {
    (now + span).min(photo.expires_at)
}
