//! What each failure of a flow is to the caller: causes to problems, exhaustively.

use super::problem::{Problem, RequestFault};
use crate::domain::photo::PhotoState;
use crate::flows::authenticate::AuthenticationError;
use crate::flows::collect::CollectError;
use crate::flows::deposit::DepositError;
use crate::flows::hand_over::HandOverError;
use crate::flows::judge::Busy;
use crate::flows::pace::TooFast;
use crate::flows::settle::SettleError;
use crate::flows::withdraw::WithdrawError;
use crate::storage::StoreError;
use crate::transport::body::BodyError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        match error {
            StoreError::Unavailable(_) | StoreError::NewerSchema { .. } => Self::StorageUnavailable,
            StoreError::AlreadyThere | StoreError::Damaged(_) => Self::Internal,
        }
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { max_bytes } => Self::PhotoTooLarge { limit_bytes: max_bytes },
            BodyError::TooSlow { .. } => Self::UploadTooSlow,
            BodyError::Cut { .. } => Self::BodyCut,
        }
    }
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::UnknownDevice => Self::DeviceUnknown,
            AuthenticationError::Revoked { at } => Self::DeviceRevoked { at },
            AuthenticationError::Suspended { role } => Self::PartySuspended { role },
            AuthenticationError::Expired { at } => Self::CertificateExpired { at },
            AuthenticationError::TooFast(error) => error.into(),
            AuthenticationError::Store(error) => error.into(),
        }
    }
}

impl From<TooFast> for Problem {
    fn from(TooFast { wait }: TooFast) -> Self {
        Self::TooManyRequests { wait }
    }
}

impl From<Busy> for Problem {
    fn from(_: Busy) -> Self {
        Self::GatewayBusy
    }
}

impl From<DepositError> for Problem {
    fn from(error: DepositError) -> Self {
        match error {
            DepositError::Busy => Self::GatewayBusy,
            DepositError::NotInStanding => Self::DeviceNotInStanding,
            DepositError::DigestMismatch { announced, received } => Self::DigestMismatch { announced, received },
            DepositError::InProgress => Self::DepositInProgress,
            DepositError::KeyReused => Self::IdempotencyKeyReused,
            DepositError::Refused { findings } => Self::PhotoRefused { findings },
            DepositError::Seal(error) => {
                tracing::error!(%error, "a photo could not be sealed");
                Self::Internal
            }
            DepositError::Store(error) => error.into(),
        }
    }
}

impl From<CollectError> for Problem {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::TooManyCodes { wait } => Self::TooManyCodes { wait },
            CollectError::UnknownCode => Self::CodeUnknown,
            CollectError::HeldBack { since } => Self::PhotoQuarantined { since },
            CollectError::LeasedElsewhere { until } => Self::PhotoLeasedElsewhere { until },
            CollectError::Settled { at, office } => Self::PhotoSettled { at, office },
            CollectError::Withdrawn { at } => Self::PhotoWithdrawn { at },
            CollectError::Expired { at } => Self::PhotoExpired { at },
            CollectError::Damaged(error) => {
                tracing::error!(%error, "a photo does not come out of its seal");
                Self::PhotoDamaged
            }
            CollectError::Unstable => Self::GatewayBusy,
            CollectError::Entropy(error) => {
                tracing::error!(%error, "no identifier");
                Self::Internal
            }
            CollectError::Store(error) => error.into(),
        }
    }
}

impl From<HandOverError> for Problem {
    fn from(error: HandOverError) -> Self {
        match error {
            HandOverError::TooManyCodes { wait } => Self::TooManyCodes { wait },
            HandOverError::UnknownCollection => Self::CollectionUnknown,
            HandOverError::WrongCode => Self::CodeUnknown,
            HandOverError::LeaseOver { at } => Self::LeaseExpired { at },
            HandOverError::HeldBack { since } => Self::PhotoQuarantined { since },
            HandOverError::Over { at } => Self::CollectionOver { at },
            HandOverError::Open(error) => error.into(),
            HandOverError::Store(error) => error.into(),
        }
    }
}

impl From<SettleError> for Problem {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::UnknownCollection => Self::CollectionUnknown,
            SettleError::DateOutside { earliest, latest } => Self::SettlementDate { earliest, latest },
            SettleError::NoteTooLong { length } => {
                Self::NoteTooLong { length, limit: crate::flows::settle::NOTE_MAX_CHARACTERS }
            }
            SettleError::NoteUnfit => Self::RequestMalformed { fault: RequestFault::Note },
            SettleError::AlreadySettled { state, at } => Self::CollectionSettled { state, at },
            SettleError::Lapsed { at } => Self::LeaseExpired { at },
            SettleError::Store(error) => error.into(),
        }
    }
}

impl From<WithdrawError> for Problem {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::UnknownPhoto => Self::PhotoUnknown,
            WithdrawError::Leased { until } => Self::PhotoLeased { until },
            WithdrawError::Kept { until } => Self::PhotoKept { until },
            WithdrawError::TooLate { state: PhotoState::Expired, at } => Self::PhotoExpired { at },
            WithdrawError::TooLate { at, .. } => Self::PhotoSettled { at, office: None },
            WithdrawError::Store(error) => error.into(),
        }
    }
}
