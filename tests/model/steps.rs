//! Steps of a history, and their effect on the reference.

use std::time::Duration;

use strum::IntoStaticStr;

use super::reference::{ExpectedAnswer, ModelCode, ModelDecision, ModelState};
use super::requests::SentCode;
use super::studio_requests::SentDigest;

/// A collection of a photo, counted from the latest one, so that it can still exist when earlier steps are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelCollectionRef {
    pub photo: ModelCode,
    pub back: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum ModelStep {
    /// `None` for a file that is no photo.
    Deposit {
        device: usize,
        key: u32,
        picture: Option<u32>,
        digest: SentDigest,
    },
    /// The state of a photo.
    LookAt {
        device: usize,
        photo: ModelCode,
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
        self.into()
    }
}

fn either(answer: Result<ExpectedAnswer, ExpectedAnswer>) -> ExpectedAnswer {
    answer.unwrap_or_else(|refusal| refusal)
}

/// Carries out a step, and returns the answer to it.
pub fn take(state: &mut ModelState, step: &ModelStep) -> ExpectedAnswer {
    let quiet = ExpectedAnswer { outcome: "done", ..ExpectedAnswer::default() };
    match step {
        ModelStep::Deposit { device, key, picture, digest } => either(state.deposit(*device, *key, *picture, *digest)),
        ModelStep::LookAt { device, photo } => either(state.look_at(*device, *photo)),
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

/// Reports whether a step makes sense in a state, which earlier steps that are left out may change.
pub fn is_possible(state: &ModelState, step: &ModelStep) -> bool {
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
        ModelStep::Withdraw { device, photo } | ModelStep::LookAt { device, photo } => {
            exists(*device) && state.find(*photo).is_some()
        }
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
