//! Promises of the lease protocol as properties of its states, and states that must occur. Without the latter a promise could hold only because
//! the model never reaches the states in which a gateway could break it.

use lichtbild::domain::log::integrity::{check_collection, check_lease};
use lichtbild::domain::photo::PhotoState;
use lichtbild::domain::photo::collection::CollectionState;
use stateright::Property;

use super::state::{CollectionRow, CollectionStage, LEASE, ProtocolState, SETTLE_WITHIN, Work, collection_id};
use super::steps::{LAST_MOMENT, LeaseProtocol};
use super::transactions::sweep;

pub const ONE_OFFICE: &str = "at most one office has received bytes and has not given the photo back";
pub const ACKNOWLEDGED_STAYS: &str = "an acknowledged photo is stored until it ends";
pub const ENDED_IS_ERASED: &str = "the photos without an envelope are those that have ended";
pub const NO_HAND_OVER_AFTER_END: &str = "no hand-over of a photo is decided after it has ended";
pub const ONE_PHOTO: &str = "a repeated request has one photo and one code";
pub const ROWS_AGREE: &str = "a photo and its collections agree";
pub const ENDED_STAYS: &str = "ended photos and collections do not change";
pub const ENDED_FOR_A_REASON: &str =
    "a photo ends by its office's decision, a withdrawal that is allowed, or a deadline";
pub const ALL_END: &str = "after the last deadline a sweep ends every photo and collection";

/// A promise: its name, and the condition that holds in each state.
pub type ProtocolPromise = (&'static str, fn(&LeaseProtocol, &ProtocolState) -> bool);

/// All promises.
///
/// That each photo ends is not an `eventually` of the checker, which takes a run that returns to an earlier state (a request that is
/// lost and repeated) for unfinished, and a state that two runs reach for visited with the promises of the first. Instead, the clock only
/// goes forwards and can always go on until all deadlines have passed, the sweep can always run, ended rows never change, and
/// [`ALL_END`] holds for each state at the end of the clock. So each photo ends in every run in which time passes and a node sweeps.
pub const PROMISES: [ProtocolPromise; 9] = [
    (ONE_OFFICE, |_, state| is_held_by_one(state)),
    (ACKNOWLEDGED_STAYS, |_, state| {
        let rows = state.photos.iter().zip(state.acknowledged);
        let mut acknowledged = rows.filter(|(_, is_acknowledged)| *is_acknowledged);
        acknowledged.all(|(row, _)| row.is_some_and(|row| row.has_envelope || row.state.is_erased()))
    }),
    (ENDED_IS_ERASED, |_, state| state.photos().all(|(_, row)| row.has_envelope != row.state.is_erased())),
    (NO_HAND_OVER_AFTER_END, |_, state| !state.broken.handed_over_after_end),
    // The code is derived from device, key and photo, so it differs only if another photo is stored.
    (ONE_PHOTO, |_, state| {
        let acknowledged = state.acknowledged.iter().filter(|acknowledged| **acknowledged).count();
        state.photos().count() <= 1 && acknowledged <= 1
    }),
    (ROWS_AGREE, |_, state| rows_agree(state)),
    (ENDED_STAYS, |_, state| !state.broken.ended_row_changed),
    (ENDED_FOR_A_REASON, |_, state| !state.broken.ended_without_reason),
    (ALL_END, |_, state| {
        state.clock < LAST_MOMENT || {
            let mut swept = state.clone();
            sweep(&mut swept, state.clock);
            swept.photos().all(|(_, row)| row.state.is_erased())
                && swept.collections().all(|(_, row)| row.state() != CollectionState::Leased)
        }
    }),
];

/// States that must occur.
pub fn occasions() -> Vec<Property<LeaseProtocol>> {
    vec![
        Property::sometimes("a repeat gets the receipt whose first answer was lost", |_, state: &ProtocolState| {
            let mut tasks = state.tasks();
            let is_only_receipt = matches!(
                (tasks.next(), tasks.next()),
                (Some(task), None) if matches!(task.work, Work::AnswerDeposit { replayed: true, .. })
            );
            is_only_receipt && !state.acknowledged.contains(&true)
        }),
        Property::sometimes("both nodes store the same deposit at the same time", |_, state: &ProtocolState| {
            state.tasks().filter(|task| matches!(task.work, Work::StoreDeposit { .. })).count() == 2
        }),
        Property::sometimes("a download that broke is repeated", |_, state: &ProtocolState| {
            state.tasks().any(|task| match task.work {
                Work::SendPhoto { collection } => state.collection(collection).received,
                _ => false,
            })
        }),
        Property::sometimes("both nodes send the photo of one lease", |_, state: &ProtocolState| {
            let sending = || {
                state.tasks().filter_map(|task| match task.work {
                    Work::SendPhoto { collection } => Some((task.node, collection)),
                    _ => None,
                })
            };
            sending().any(|(node, of)| sending().any(|(other, same)| node != other && of == same))
        }),
        Property::sometimes("two offices compete for a free photo", |_, state: &ProtocolState| {
            let competes =
                |office| state.tasks().any(|task| matches!(task.work, Work::Lease { office: of, .. } if of == office));
            let is_free = state.photos().any(|(_, row)| row.state == PhotoState::Available);
            is_free && competes(0) && competes(1)
        }),
        Property::sometimes("a released photo is received by the other office", |_, state: &ProtocolState| {
            is_received_after(state, CollectionState::Released)
        }),
        Property::sometimes("a kept photo is received by the other office", |_, state: &ProtocolState| {
            is_received_after(state, CollectionState::Kept)
        }),
        Property::sometimes("a lease lapses, and the other office receives the photo", |_, state: &ProtocolState| {
            let mut collections = state.collections();
            let is_lapsed = |row: &CollectionRow| row.state() == CollectionState::Lapsed;
            let lapsed = collections.find(|(_, row)| is_lapsed(row) && !row.received);
            lapsed.is_some_and(|(_, lapsed)| collections.any(|(_, row)| row.received && row.office != lapsed.office))
        }),
        Property::sometimes("a handed-over photo counts as used without a settlement", |_, state: &ProtocolState| {
            is_any_ended(state, |row| {
                matches!(row.stage, CollectionStage::Ended { by_default: true, .. }) && row.received
            })
        }),
        Property::sometimes("an office gets a new lease after a hand-over", |_, state: &ProtocolState| {
            state.collections().any(|(_, row)| match row.stage {
                CollectionStage::Open { lease_until, settle_due: Some(due) } => {
                    due < state.photo(row.photo).expires_at && lease_until + SETTLE_WITHIN > due + LEASE
                }
                _ => false,
            })
        }),
        Property::sometimes("a photo is used", |_, state: &ProtocolState| {
            is_any_ended(state, |row| {
                matches!(row.stage, CollectionStage::Ended { state: CollectionState::Used, by_default: false, .. })
            })
        }),
        Property::sometimes("a photo is refused", |_, state: &ProtocolState| {
            is_any_ended(state, |row| row.state() == CollectionState::Refused)
        }),
        Property::sometimes("a photo is withdrawn after a lease lapsed", |_, state: &ProtocolState| {
            is_in(state, PhotoState::Withdrawn) && is_any_ended(state, |row| row.state() == CollectionState::Lapsed)
        }),
        Property::sometimes("a photo expires", |_, state: &ProtocolState| is_in(state, PhotoState::Expired)),
        Property::sometimes("a photo is settled while its bytes are on their way", |_, state: &ProtocolState| {
            state.tasks().any(|task| match task.work {
                Work::SendPhoto { collection } => state.collection(collection).state() == CollectionState::Used,
                _ => false,
            })
        }),
        Property::sometimes("a photo is withdrawn after it was opened for an office", |_, state: &ProtocolState| {
            is_in(state, PhotoState::Withdrawn)
                && state.tasks().any(|task| matches!(task.work, Work::RecordHandOver { .. } | Work::Lease { .. }))
        }),
    ]
}

fn is_held_by_one(state: &ProtocolState) -> bool {
    let mut holders = state.collections().filter(|(_, row)| row.holds_photo()).map(|(_, row)| row.office);
    let first = holders.next();
    holders.all(|office| Some(office) == first)
}

/// The rules of `lichtbild-gateway verify`.
fn rows_agree(state: &ProtocolState) -> bool {
    let photos_agree = state.photos().all(|(number, row)| {
        let latest = row.latest.map(|latest| state.collection(latest).record(latest));
        check_lease(&row.record(number), row.latest.map(collection_id), latest.as_ref()).is_none()
    });
    photos_agree
        && state.collections().all(|(number, row)| {
            let photo = state.photo(row.photo);
            let is_open = row.state() == CollectionState::Leased;
            check_collection(collection_id(number), is_open, Some((photo.state, photo.latest.map(collection_id))))
                .is_none()
        })
}

fn is_received_after(state: &ProtocolState, end: CollectionState) -> bool {
    let mut collections = state.collections();
    let first = collections.find(|(_, row)| row.received && row.state() == end);
    first.is_some_and(|(_, first)| collections.any(|(_, row)| row.received && row.office != first.office))
}

fn is_any_ended(state: &ProtocolState, condition: impl Fn(&CollectionRow) -> bool) -> bool {
    state.collections().any(|(_, row)| condition(row))
}

fn is_in(state: &ProtocolState, end: PhotoState) -> bool {
    state.photos().any(|(_, row)| row.state == end)
}

/// Adds the rules that the step from `before` to `after` broke.
pub fn note_broken_rules(before: &ProtocolState, after: &mut ProtocolState) {
    for (number, row) in before.photos() {
        let now = *after.photo(number);
        if row.state.is_erased() {
            // The deletion of the envelope belongs to the end, and has its own promise.
            after.broken.ended_row_changed |= now.state != row.state || now.latest != row.latest;
        } else if now.state.is_erased() {
            let latest = row.latest.map(|latest| *before.collection(latest));
            let (is_due, is_overdue) = match latest.map(|latest| latest.stage) {
                Some(CollectionStage::Open { lease_until, settle_due: None }) => (lease_until <= before.clock, false),
                Some(CollectionStage::Open { settle_due: Some(due), .. }) => (false, due <= before.clock),
                Some(CollectionStage::Ended { .. }) | None => (true, false),
            };
            let decided = now.latest.map(|latest| after.collection(latest).stage);
            let has_reason = match now.state {
                PhotoState::Used => match decided {
                    Some(CollectionStage::Ended { state: CollectionState::Used, by_default, .. }) => {
                        !by_default || is_overdue
                    }
                    _ => false,
                },
                PhotoState::Refused => {
                    matches!(decided, Some(CollectionStage::Ended { state: CollectionState::Refused, .. }))
                }
                PhotoState::Withdrawn => is_due && !row.kept,
                _ => is_due && row.expires_at <= before.clock,
            };
            after.broken.ended_without_reason |= !has_reason;
        }
    }
    for (number, row) in before.collections() {
        if row.state() != CollectionState::Leased {
            after.broken.ended_row_changed |= after.collection(number).stage != row.stage;
        }
    }
}
