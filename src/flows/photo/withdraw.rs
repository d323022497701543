//! Withdraws a photo that no office holds, at the studio's request.

use crate::clock::Timestamp;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::domain::photo::withdrawal::WithdrawalDecision;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::requests::{CutOff, TrackedPhoto, WithdrawOutcome, WithdrawRequest};

/// Withdraws and erases a photo of this studio; a repeat gets the same answer.
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
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("the studio has no such photo")]
    UnknownPhoto,
    #[error("an office holds the photo")]
    Leased { until: Timestamp },
    #[error("an office keeps the photo for a second document")]
    Kept { until: Timestamp },
    #[error("the photo is {}", state.name())]
    TooLate { state: PhotoState, at: Timestamp },
    #[error("database error")]
    Store(#[from] StoreError),
}
