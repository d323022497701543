//! Mapping from every error of a flow to the problem that the caller gets, exhaustive.

use std::time::Duration;

use super::{MalformedReason, Problem};
use crate::api::body::BodyError;
use crate::domain::party::DeviceScope;
use crate::domain::party::invitation::InvitationRefusal;
use crate::domain::photo::PhotoState;
use crate::domain::photo::note::NoteError;
use crate::flows::authenticate::AuthenticationError;
use crate::flows::enrolment::certify::CertifyError;
use crate::flows::enrolment::enrol::EnrolError;
use crate::flows::enrolment::gateway_proof::GatewayProofError;
use crate::flows::enrolment::renew::RenewError;
use crate::flows::photo::collect::CollectError;
use crate::flows::photo::deposit::DepositError;
use crate::flows::photo::hand_over::HandOverError;
use crate::flows::photo::settle::SettleError;
use crate::flows::photo::upload_permit::AdmissionError;
use crate::flows::photo::withdraw::WithdrawError;
use crate::identity::public_key::KeyError;
use crate::identity::request::certificate_request::RequestError;
use crate::limits::memory_shares::MemoryError;
use crate::limits::rate_limiter::RateLimited;
use crate::limits::worker_pool::WorkerError;
use crate::storage::StoreError;
use crate::storage::requests::CutOff;
use crate::transport::tls::certificate_fault::CertificateFault;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "database error");
        match error {
            StoreError::Unavailable(_)
            | StoreError::SessionSettings(_)
            | StoreError::NewerSchema { .. }
            | StoreError::RowKeyUnavailable(_)
            | StoreError::OlderSchema
            | StoreError::InUse
            | StoreError::RolledBack(_)
            | StoreError::Inactive(_) => Self::StorageUnavailable,
            StoreError::AlreadyExists | StoreError::KeyReused | StoreError::Damaged(_) => Self::Internal,
        }
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { max_bytes } => Self::PhotoTooLarge { limit_bytes: max_bytes },
            BodyError::TooSlow { .. } => Self::UploadTooSlow,
            BodyError::Interrupted { .. } => Self::BodyCut,
        }
    }
}

impl From<AuthenticationError> for Problem {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::UnknownDevice => Self::DeviceUnknown,
            AuthenticationError::Revoked { at } => Self::DeviceRevoked { at: Some(at) },
            AuthenticationError::Suspended { role } => Self::PartySuspended { role },
            AuthenticationError::CertificateEnded { newer_used_at } => Self::CertificateEnded { newer_used_at },
            AuthenticationError::Expired { at } => Self::CertificateExpired { at },
            AuthenticationError::WrongScope { scope: DeviceScope::Audit } => Self::DeviceIsAuditors,
            AuthenticationError::WrongScope { scope: DeviceScope::Photos } => Self::AuditorsOnly,
            AuthenticationError::RateLimited(error) => error.into(),
            AuthenticationError::Store(error) => error.into(),
        }
    }
}

impl From<CertificateFault> for Problem {
    fn from(fault: CertificateFault) -> Self {
        match fault {
            CertificateFault::Expired { at } => Self::CertificateExpired { at },
            CertificateFault::Revoked => Self::DeviceRevoked { at: None },
            CertificateFault::NotYetValid { .. }
            | CertificateFault::UnknownIssuer
            | CertificateFault::WrongPurpose
            | CertificateFault::WeakKey
            | CertificateFault::Other => Self::CertificateUnusable { fault },
        }
    }
}

impl From<CutOff> for Problem {
    fn from(cut_off: CutOff) -> Self {
        match cut_off {
            CutOff::Revoked { at } => Self::DeviceRevoked { at: Some(at) },
            CutOff::Suspended { role } => Self::PartySuspended { role },
        }
    }
}

impl From<RateLimited> for Problem {
    fn from(RateLimited { wait }: RateLimited) -> Self {
        Self::TooManyRequests { wait }
    }
}

impl From<AdmissionError> for Problem {
    fn from(error: AdmissionError) -> Self {
        match error {
            AdmissionError::RateLimited(error) => error.into(),
            // Its own uploads are in the way, and the next of them ends soon.
            AdmissionError::Memory(MemoryError::DeviceShare) => Self::TooManyRequests { wait: Duration::from_secs(1) },
            AdmissionError::Memory(MemoryError::PartyShare) => Self::GatewayBusy,
        }
    }
}

impl From<WorkerError> for Problem {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::QueueFull | WorkerError::Panicked => Self::GatewayBusy,
        }
    }
}

impl From<DepositError> for Problem {
    fn from(error: DepositError) -> Self {
        match error {
            DepositError::Busy(_) => Self::GatewayBusy,
            DepositError::CutOff(cut_off) => cut_off.into(),
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
            CollectError::RateLimited(error) => error.into(),
            CollectError::Memory(MemoryError::DeviceShare | MemoryError::PartyShare) => Self::GatewayBusy,
            CollectError::TooManyCodes { wait } => Self::TooManyCodes { wait },
            CollectError::CutOff(cut_off) => cut_off.into(),
            CollectError::UnknownCode => Self::CodeUnknown,
            CollectError::Quarantined(quarantine) => Self::PhotoQuarantined(quarantine),
            CollectError::LeasedElsewhere { until } => Self::PhotoLeasedElsewhere { until },
            CollectError::HandedOverElsewhere { until } => Self::PhotoHandedOverElsewhere { until },
            CollectError::Settled { state, at, office } => Self::PhotoSettled { state, at, office },
            CollectError::Withdrawn { at } => Self::PhotoWithdrawn { at },
            CollectError::Expired { at } => Self::PhotoExpired { at },
            CollectError::Damaged(error) => {
                tracing::error!(%error, "a photo does not come out of its seal");
                Self::PhotoDamaged
            }
            CollectError::ConcurrentChange => Self::GatewayBusy,
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
            HandOverError::CutOff(cut_off) => cut_off.into(),
            HandOverError::UnknownCollection => Self::CollectionUnknown,
            HandOverError::WrongCode => Self::CodeUnknown,
            HandOverError::LeaseExpired { at } => Self::LeaseExpired { at },
            HandOverError::Quarantined(quarantine) => Self::PhotoQuarantined(quarantine),
            HandOverError::CollectionOver { at } => Self::CollectionOver { at },
            HandOverError::Memory(MemoryError::DeviceShare | MemoryError::PartyShare) => Self::GatewayBusy,
            HandOverError::Open(error) => error.into(),
            HandOverError::Store(error) => error.into(),
        }
    }
}

impl From<SettleError> for Problem {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::CutOff(cut_off) => cut_off.into(),
            SettleError::UnknownCollection => Self::CollectionUnknown,
            SettleError::DateOutOfRange { earliest, latest } => Self::SettlementDate { earliest, latest },
            SettleError::NoteTooLong { length } => {
                Self::NoteTooLong { length, limit: crate::flows::photo::settle::NOTE_MAX_CHARACTERS }
            }
            SettleError::Note(error) => Self::RequestMalformed {
                reason: match error {
                    NoteError::Hidden(hidden) => MalformedReason::Note { hidden },
                    NoteError::HoldsCode => MalformedReason::NoteWithCode,
                },
            },
            SettleError::AlreadySettled { state, at } => Self::CollectionSettled { state, at },
            SettleError::Lapsed { at } => Self::LeaseExpired { at },
            SettleError::CodeRequired => Self::CollectionCodeRequired,
            SettleError::Store(error) => error.into(),
        }
    }
}

impl From<WithdrawError> for Problem {
    fn from(error: WithdrawError) -> Self {
        match error {
            WithdrawError::CutOff(cut_off) => cut_off.into(),
            WithdrawError::UnknownPhoto => Self::PhotoUnknown,
            WithdrawError::Leased { until } => Self::PhotoLeased { until },
            WithdrawError::Kept { until } => Self::PhotoKept { until },
            WithdrawError::TooLate { state: PhotoState::Expired, at } => Self::PhotoExpired { at },
            WithdrawError::TooLate { state, at } => Self::PhotoSettled { state, at, office: None },
            WithdrawError::Store(error) => error.into(),
        }
    }
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::NotARequest | RequestError::Key(KeyError::Malformed) => {
                Self::RequestMalformed { reason: MalformedReason::CertificateRequest }
            }
            RequestError::SignatureAlgorithm => Self::RequestSignatureUnsupported,
            RequestError::Signature => Self::RequestSignatureWrong,
            RequestError::Key(error) => Self::KeyTooWeak { error },
        }
    }
}

impl From<CertifyError> for Problem {
    fn from(error: CertifyError) -> Self {
        match error {
            CertifyError::Unavailable { role } => Self::EnrolmentUnavailable { role: Some(role) },
            CertifyError::Store(error) => error.into(),
            CertifyError::Identity(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "an authority does not issue");
                Self::EnrolmentUnavailable { role: None }
            }
        }
    }
}

impl From<InvitationRefusal> for Problem {
    fn from(refusal: InvitationRefusal) -> Self {
        match refusal {
            InvitationRefusal::Expired { at } => Self::EnrolmentCodeExpired { at },
            InvitationRefusal::Spent => Self::EnrolmentCodeSpent,
            InvitationRefusal::Exhausted => Self::EnrolmentCodeExhausted,
            InvitationRefusal::Withdrawn => Self::EnrolmentCodeWithdrawn,
        }
    }
}

impl From<EnrolError> for Problem {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::NotSetUp => Self::EnrolmentUnavailable { role: None },
            EnrolError::WrongCode { tries_left } => Self::EnrolmentCodeWrong { tries_left },
            EnrolError::Refused(refusal) => refusal.into(),
            EnrolError::Suspended { role } => Self::PartySuspended { role },
            EnrolError::Request(error) => error.into(),
            EnrolError::KeyReused => Self::KeyReused,
            EnrolError::SubjectMismatch => Self::SubjectMismatch { own: None },
            EnrolError::Certify(error) => error.into(),
            EnrolError::ConcurrentChange => Self::GatewayBusy,
            EnrolError::Store(error) => error.into(),
        }
    }
}

impl From<RenewError> for Problem {
    fn from(error: RenewError) -> Self {
        match error {
            RenewError::Request(error) => error.into(),
            RenewError::KeyReused => Self::KeyReused,
            RenewError::SubjectMismatch { own } => Self::SubjectMismatch { own: Some(own) },
            RenewError::ExternalCertificate => Self::CertificateExternal,
            RenewError::TooSoon { wait } => Self::RenewalTooSoon { wait },
            RenewError::Superseded { since } => Self::CertificateSuperseded { since },
            RenewError::CutOff(cut_off) => cut_off.into(),
            RenewError::Certify(error) => error.into(),
            RenewError::Store(error) => error.into(),
        }
    }
}

impl From<GatewayProofError> for Problem {
    fn from(error: GatewayProofError) -> Self {
        match error {
            GatewayProofError::RateLimited(error) => error.into(),
            GatewayProofError::Unknown => Self::InvitationUnknown,
            GatewayProofError::Ended(refusal) => refusal.into(),
            GatewayProofError::Unavailable => Self::EnrolmentUnavailable { role: None },
            GatewayProofError::Damaged => {
                tracing::error!("a proof key does not come out of its seal");
                Self::Internal
            }
            GatewayProofError::Store(error) => error.into(),
        }
    }
}
