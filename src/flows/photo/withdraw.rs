//! Withdrawing: a studio takes back what no office holds.

use crate::clock::Timestamp;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::withdrawal::WithdrawalDecision;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::requests::{CutOff, TrackedPhoto, WithdrawOutcome, WithdrawRequest};

/// Withdraws and erases a photo of this studio; a repeat gets the same answer.
///
/// # Errors
/// [`WithdrawError`]; nothing changed then.
pub async fn withdraw(
    gateway: &Gateway,
    studio: &StudioCaller,
    photo_id: PhotoId,
) -> Result<TrackedPhoto, WithdrawError> {
    let request =
        WithdrawRequest { photo_id, studio_id: studio.party.party_id, device_id: studio.device_id, now: gateway.now() };
    let (decision, photo) = match gateway.store.withdraw(&request).await? {
        WithdrawOutcome::Decided { decision, photo } => (decision, *photo),
        WithdrawOutcome::NoSuchPhoto => return Err(WithdrawError::UnknownPhoto),
        WithdrawOutcome::CutOff(cut_off) => return Err(WithdrawError::CutOff(cut_off)),
    };
    match decision {
        WithdrawalDecision::Allowed | WithdrawalDecision::Repeated => Ok(photo),
        WithdrawalDecision::Leased { until } => Err(WithdrawError::Leased { until }),
        WithdrawalDecision::Kept => Err(WithdrawError::Kept { until: photo.record.expires_at }),
        WithdrawalDecision::TooLate { state, at } => Err(WithdrawError::TooLate { state, at }),
    }
}

/// Reason why a photo was not withdrawn.
#[derive(Debug)]
pub enum WithdrawError {
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// This studio has no such photo.
    UnknownPhoto,
    /// An office holds it.
    Leased {
        /// Until then at the latest.
        until: Timestamp,
    },
    /// An office keeps it at the applicant's wish.
    Kept {
        /// Until then.
        until: Timestamp,
    },
    /// It is gone already.
    TooLate {
        /// State of the photo.
        state: PhotoState,
        /// Time at which the photo reached this state.
        at: Timestamp,
    },
    /// The store cannot be asked.
    Store(StoreError),
}

impl From<StoreError> for WithdrawError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
