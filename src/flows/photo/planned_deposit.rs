//! Plans the deposit of a photo at the studio pages: the first one, a repeat, or a new one after the end of the last.

use super::queries::{PhotoWithState, with_current_state};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::PhotoState;
use crate::domain::photo::idempotency::{IdempotencyKey, IdempotencyKeyError, KeyOwner};
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;

/// Key of the next deposit of a photo, and the deposit before it.
#[derive(Debug)]
pub struct PlannedDeposit {
    pub key: IdempotencyKey,
    pub generation: u32,
    /// The last deposit of this photo by a browser of this studio.
    pub last: Option<PhotoWithState>,
}

impl PlannedDeposit {
    /// True if the deposit repeats the last one and gives its code again.
    pub fn is_repeat(&self) -> bool {
        self.last.as_ref().is_some_and(|last| is_open(last.state))
    }
}

/// True for a photo whose code an office can still use.
pub fn is_open(state: PhotoState) -> bool {
    match state {
        PhotoState::Available | PhotoState::Leased | PhotoState::Kept => true,
        PhotoState::Used | PhotoState::Refused | PhotoState::Withdrawn | PhotoState::Expired => false,
    }
}

/// Finds the key of the next deposit of a photo by a browser of this studio. It changes nothing.
///
/// A new generation begins only after the end of the last one, so all generations before the last one exist.
///
/// # Errors
/// [`PlanError`].
pub async fn plan_deposit(
    gateway: &Gateway,
    studio: &StudioCaller,
    photo: Sha256Digest,
) -> Result<PlannedDeposit, PlanError> {
    let find = async |generation| {
        let key = IdempotencyKey::of_browser(generation, photo)?;
        let request_id = gateway.keys().request_id(KeyOwner::Studio(studio.party.party_id), &key);
        Ok::<_, PlanError>(gateway.store.find_deposit(&request_id).await?)
    };
    let Some(mut last) = find(0).await? else {
        return Ok(PlannedDeposit { key: IdempotencyKey::of_browser(0, photo)?, generation: 0, last: None });
    };
    // `known` exists, `missing` does not. Doubling and halving keeps the number of steps small, however often a photo was deposited.
    let (mut known, mut missing) = (0_u32, None);
    loop {
        let next = match missing {
            None => known.saturating_mul(2).saturating_add(1),
            Some(missing) if missing - known <= 1 => break,
            Some(missing) => known + (missing - known) / 2,
        };
        if next == known {
            break;
        }
        match find(next).await? {
            Some(found) => (known, last) = (next, found),
            None => missing = Some(next),
        }
    }
    let last = with_current_state(gateway, last.photo);
    let generation = if is_open(last.state) { known } else { known.saturating_add(1) };
    Ok(PlannedDeposit { key: IdempotencyKey::of_browser(generation, photo)?, generation, last: Some(last) })
}

/// Reason why no deposit can be planned.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("the key of the deposit is malformed")]
    Key(#[from] IdempotencyKeyError),
    #[error("database error")]
    Store(#[from] StoreError),
}
