//! Steps of a history, those that are worth trying in a state, and their effect on the reference.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::sample::select;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

use super::reference::{ExpectedAnswer, ModelCode, ModelDecision, ModelPhase, ModelState, OFFICES, STUDIOS, day_of};
use super::requests::{SentCode, Spelling};
use crate::support::test_gateway::{DAY, HOUR, MINUTE};

/// A collection of a photo, counted from the latest one, so that it can still exist when earlier steps are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelCollectionRef {
    pub photo: ModelCode,
    pub back: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelStep {
    /// `None` for a file that is no photo.
    Deposit {
        device: usize,
        key: u32,
        picture: Option<u32>,
    },
    Withdraw {
        device: usize,
        photo: ModelCode,
    },
    Collect {
        device: usize,
        code: SentCode,
    },
    Fetch {
        device: usize,
        collection: ModelCollectionRef,
        code: SentCode,
    },
    Head {
        device: usize,
        collection: ModelCollectionRef,
        code: SentCode,
    },
    Settle {
        device: usize,
        collection: ModelCollectionRef,
        decision: ModelDecision,
    },
    /// All lists that a device may read.
    Look {
        device: usize,
    },
    Revoke {
        device: usize,
    },
    AddDevice {
        party: usize,
    },
    Suspend {
        party: usize,
    },
    Resume {
        party: usize,
    },
    ReleasePhotosOfRevoked {
        studio: usize,
    },
    ReleaseQuarantined {
        only: Option<ModelCode>,
    },
    Sweep,
    Advance(Duration),
    Restart,
    BackUp,
    Restore,
    RollBack,
    Hold,
    ConfirmRollback,
    PutBack,
}

impl ModelStep {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deposit { .. } => "deposit",
            Self::Withdraw { .. } => "withdraw",
            Self::Collect { .. } => "collect",
            Self::Fetch { .. } => "fetch",
            Self::Head { .. } => "head",
            Self::Settle { .. } => "settle",
            Self::Look { .. } => "look",
            Self::Revoke { .. } => "revoke",
            Self::AddDevice { .. } => "add-device",
            Self::Suspend { .. } => "suspend",
            Self::Resume { .. } => "resume",
            Self::ReleasePhotosOfRevoked { .. } => "release-photos-of-revoked",
            Self::ReleaseQuarantined { .. } => "release-quarantined",
            Self::Sweep => "sweep",
            Self::Advance(_) => "advance",
            Self::Restart => "restart",
            Self::BackUp => "back-up",
            Self::Restore => "restore",
            Self::RollBack => "roll-back",
            Self::Hold => "hold",
            Self::ConfirmRollback => "confirm-rollback",
            Self::PutBack => "put-back",
        }
    }
}

pub struct ReferenceModel;

impl ReferenceStateMachine for ReferenceModel {
    type State = ModelState;
    type Transition = ModelStep;

    fn init_state() -> BoxedStrategy<ModelState> {
        any::<bool>().prop_map(ModelState::new).boxed()
    }

    fn transitions(state: &ModelState) -> BoxedStrategy<ModelStep> {
        let groups = candidates(state).into_iter().filter(|(weight, steps)| *weight > 0 && !steps.is_empty());
        // A step shrinks by being left out, never into another one.
        Union::new_weighted(groups.map(|(weight, steps)| (weight, select(steps))).collect()).no_shrink().boxed()
    }

    fn preconditions(state: &ModelState, step: &ModelStep) -> bool {
        is_possible(state, step)
    }

    fn apply(mut state: ModelState, step: &ModelStep) -> ModelState {
        state.expected = take(&mut state, step);
        state.let_time_pass();
        state
    }
}

fn either(answer: Result<ExpectedAnswer, ExpectedAnswer>) -> ExpectedAnswer {
    answer.unwrap_or_else(|refusal| refusal)
}

fn take(state: &mut ModelState, step: &ModelStep) -> ExpectedAnswer {
    let quiet = ExpectedAnswer { outcome: "done", ..ExpectedAnswer::default() };
    match step {
        ModelStep::Deposit { device, key, picture } => either(state.deposit(*device, *key, *picture)),
        ModelStep::Withdraw { device, photo } => either(state.withdraw(*device, *photo)),
        ModelStep::Collect { device, code } => either(state.collect(*device, *code)),
        ModelStep::Fetch { device, collection, code } | ModelStep::Head { device, collection, code } => {
            let number = resolve(state, *collection).unwrap();
            either(state.fetch(*device, number, *code, matches!(step, ModelStep::Head { .. })))
        }
        ModelStep::Settle { device, collection, decision } => {
            let number = resolve(state, *collection).unwrap();
            either(state.settle(*device, number, decision))
        }
        ModelStep::Look { .. } => ExpectedAnswer { is_read_only: true, ..quiet },
        ModelStep::Revoke { device } => state.revoke(*device),
        ModelStep::AddDevice { party } => state.add_device(*party),
        ModelStep::Suspend { party } => state.set_suspended(*party, true),
        ModelStep::Resume { party } => state.set_suspended(*party, false),
        ModelStep::ReleasePhotosOfRevoked { studio } => state.release_photos_of_revoked(*studio),
        ModelStep::ReleaseQuarantined { only } => state.release_quarantined(only.map(|code| state.find(code).unwrap())),
        ModelStep::Sweep => state.sweep(),
        ModelStep::Advance(span) => {
            state.now = state.now + *span;
            quiet
        }
        ModelStep::Restart => quiet,
        ModelStep::BackUp => state.back_up(),
        ModelStep::Restore => state.restore(),
        ModelStep::RollBack => state.roll_back(),
        ModelStep::Hold => state.hold(),
        ModelStep::ConfirmRollback => state.confirm_rollback(),
        ModelStep::PutBack => state.put_back(),
    }
}

pub fn resolve(state: &ModelState, collection: ModelCollectionRef) -> Option<usize> {
    state.collections_of(state.find(collection.photo)?).get(collection.back).copied()
}

fn is_possible(state: &ModelState, step: &ModelStep) -> bool {
    let exists = |device: usize| device < state.data.devices.len();
    let is_issued = |code: &SentCode| match code {
        SentCode::Of(code, _) | SentCode::Mistyped(code) => state.issued.contains(code),
        SentCode::Foreign | SentCode::Missing => true,
    };
    match step {
        ModelStep::Deposit { device, .. } | ModelStep::Look { device } | ModelStep::Revoke { device } => {
            exists(*device)
        }
        // Photos that a restore lost have no identifier any more.
        ModelStep::Withdraw { device, photo } => exists(*device) && state.find(*photo).is_some(),
        ModelStep::Collect { device, code } => exists(*device) && is_issued(code),
        ModelStep::Fetch { device, collection, code } | ModelStep::Head { device, collection, code } => {
            exists(*device) && is_issued(code) && resolve(state, *collection).is_some()
        }
        ModelStep::Settle { device, collection, .. } => exists(*device) && resolve(state, *collection).is_some(),
        ModelStep::ReleaseQuarantined { only } => only.is_none_or(|code| state.find(code).is_some()),
        ModelStep::BackUp => !state.is_alarmed(),
        ModelStep::Restore => state.backup.is_some(),
        ModelStep::RollBack => {
            !state.is_alarmed() && state.backup.as_ref().is_some_and(|(_, data)| data.version < state.data.version)
        }
        ModelStep::PutBack => state.is_alarmed(),
        _ => true,
    }
}

/// Groups of steps with the weight of each group, so that rare steps stay rare however many photos there are.
fn candidates(state: &ModelState) -> Vec<(u32, Vec<ModelStep>)> {
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
    let released_weight = if released.len() > 1 { 6 } else { 1 };
    vec![
        (if live < 3 { 24 } else { 6 }, deposits(state, &studios)),
        (8, repeats(state, &studios)),
        (8, withdrawals(state, &studios)),
        (30, collects(state, &offices)),
        (34, fetches(state, &offices)),
        (30, settlements(state, &offices)),
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

/// Deposits under the next key of each device, and of a file that is no photo.
fn deposits(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let next = |device: usize| {
        let own = state.issued.iter().filter(|code| code.device == device);
        own.map(|code| code.key + 1).max().unwrap_or_default()
    };
    let of = |device: usize| [Some(next(device)), Some(next(device)), None].map(move |picture| (device, picture));
    let deposit = |(device, picture)| ModelStep::Deposit { device, key: next(device), picture };
    studios.iter().flat_map(|device| of(*device)).map(deposit).collect()
}

fn repeats(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let of = |code: &ModelCode| {
        let ModelCode { device, key, picture } = *code;
        let other = studios.iter().copied().find(|other| *other != device).unwrap_or(device);
        let deposit = |device, picture| ModelStep::Deposit { device, key, picture };
        [
            deposit(device, Some(picture)),
            deposit(device, Some(picture)),
            deposit(device, Some(picture + 1)),
            deposit(device, None),
            deposit(other, Some(picture)),
        ]
    };
    state.issued.iter().flat_map(of).collect()
}

fn withdrawals(state: &ModelState, studios: &[usize]) -> Vec<ModelStep> {
    let withdraw =
        |code: ModelCode| studios.iter().map(move |device| ModelStep::Withdraw { device: *device, photo: code });
    state.data.photos.iter().flat_map(|photo| withdraw(photo.code)).collect()
}

fn collects(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let mut steps = Vec::new();
    for device in offices.iter().copied() {
        let collect = |code| ModelStep::Collect { device, code };
        for code in state.issued.iter().copied() {
            let is_live = state.find(code).is_some_and(|photo| !state.data.photos[photo].phase.is_erased());
            let often = if is_live { 6 } else { 1 };
            steps.extend((0..often).map(|_| collect(SentCode::Of(code, Spelling::Printed))));
            steps.push(collect(SentCode::Of(code, Spelling::Sloppy)));
        }
        steps.extend(state.issued.last().map(|code| collect(SentCode::Mistyped(*code))));
        steps.push(collect(SentCode::Foreign));
    }
    steps
}

/// Each photo's latest collection, and the one before it.
fn recent(state: &ModelState) -> impl Iterator<Item = (ModelCollectionRef, usize)> {
    state.data.photos.iter().enumerate().flat_map(|(number, photo)| {
        let recent = state.collections_of(number).into_iter().take(2).enumerate();
        recent.map(|(back, number)| (ModelCollectionRef { photo: photo.code, back }, number))
    })
}

fn weight_of(state: &ModelState, number: usize) -> usize {
    if state.data.collections[number].end.is_none() { 6 } else { 1 }
}

fn fetches(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let mut steps = Vec::new();
    for (collection, number) in recent(state) {
        let printed = SentCode::Of(collection.photo, Spelling::Printed);
        let another = state.issued.iter().find(|code| **code != collection.photo);
        let wrong = another.map_or(SentCode::Foreign, |code| SentCode::Of(*code, Spelling::Printed));
        for device in offices.iter().copied() {
            let is_own = state.party_of(device) == state.data.collections[number].office;
            let often = if is_own { weight_of(state, number) } else { 1 };
            steps.extend((0..often).map(|_| ModelStep::Fetch { device, collection, code: printed }));
            steps.push(ModelStep::Head { device, collection, code: printed });
            let bad = [wrong, SentCode::Mistyped(collection.photo), SentCode::Missing];
            steps.extend(bad.map(|code| ModelStep::Fetch { device, collection, code }).into_iter().filter(|_| is_own));
        }
    }
    steps
}

fn settlements(state: &ModelState, offices: &[usize]) -> Vec<ModelStep> {
    let today = day_of(state.now);
    let kept = |days: i32| ModelDecision::Kept(today.checked_add(days.days()).unwrap());
    let longest = |today: Date| ModelDecision::Kept(today.checked_add(6.months()).unwrap());
    let decisions = [
        ModelDecision::Used,
        ModelDecision::Refused("gaze"),
        ModelDecision::Refused("pose"),
        ModelDecision::Released,
        ModelDecision::Released,
        kept(0),
        kept(30),
        kept(30),
        longest(today),
        kept(-1),
        kept(185),
    ];
    let mut steps = Vec::new();
    for (collection, number) in recent(state) {
        for device in offices.iter().copied() {
            let is_own = state.party_of(device) == state.data.collections[number].office;
            let settle = |decision| ModelStep::Settle { device, collection, decision };
            let often = if is_own { weight_of(state, number).min(2) } else { 0 };
            steps.extend((0..often).flat_map(|_| decisions.clone()).map(settle));
            steps.push(settle(ModelDecision::Used));
            // The same decision once more.
            let earlier = match &state.data.collections[number].end {
                Some(super::reference::ModelEnd::Settled { decision, .. }) => Some(decision.clone()),
                _ => None,
            };
            steps.extend(earlier.into_iter().flat_map(|decision| [decision.clone(), decision]).map(settle));
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
