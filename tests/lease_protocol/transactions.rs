//! Transactions of the store, each of which is one step of the model. A transaction of SQLite excludes all others. On PostgreSQL the decision
//! about a photo reads its rows under the lock of the photo (`storage::postgres::Lock`). A deposit has no photo to lock: the unique columns of
//! its row let one of two equal deposits succeed. The sweep locks the rows that it ends, and skips those that another transaction has locked.
//! So nothing that a decision depends on changes between its statements. The decisions are those of `lichtbild::domain`; the changes repeat
//! the SQL of the function that each comment names.

use jiff::ToSpan;
use lichtbild::domain::local_time::local_day;
use lichtbild::domain::photo::PhotoState;
use lichtbild::domain::photo::availability::{Availability, availability, resting_state};
use lichtbild::domain::photo::collection::{CollectionState, SettlementOutcome};
use lichtbild::domain::photo::lease::{FetchDecision, LeaseState, deadline, decide_fetch, lease_state};
use lichtbild::domain::photo::retention::kept_until;
use lichtbild::domain::photo::settlement::{CodeShownBy, SettlementDecision, decide_settlement};
use lichtbild::domain::photo::withdrawal::{WithdrawalDecision, decide_withdrawal};

use super::state::{
    CollectionRow, CollectionStage, LEASE, PhotoRow, ProtocolState, RETENTION, SETTLE_WITHIN, collection_id, half_days,
    moment, office_id, refusal,
};

/// `SqlStore::find_deposit`, and the look-up in `SqlStore::deposit`: the photo of the request id.
pub fn find_deposit(state: &ProtocolState) -> Option<u8> {
    state.photos().map(|(photo, _)| photo).next()
}

/// The insertion in `SqlStore::deposit` of a photo that was sealed at `at`.
pub fn insert_photo(state: &mut ProtocolState, photo: u8, at: u8) {
    state.photos[usize::from(photo)] = Some(PhotoRow {
        state: PhotoState::Available,
        kept: false,
        expires_at: at + RETENTION,
        latest: None,
        has_envelope: true,
    });
}

/// Availability of a photo to an office, as `SqlStore::look_up` and `SqlStore::lease` find it.
pub fn availability_to(state: &ProtocolState, office: u8, photo: u8, now: u8) -> Availability {
    let row = state.photo(photo);
    let latest = row.latest.map(|latest| state.collection(latest).record(latest));
    availability(&row.record(photo), latest.as_ref(), office_id(office), moment(now))
}

/// `flows::photo::collect::refusal`: true if the office gets or has a lease.
pub fn is_collectable(availability: &Availability) -> bool {
    matches!(availability, Availability::Available { .. } | Availability::LeasedHere(_) | Availability::Renewable(_))
}

/// The changes in `SqlStore::lease` that `availability` requires. Each office of the model has one device, which has sent the code. Returns
/// false without a change if a new collection would exceed the bounds of the model.
pub fn lease(
    state: &mut ProtocolState,
    (office, photo): (u8, u8),
    now: u8,
    availability: Availability,
    max_collections: usize,
) -> bool {
    let lease_until = deadline(moment(now), moment(0).until(moment(LEASE)), &state.photo(photo).record(photo));
    match availability {
        Availability::Renewable(collection) => {
            let until = collection.settle_due.map_or(lease_until, |due| lease_until.min(due));
            let number = number_of(state, &collection.collection_id);
            if let CollectionStage::Open { lease_until, .. } = &mut state.collection_mut(number).stage {
                *lease_until = half_days(until);
            }
            true
        }
        Availability::Available { lapsed } => {
            let number = state.collections().count();
            if number == max_collections {
                return false;
            }
            if let Some(lapsed) = lapsed.filter(|lapsed| lapsed.state == CollectionState::Leased) {
                let lapsed = number_of(state, &lapsed.collection_id);
                close_lapsed(state, lapsed);
            }
            let stage = CollectionStage::Open { lease_until: half_days(lease_until), settle_due: None };
            state.collections[number] = Some(CollectionRow { photo, office, stage, received: false });
            let row = state.photo_mut(photo);
            row.state = PhotoState::Leased;
            row.latest = u8::try_from(number).ok();
            true
        }
        _ => true,
    }
}

fn number_of(state: &ProtocolState, id: &lichtbild::domain::id::CollectionId) -> u8 {
    let found = state.collections().find(|(number, _)| collection_id(*number) == *id);
    found.expect("the record is of a stored collection").0
}

/// `SqlStore::fetch` up to its decision: true if the office may have the bytes.
pub fn may_fetch(state: &ProtocolState, collection: u8, now: u8) -> bool {
    decide_fetch(&state.collection(collection).record(collection), moment(now)) == FetchDecision::Allowed
}

/// `record_hand_over` of `SqlStore::fetch`.
pub fn record_hand_over(state: &mut ProtocolState, collection: u8, now: u8) {
    let photo = state.collection(collection).photo;
    let due = deadline(moment(now), moment(0).until(moment(SETTLE_WITHIN)), &state.photo(photo).record(photo));
    if let CollectionStage::Open { settle_due: settle_due @ None, .. } = &mut state.collection_mut(collection).stage {
        *settle_due = Some(half_days(due));
    }
}

/// `close_lapsed`, without its look at the state of the record that it is given.
pub fn close_lapsed(state: &mut ProtocolState, collection: u8) {
    let row = state.collection_mut(collection);
    row.stage = CollectionStage::Ended { state: CollectionState::Lapsed, kept_until: None, by_default: false };
    let photo = row.photo;
    state.photo_mut(photo).state = resting_state(&state.photo(photo).record(photo));
}

/// `settle_as_used`.
pub fn settle_as_used(state: &mut ProtocolState, collection: u8) {
    let row = state.collection_mut(collection);
    row.stage = CollectionStage::Ended { state: CollectionState::Used, kept_until: None, by_default: true };
    let photo = row.photo;
    erase(state, photo, PhotoState::Used);
}

/// `photos::erase`. A photo without an envelope has no lookup id either.
pub fn erase(state: &mut ProtocolState, photo: u8, end: PhotoState) {
    let row = state.photo_mut(photo);
    row.state = end;
    row.has_envelope = false;
}

/// Outcome that a clerk reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::VariantArray)]
pub enum ClerkDecision {
    Used,
    KeptUntilTomorrow,
    Refused,
    Released,
}

impl ClerkDecision {
    fn outcome(self, now: u8) -> SettlementOutcome {
        match self {
            Self::Used => SettlementOutcome::Used,
            Self::KeptUntilTomorrow => {
                SettlementOutcome::Kept { until: local_day(moment(now)).saturating_add(1.day()) }
            }
            Self::Refused => SettlementOutcome::Refused(refusal()),
            Self::Released => SettlementOutcome::Released,
        }
    }
}

/// `SqlStore::settle`.
pub fn settle(state: &mut ProtocolState, collection: u8, decision: ClerkDecision, now: u8) {
    let (row, outcome) = (*state.collection(collection), decision.outcome(now));
    let photo = state.photo(row.photo).record(row.photo);
    let record = row.record(collection);
    match decide_settlement(&record, &photo, &outcome, CodeShownBy::ThisDevice, moment(now)) {
        SettlementDecision::Repeated { .. } if row.state() == CollectionState::Leased => {
            settle_as_used(state, collection);
        }
        SettlementDecision::Allowed => {
            let kept_until = kept_until(&outcome).map(half_days);
            state.collection_mut(collection).stage =
                CollectionStage::Ended { state: outcome.state(), kept_until, by_default: false };
            match outcome {
                SettlementOutcome::Used => erase(state, row.photo, PhotoState::Used),
                SettlementOutcome::Refused(_) => erase(state, row.photo, PhotoState::Refused),
                SettlementOutcome::Kept { .. } => {
                    let stored = state.photo_mut(row.photo);
                    stored.state = PhotoState::Kept;
                    stored.kept = true;
                    stored.expires_at = kept_until.unwrap_or(stored.expires_at);
                }
                SettlementOutcome::Released => state.photo_mut(row.photo).state = resting_state(&photo),
            }
        }
        _ => {}
    }
}

/// `SqlStore::withdraw`.
pub fn withdraw(state: &mut ProtocolState, photo: u8, now: u8) {
    let row = *state.photo(photo);
    let latest = row.latest.map(|latest| state.collection(latest).record(latest));
    if decide_withdrawal(&row.record(photo), latest.as_ref(), moment(now)) == WithdrawalDecision::Allowed {
        if let Some(latest) = row.latest.filter(|latest| state.collection(*latest).state() == CollectionState::Leased) {
            close_lapsed(state, latest);
        }
        erase(state, photo, PhotoState::Withdrawn);
    }
}

/// `SqlStore::sweep`: both reads and all changes are one transaction.
pub fn sweep(state: &mut ProtocolState, now: u8) {
    let (lapsed, overdue) = overdue_collections(state, now);
    end_collections(state, lapsed, overdue);
    let expired = expired_photos(state, now);
    expire_photos(state, expired);
}

/// `overdue_collections`, with the decision of the sweep: leases that ended before a hand-over, and photos that count as used; one bit each.
pub fn overdue_collections(state: &ProtocolState, now: u8) -> (u8, u8) {
    let (mut lapsed, mut overdue) = (0, 0);
    for (number, row) in state.collections().filter(|(_, row)| row.state() == CollectionState::Leased) {
        match lease_state(&row.record(number), moment(now)) {
            LeaseState::Lapsed => lapsed |= 1 << number,
            LeaseState::UsedByDefault { .. } => overdue |= 1 << number,
            LeaseState::Active { .. } | LeaseState::HandedOver { .. } => {}
        }
    }
    (lapsed, overdue)
}

pub fn end_collections(state: &mut ProtocolState, lapsed: u8, overdue: u8) {
    bits(lapsed).for_each(|number| close_lapsed(state, number));
    bits(overdue).for_each(|number| settle_as_used(state, number));
}

/// `expired_photos`, one bit each.
pub fn expired_photos(state: &ProtocolState, now: u8) -> u8 {
    let is_expired = |row: &PhotoRow| {
        matches!(row.state, PhotoState::Available | PhotoState::Kept) && moment(row.expires_at) <= moment(now)
    };
    state.photos().filter(|(_, row)| is_expired(row)).fold(0, |expired, (number, _)| expired | 1 << number)
}

pub fn expire_photos(state: &mut ProtocolState, expired: u8) {
    bits(expired).for_each(|number| erase(state, number, PhotoState::Expired));
}

fn bits(mask: u8) -> impl Iterator<Item = u8> {
    (0..8).filter(move |number| mask & (1 << number) != 0)
}
