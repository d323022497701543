//! State of a lease at a given time: where leases and their deadlines are evaluated.

use std::time::Duration;

use super::collection::{CollectionRecord, CollectionState};
use super::record::PhotoRecord;
use crate::clock::Timestamp;

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

/// A collection as its office sees it at `now`.
pub fn visible_collection(collection: CollectionRecord, now: Timestamp) -> CollectionRecord {
    let (state, ended_at) = match (collection.state, lease_state(&collection, now)) {
        (CollectionState::Leased, LeaseState::Lapsed) => (CollectionState::Lapsed, Some(collection.lease_until)),
        (CollectionState::Leased, LeaseState::UsedByDefault { at }) => (CollectionState::Used, Some(at)),
        (state, _) => (state, collection.settled_at),
    };
    CollectionRecord { state, settled_at: ended_at, ..collection }
}

/// Reports whether a collection, as [`visible_collection`] shows it, counts as used because nobody decided until its deadline. A
/// decision at the deadline itself comes too late.
pub fn is_used_by_default(collection: &CollectionRecord) -> bool {
    collection.state == CollectionState::Used
        && collection.settle_due.is_some()
        && collection.settled_at == collection.settle_due
}

/// The end of a span that begins now, but never past the photo's own end.
pub fn deadline(now: Timestamp, span: Duration, photo: &PhotoRecord) -> Timestamp {
    (now + span).min(photo.expires_at)
}
