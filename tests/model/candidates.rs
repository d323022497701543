//! Steps that are worth trying in a state, weighted so that histories reach deep states.

use std::time::Duration;

use jiff::ToSpan;

use super::reference::{
    ModelCode, ModelCollection, ModelDecision, ModelEnd, ModelPhase, ModelPhoto, ModelState, OFFICES, STUDIOS, day_of,
};
use super::requests::{SentCode, Spelling};
use super::steps::{ModelCollectionRef, ModelStep, is_possible};
use super::studio_requests::SentDigest;
use crate::support::test_gateway::{DAY, HOUR, MINUTE};

/// Groups of steps with the weight of each group, so that rare steps stay rare however many photos there are.
pub fn candidates(state: &ModelState) -> Vec<(u32, Vec<ModelStep>)> {
    let devices = 0..state.data.devices.len();
    let (studios, offices): (Vec<_>, Vec<_>) =
        devices.clone().partition(|device| state.party_of(*device) < STUDIOS.len());
    let alarmed = state.is_alarmed();
    let live = state.data.photos.iter().filter(|photo| !photo.phase.is_erased()).count();
    let parties = 0..STUDIOS.len() + OFFICES.len();
    let suspended = |is: bool| parties.clone().filter(move |party| state.data.suspended[*party] == is);
    let quarantined = state.data.photos.iter().filter(|photo| photo.quarantined_since.is_some());
    let released: Vec<_> = [None].into_iter().chain(quarantined.map(|photo| Some(photo.code))).collect();
    let needs_device = |party: &usize| {
        state.data.devices.len() < 12
            && state.data.devices.iter().all(|device| device.party != *party || device.revoked_at.is_some())
    };
    let can_roll_back = is_possible(state, &ModelStep::RollBack);
    let has_overrun_lease = handed_over(state).any(|(_, collection)| collection.lease_until <= state.now);
    let released_weight = if released.len() > 1 { 6 } else { 1 };
    vec![
        (if live < 3 { 24 } else { 8 }, deposits(state, &studios)),
        (3, files_that_are_no_photos(state, &studios)),
        (8, repeats(state, &studios)),
        (5, withdrawals(state, &studios)),
        (3, looks_at_photos(state, &studios)),
        (24, collects(state, &offices)),
        (if has_overrun_lease { 30 } else { 8 }, collects_after_hand_over(state, &offices)),
        (10, ends_of_leases(state)),
        (4, wrong_codes(state, &offices)),
        (30, fetches(state, &offices, true)),
        (8, fetches(state, &offices, false)),
        (26, settlements(state, &offices, true)),
        (8, settlements(state, &offices, false)),
        (16, advances(state)),
        (3, devices.clone().map(|device| ModelStep::Look { device }).collect()),
        (2, devices.map(|device| ModelStep::Revoke { device }).collect()),
        (6, parties.clone().filter(needs_device).map(|party| ModelStep::AddDevice { party }).collect()),
        (2, suspended(false).map(|party| ModelStep::Suspend { party }).collect()),
        (8, suspended(true).map(|party| ModelStep::Resume { party }).collect()),
        (2, (0..STUDIOS.len()).map(|studio| ModelStep::ReleasePhotosOfRevoked { studio }).collect()),
        (released_weight, released.into_iter().map(|only| ModelStep::ReleaseQuarantined { only }).collect()),
        (6, vec![ModelStep::Sweep]),
        (2, vec![ModelStep::Restart]),
        (if alarmed { 0 } else { 3 }, vec![ModelStep::BackUp]),
        (u32::from(state.backup.is_some()), vec![ModelStep::Restore]),
        (if can_roll_back { 3 } else { 0 }, vec![ModelStep::RollBack]),
        (1, vec![ModelStep::Hold, ModelStep::ConfirmRollback]),
        (if alarmed { 16 } else { 0 }, vec![ModelStep::PutBack, ModelStep::ConfirmRollback]),
    ]
}

/// The next key of a device.
fn next_key(state: &ModelState, device: usize) -> u32 {
    let own = state.issued.iter().filter(|code| code.device == device);
    own.map(|code| code.key + 1).max().unwrap_or_default()
}

fn deposits(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let deposit = |device: usize| {
        let key = next_key(state, device);
        let mut digests = [SentDigest::Right; 8];
        digests[..4].fill(SentDigest::Missing);
        digests[7] = SentDigest::Wrong;
        digests.map(|digest| ModelStep::Deposit { device, key, picture: Some(key), digest })
    };
    studios.iter().copied().flat_map(deposit).collect()
}

fn files_that_are_no_photos(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let digest = SentDigest::Missing;
    let deposit = |device: usize| ModelStep::Deposit { device, key: next_key(state, device), picture: None, digest };
    studios.iter().copied().map(deposit).collect()
}

fn repeats(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let of = |code: &ModelCode| {
        let ModelCode { device, key, picture } = *code;
        let other = studios.iter().copied().find(|other| *other != device).unwrap_or(device);
        let deposit = |device, picture, digest| ModelStep::Deposit { device, key, picture, digest };
        [
            deposit(device, Some(picture), SentDigest::Missing),
            deposit(device, Some(picture), SentDigest::Right),
            deposit(device, Some(picture), SentDigest::Wrong),
            deposit(device, Some(picture + 1), SentDigest::Right),
            deposit(device, None, SentDigest::Missing),
            deposit(other, Some(picture), SentDigest::Missing),
        ]
    };
    state.issued.iter().flat_map(of).collect()
}

fn withdrawals(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let withdraw =
        |code: ModelCode| studios.iter().map(move |device| ModelStep::Withdraw { device: *device, photo: code });
    state.data.photos.iter().flat_map(|photo| withdraw(photo.code)).collect()
}

fn looks_at_photos(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let look_at = |photo: ModelCode| studios.iter().map(move |device| ModelStep::LookAt { device: *device, photo });
    state.data.photos.iter().flat_map(|photo| look_at(photo.code)).collect()
}

fn collects(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let mut steps = Vec::new();
    for device in offices.iter().copied() {
        for code in state.issued.iter().copied() {
            let is_live = state.find(code).is_some_and(|photo| !state.data.photos[photo].phase.is_erased());
            let often = if is_live { 5 } else { 1 };
            let collect = |spelling| ModelStep::Collect { device, code: SentCode::Of(code, spelling) };
            steps.extend((0..often).map(|_| collect(Spelling::Printed)));
            steps.push(collect(Spelling::Sloppy));
        }
    }
    steps
}

/// Photos that an office has received and not settled, with the collection.
fn handed_over(state: &ModelState) -> impl Iterator<Item = (&ModelPhoto, &ModelCollection)> {
    let leased = state.data.photos.iter().filter(|photo| photo.phase == ModelPhase::Leased);
    let latest = leased.filter_map(|photo| Some((photo, &state.data.collections[photo.latest?])));
    latest.filter(|(_, collection)| collection.settle_due.is_some())
}

/// To the ends of the leases of these photos.
fn ends_of_leases(state: &ModelState) -> Vec<ModelStep> {
    let ends = handed_over(state).map(|(_, collection)| collection.lease_until).filter(|end| *end > state.now);
    ends.map(|end| ModelStep::Advance(state.now.until(end))).collect()
}

/// Collections by other offices of photos that an office has received, in particular those whose lease has ended since.
fn collects_after_hand_over(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let mut steps = Vec::new();
    for (photo, collection) in handed_over(state) {
        let often = if collection.lease_until <= state.now { 3 } else { 1 };
        let code = SentCode::Of(photo.code, Spelling::Printed);
        let others = offices.iter().copied().filter(|device| state.party_of(*device) != collection.office);
        steps.extend(others.flat_map(|device| (0..often).map(move |_| ModelStep::Collect { device, code })));
    }
    steps
}

fn wrong_codes(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let mistyped = state.issued.last().map(|code| SentCode::Mistyped(*code));
    let codes = || [SentCode::Foreign].into_iter().chain(mistyped);
    let collect = |device: usize| codes().map(move |code| ModelStep::Collect { device, code });
    offices.iter().copied().flat_map(collect).collect()
}

/// Each photo's latest collection, and the one before it.
fn recent(state: &ModelState) -> impl Iterator<Item = (ModelCollectionRef, usize)> {
    state.data.photos.iter().enumerate().flat_map(|(number, photo)| {
        let recent = state.collections_of(number).into_iter().take(2).enumerate();
        recent.map(|(back, number)| (ModelCollectionRef { photo: photo.code, back }, number))
    })
}

/// Fetches of open collections by their office with the right code, or all others.
fn fetches(state: &ModelState, offices: &[usize], are_right: bool) -> Vec<ModelStep> {
    let mut steps = Vec::new();
    for (collection, number) in recent(state) {
        let right = SentCode::Of(collection.photo, Spelling::Printed);
        let another = state.issued.iter().find(|code| **code != collection.photo);
        let wrong = another.map_or(SentCode::Foreign, |code| SentCode::Of(*code, Spelling::Printed));
        let is_open = state.data.collections[number].end.is_none();
        for device in offices.iter().copied() {
            let is_own = state.party_of(device) == state.data.collections[number].office;
            let fetch = |code| ModelStep::Fetch { device, collection, code };
            let head = ModelStep::Head { device, collection, code: right };
            match (are_right, is_own && is_open) {
                (true, true) => steps.extend([fetch(right), fetch(right), fetch(right), head]),
                (false, true) => {
                    steps.extend([wrong, SentCode::Mistyped(collection.photo), SentCode::Missing].map(fetch));
                }
                (false, false) => steps.extend([fetch(right), fetch(right), head, fetch(wrong)]),
                (true, false) => {}
            }
        }
    }
    steps
}

/// Settlements of open collections by their office, or all others.
fn settlements(state: &ModelState, offices: &[usize], are_open: bool) -> Vec<ModelStep> {
    let today = day_of(state.now);
    let kept = |days: i32| ModelDecision::Kept(today.checked_add(days.days()).unwrap());
    let decisions = [
        ModelDecision::Used,
        ModelDecision::Used,
        ModelDecision::Refused("gaze"),
        ModelDecision::Refused("pose"),
        ModelDecision::Released,
        ModelDecision::Released,
        kept(0),
        kept(30),
        kept(30),
        ModelDecision::Kept(today.checked_add(6.months()).unwrap()),
        kept(-1),
        kept(185),
    ];
    let mut steps = Vec::new();
    for (collection, number) in recent(state) {
        let found = &state.data.collections[number];
        for device in offices.iter().copied() {
            let is_own_and_open = state.party_of(device) == found.office && found.end.is_none();
            let settle = |decision| ModelStep::Settle { device, collection, decision };
            match (are_open, is_own_and_open) {
                (true, true) => steps.extend(decisions.clone().map(settle)),
                (false, false) => {
                    steps.extend([ModelDecision::Used, ModelDecision::Released].map(settle));
                    if let Some(ModelEnd::Settled { decision, .. }) = &found.end {
                        steps.extend([decision.clone(), decision.clone()].map(settle));
                    }
                }
                _ => {}
            }
        }
    }
    steps
}

/// To a millisecond before each deadline, and to the deadline; short times as well.
fn advances(state: &ModelState) -> Vec<ModelStep> {
    let mut deadlines = Vec::new();
    for photo in state.data.photos.iter().filter(|photo| !photo.phase.is_erased()) {
        deadlines.push(photo.expires_at);
        if let (ModelPhase::Leased, Some(latest)) = (photo.phase, photo.latest) {
            let collection = &state.data.collections[latest];
            deadlines.extend([collection.lease_until, collection.ends_at()]);
        }
    }
    deadlines.retain(|deadline| *deadline > state.now);
    deadlines.sort_unstable();
    let mut steps = vec![ModelStep::Advance(MINUTE), ModelStep::Advance(10 * MINUTE), ModelStep::Advance(HOUR)];
    steps.extend([ModelStep::Advance(DAY), ModelStep::Advance(31 * DAY)]);
    for (place, deadline) in deadlines.into_iter().enumerate() {
        let span = state.now.until(deadline);
        let often = if place < 2 { 3 } else { 1 };
        steps.extend((0..often).map(|_| ModelStep::Advance(span)));
        steps.push(ModelStep::Advance(span - Duration::from_millis(1)));
    }
    steps
}
