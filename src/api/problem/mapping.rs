//! Mapping from every error of a flow to the problem that the caller gets.

use std::time::Duration;

use super::{MalformedReason, Problem};
use crate::api::body::BodyError;
use crate::domain::party::invitation::InvitationRefusal;
use crate::domain::party::{DeviceScope, Role};
use crate::domain::photo::PhotoState;
use crate::domain::photo::note::NoteError;
use crate::domain::photo::quarantine::Quarantined;
use crate::flows::authenticate::AuthenticationError;
use crate::flows::enrolment::certify::CertifyError;
use crate::flows::enrolment::enrol::EnrolError;
use crate::flows::enrolment::gateway_proof::GatewayProofError;
use crate::flows::enrolment::renew::RenewError;
use crate::flows::events::EventsError;
use crate::flows::photo::collect::CollectError;
use crate::flows::photo::deposit::DepositError;
use crate::flows::photo::hand_over::HandOverError;
use crate::flows::photo::planned_deposit::PlanError;
use crate::flows::photo::settle::{NOTE_MAX_CHARACTERS, SettleError};
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
use crate::wire::collection::StudioBody;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "database error");
        match error {
            StoreError::Unavailable(_)
            | StoreError::SessionSettings(_)
            | StoreError::NoPrimary(_)
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

impl From<PlanError> for Problem {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::Key(_) => Self::Internal,
            PlanError::Store(error) => error.into(),
        }
    }
}

impl Problem {
    const fn suspended(role: Role) -> Self {
        match role {
            Role::Studio => Self::StudioSuspended,
            Role::Office => Self::OfficeSuspended,
        }
    }
}

impl From<Quarantined> for Problem {
    fn from(Quarantined { since, reason }: Quarantined) -> Self {
        Self::PhotoQuarantined { held_back_since: since, held_back_because: reason }
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
            AuthenticationError::Revoked { at } => Self::DeviceRevoked { revoked_at: Some(at) },
            AuthenticationError::Suspended { role } => Self::suspended(role),
            AuthenticationError::CertificateEnded { newer_used_at } => Self::CertificateEnded { newer_used_at },
            AuthenticationError::Expired { at } => Self::CertificateExpired { expired_at: at },
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
            CertificateFault::Expired { at } => Self::CertificateExpired { expired_at: at },
            CertificateFault::Revoked => Self::DeviceRevoked { revoked_at: None },
            CertificateFault::NotYetValid { from } => {
                Self::CertificateUnusable { reason: fault.as_str(), valid_from: Some(from) }
            }
            CertificateFault::UnknownIssuer
            | CertificateFault::WrongPurpose
            | CertificateFault::WeakKey
            | CertificateFault::Other => Self::CertificateUnusable { reason: fault.as_str(), valid_from: None },
        }
    }
}

impl From<CutOff> for Problem {
    fn from(cut_off: CutOff) -> Self {
        match cut_off {
            CutOff::Revoked { at } => Self::DeviceRevoked { revoked_at: Some(at) },
            CutOff::Suspended { role } => Self::suspended(role),
        }
    }
}

impl From<EventsError> for Problem {
    fn from(error: EventsError) -> Self {
        match error {
            EventsError::CutOff(cut_off) => cut_off.into(),
            EventsError::Store(error) => error.into(),
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
            // The device's own uploads fill its share, and one of them ends soon.
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
                tracing::error!(%error, "cannot seal a photo");
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
            CollectError::Quarantined(quarantine) => quarantine.into(),
            CollectError::LeasedElsewhere { until } => {
                Self::PhotoLeasedElsewhere { lease_until: until, handed_over: false }
            }
            CollectError::HandedOverElsewhere { until } => {
                Self::PhotoLeasedElsewhere { lease_until: until, handed_over: true }
            }
            CollectError::Settled { state, at, office } => Self::PhotoSettled {
                outcome: state,
                settled_at: at,
                office: office.map(|office| StudioBody { name: office.name, place: office.place }),
            },
            CollectError::Withdrawn { at } => Self::PhotoWithdrawn { withdrawn_at: at },
            CollectError::Expired { at } => Self::PhotoExpired { expired_at: at },
            CollectError::Damaged(error) => {
                tracing::error!(%error, "cannot open a sealed photo; check the master keys");
                Self::PhotoDamaged
            }
            CollectError::ConcurrentChange => Self::GatewayBusy,
            CollectError::Entropy(error) => {
                tracing::error!(%error, "cannot create an identifier");
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
            HandOverError::WrongCode => Self::CodeOfAnotherCollection,
            HandOverError::LeaseExpired { at } => Self::LeaseExpired { lease_until: at },
            HandOverError::Quarantined(quarantine) => quarantine.into(),
            HandOverError::CollectionOver { at } => Self::CollectionOver { settled_at: at },
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
                Self::NoteTooLong { characters: length, limit_characters: NOTE_MAX_CHARACTERS }
            }
            SettleError::Note(error) => Self::RequestMalformed {
                reason: match error {
                    NoteError::Hidden(hidden) => MalformedReason::Note { hidden },
                    NoteError::HoldsCode => MalformedReason::NoteWithCode,
                },
            },
            SettleError::AlreadySettled { state, at } => Self::CollectionSettled { outcome: state, settled_at: at },
            SettleError::Lapsed { at } => Self::LeaseExpired { lease_until: at },
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
            WithdrawError::Leased { until } => Self::PhotoLeased { lease_until: until },
            WithdrawError::Kept { until } => Self::PhotoKept { kept_until: until },
            WithdrawError::TooLate { state: PhotoState::Expired, at } => Self::PhotoExpired { expired_at: at },
            WithdrawError::TooLate { state, at } => Self::PhotoSettled { outcome: state, settled_at: at, office: None },
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
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "cannot issue a certificate; check the key of the CA"
                );
                Self::EnrolmentUnavailable { role: None }
            }
        }
    }
}

impl From<InvitationRefusal> for Problem {
    fn from(refusal: InvitationRefusal) -> Self {
        match refusal {
            InvitationRefusal::Expired { at } => Self::EnrolmentCodeExpired { expired_at: at },
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
            EnrolError::Suspended { role } => Self::suspended(role),
            EnrolError::Request(error) => error.into(),
            EnrolError::KeyReused => Self::KeyReused,
            EnrolError::SubjectMismatch => Self::RequestSubjectForeign { own: None },
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
            RenewError::SubjectMismatch { own } => Self::RequestSubjectForeign { own: Some(own) },
            RenewError::ExternalCertificate => Self::CertificateForeign,
            RenewError::TooSoon { wait } => Self::RenewalTooSoon { wait },
            RenewError::Superseded { since } => Self::CertificateSuperseded { newer_used_at: since },
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
                tracing::error!("cannot open a sealed proof key; check the master keys");
                Self::Internal
            }
            GatewayProofError::Store(error) => error.into(),
        }
    }
}
