//! Every refusal, as `application/problem+json` (RFC 9457). The one place that knows status codes of refusals.

mod detail_texts;
mod extensions;
mod malformed_reason;
mod mapping;
mod plain_details;
mod texts;
mod titles;

use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;

use crate::clock::Timestamp;
use crate::domain::check::finding::Finding;
use crate::domain::code::retrieval_code::CodeError;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::{Party, Role};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::quarantine::Quarantined;
use crate::identity::issue::ClientSubject;
use crate::identity::public_key::KeyError;
use crate::texts::language::Language;
use crate::transport::tls::certificate_fault::CertificateFault;
use crate::wire::problem::{PROBLEM_JSON, ProblemBody};

pub use self::malformed_reason::MalformedReason;

/// A problem, with the facts about it that the caller is entitled to know.
#[derive(Debug, Clone)]
pub enum Problem {
    // The request itself
    RequestMalformed { reason: MalformedReason },
    IdempotencyKeyMissing,
    IdempotencyKeyMalformed,
    ContentDigestMalformed,
    PhotoSubjectUnknown,
    PhotoExceptionUnknown,
    CodeMalformed { error: CodeError },
    CodeIsTest,
    RetrievalCodeMissing,
    RouteUnknown,
    MethodNotAllowed,
    UploadTooSlow,
    BodyCut,
    PhotoTooLarge { limit_bytes: u64 },
    RequestTooLarge { limit_bytes: u64 },
    FormatUnsupported { expected: &'static str },
    TransferCodingUnsupported,
    HostForeign,
    CrossSiteRequest,
    // The caller
    CertificateMissing,
    DeviceUnknown,
    DeviceRevoked { at: Option<Timestamp> },
    CertificateExpired { at: Timestamp },
    CertificateUnusable { fault: CertificateFault },
    PartySuspended { role: Role },
    DeviceIsAuditors,
    AuditorsOnly,
    TooManyConnections,
    TooManyRequests { wait: Duration },
    // Deposits
    DepositInProgress,
    DigestMismatch { announced: Sha256Digest, received: Sha256Digest },
    IdempotencyKeyReused,
    PhotoRefused { findings: Vec<Finding> },
    PhotoUnknown,
    PhotoLeased { until: Timestamp },
    PhotoKept { until: Timestamp },
    // Collections
    CodeUnknown,
    TooManyCodes { wait: Duration },
    PhotoQuarantined(Quarantined),
    PhotoLeasedElsewhere { until: Timestamp },
    PhotoHandedOverElsewhere { until: Timestamp },
    PhotoSettled { state: PhotoState, at: Timestamp, office: Option<Party> },
    PhotoWithdrawn { at: Timestamp },
    PhotoExpired { at: Timestamp },
    CollectionUnknown,
    LeaseExpired { at: Timestamp },
    CollectionOver { at: Timestamp },
    CollectionSettled { state: CollectionState, at: Timestamp },
    CollectionCodeRequired,
    SettlementDate { earliest: Date, latest: Date },
    NoteTooLong { length: usize, limit: usize },
    // The desk
    CrossSiteForm,
    // Enrolment
    EnrolmentCredentialsMissing,
    EnrolmentCodeMalformed { error: CodeError },
    EnrolmentCodeWrong { tries_left: Option<u32> },
    EnrolmentCodeExpired { at: Timestamp },
    EnrolmentCodeSpent,
    EnrolmentCodeExhausted,
    EnrolmentCodeWithdrawn,
    InvitationUnknown,
    RequestSignatureWrong,
    RequestSignatureUnsupported,
    KeyTooWeak { error: KeyError },
    KeyReused,
    SubjectMismatch { own: Option<Box<ClientSubject>> },
    CertificateExternal,
    CertificateSuperseded { since: Timestamp },
    CertificateEnded { newer_used_at: Option<Timestamp> },
    RenewalTooSoon { wait: Duration },
    EnrolmentUnavailable { role: Option<Role> },
    // The audit log
    CheckpointUnknown,
    // The gateway
    PhotoDamaged,
    Internal,
    GatewayBusy,
    StorageUnavailable,
    RevocationListMissing,
}

impl Problem {
    /// Its stable name: the `type` that other programs see.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RequestMalformed { .. } => "request-malformed",
            Self::IdempotencyKeyMissing => "idempotency-key-missing",
            Self::IdempotencyKeyMalformed => "idempotency-key-malformed",
            Self::ContentDigestMalformed => "content-digest-malformed",
            Self::PhotoSubjectUnknown => "photo-subject-unknown",
            Self::PhotoExceptionUnknown => "photo-exception-unknown",
            Self::CodeMalformed { .. } => "code-malformed",
            Self::CodeIsTest => "code-is-test",
            Self::RetrievalCodeMissing => "retrieval-code-missing",
            Self::RouteUnknown => "route-unknown",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::UploadTooSlow => "upload-too-slow",
            Self::BodyCut => "body-cut",
            Self::PhotoTooLarge { .. } => "photo-too-large",
            Self::RequestTooLarge { .. } => "request-too-large",
            Self::FormatUnsupported { .. } => "format-unsupported",
            Self::TransferCodingUnsupported => "transfer-coding-unsupported",
            Self::HostForeign => "host-foreign",
            Self::CrossSiteRequest => "cross-site-request",
            Self::CertificateMissing => "certificate-missing",
            Self::DeviceUnknown => "device-unknown",
            Self::DeviceRevoked { .. } => "device-revoked",
            Self::CertificateExpired { .. } => "certificate-expired",
            Self::CertificateUnusable { .. } => "certificate-unusable",
            Self::PartySuspended { role: Role::Studio } => "studio-suspended",
            Self::PartySuspended { role: Role::Office } => "office-suspended",
            Self::DeviceIsAuditors => "device-is-auditors",
            Self::AuditorsOnly => "auditors-only",
            Self::TooManyConnections => "too-many-connections",
            Self::TooManyRequests { .. } => "too-many-requests",
            Self::DepositInProgress => "deposit-in-progress",
            Self::DigestMismatch { .. } => "digest-mismatch",
            Self::IdempotencyKeyReused => "idempotency-key-reused",
            Self::PhotoRefused { .. } => "photo-refused",
            Self::PhotoUnknown => "photo-unknown",
            Self::PhotoLeased { .. } => "photo-leased",
            Self::PhotoKept { .. } => "photo-kept",
            Self::CodeUnknown => "code-unknown",
            Self::TooManyCodes { .. } => "too-many-codes",
            Self::PhotoQuarantined(_) => "photo-quarantined",
            Self::PhotoLeasedElsewhere { .. } | Self::PhotoHandedOverElsewhere { .. } => "photo-leased-elsewhere",
            Self::PhotoSettled { .. } => "photo-settled",
            Self::PhotoWithdrawn { .. } => "photo-withdrawn",
            Self::PhotoExpired { .. } => "photo-expired",
            Self::CollectionUnknown => "collection-unknown",
            Self::LeaseExpired { .. } => "lease-expired",
            Self::CollectionOver { .. } => "collection-over",
            Self::CollectionSettled { .. } => "collection-settled",
            Self::CollectionCodeRequired => "collection-code-required",
            Self::SettlementDate { .. } => "settlement-date",
            Self::NoteTooLong { .. } => "note-too-long",
            Self::CrossSiteForm => "form-foreign",
            Self::EnrolmentCredentialsMissing => "enrolment-credentials-missing",
            Self::EnrolmentCodeMalformed { .. } => "enrolment-code-malformed",
            Self::EnrolmentCodeWrong { .. } => "enrolment-code-wrong",
            Self::EnrolmentCodeExpired { .. } => "enrolment-code-expired",
            Self::EnrolmentCodeSpent => "enrolment-code-spent",
            Self::EnrolmentCodeExhausted => "enrolment-code-exhausted",
            Self::EnrolmentCodeWithdrawn => "enrolment-code-withdrawn",
            Self::InvitationUnknown => "invitation-unknown",
            Self::RequestSignatureWrong => "request-signature-wrong",
            Self::RequestSignatureUnsupported => "request-signature-unsupported",
            Self::KeyTooWeak { .. } => "key-too-weak",
            Self::KeyReused => "key-reused",
            Self::SubjectMismatch { .. } => "request-subject-foreign",
            Self::CertificateExternal => "certificate-foreign",
            Self::CertificateSuperseded { .. } | Self::CertificateEnded { .. } => "certificate-superseded",
            Self::RenewalTooSoon { .. } => "renewal-too-soon",
            Self::EnrolmentUnavailable { .. } => "enrolment-unavailable",
            Self::CheckpointUnknown => "checkpoint-unknown",
            Self::PhotoDamaged => "photo-damaged",
            Self::Internal => "internal",
            Self::GatewayBusy => "gateway-busy",
            Self::StorageUnavailable => "storage-unavailable",
            Self::RevocationListMissing => "revocation-list-missing",
        }
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::RequestMalformed { .. }
            | Self::IdempotencyKeyMissing
            | Self::IdempotencyKeyMalformed
            | Self::ContentDigestMalformed
            | Self::PhotoSubjectUnknown
            | Self::PhotoExceptionUnknown
            | Self::CodeMalformed { .. }
            | Self::CodeIsTest
            | Self::RetrievalCodeMissing
            | Self::BodyCut => StatusCode::BAD_REQUEST,
            // Asking again with another code can help, so these three carry a challenge; with the next ones it cannot.
            Self::EnrolmentCredentialsMissing
            | Self::EnrolmentCodeMalformed { .. }
            | Self::EnrolmentCodeWrong { .. } => StatusCode::UNAUTHORIZED,
            Self::EnrolmentCodeExpired { .. }
            | Self::EnrolmentCodeSpent
            | Self::EnrolmentCodeExhausted
            | Self::EnrolmentCodeWithdrawn
            | Self::CertificateExternal
            | Self::CertificateMissing
            | Self::CertificateSuperseded { .. }
            | Self::CertificateEnded { .. }
            | Self::DeviceUnknown
            | Self::DeviceRevoked { .. }
            | Self::CertificateExpired { .. }
            | Self::CertificateUnusable { .. }
            | Self::DeviceIsAuditors
            | Self::AuditorsOnly
            | Self::CollectionCodeRequired
            | Self::CrossSiteForm
            | Self::CrossSiteRequest
            | Self::PartySuspended { .. } => StatusCode::FORBIDDEN,
            Self::RouteUnknown
            | Self::PhotoUnknown
            | Self::CodeUnknown
            | Self::CollectionUnknown
            | Self::CheckpointUnknown
            | Self::InvitationUnknown => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::UploadTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::DepositInProgress
            | Self::PhotoLeased { .. }
            | Self::PhotoKept { .. }
            | Self::PhotoQuarantined(_)
            | Self::PhotoLeasedElsewhere { .. }
            | Self::PhotoHandedOverElsewhere { .. }
            | Self::LeaseExpired { .. }
            | Self::CollectionOver { .. }
            | Self::CollectionSettled { .. } => StatusCode::CONFLICT,
            Self::PhotoSettled { .. } | Self::PhotoWithdrawn { .. } | Self::PhotoExpired { .. } => StatusCode::GONE,
            Self::PhotoTooLarge { .. } | Self::RequestTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::FormatUnsupported { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::DigestMismatch { .. }
            | Self::IdempotencyKeyReused
            | Self::RequestSignatureWrong
            | Self::RequestSignatureUnsupported
            | Self::KeyTooWeak { .. }
            | Self::KeyReused
            | Self::SubjectMismatch { .. }
            | Self::PhotoRefused { .. }
            | Self::SettlementDate { .. }
            | Self::NoteTooLong { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyConnections
            | Self::TooManyRequests { .. }
            | Self::TooManyCodes { .. }
            | Self::RenewalTooSoon { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::HostForeign => StatusCode::MISDIRECTED_REQUEST,
            // RFC 9112 section 6.1 recommends it.
            Self::TransferCodingUnsupported => StatusCode::NOT_IMPLEMENTED,
            Self::PhotoDamaged | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::GatewayBusy
            | Self::StorageUnavailable
            | Self::EnrolmentUnavailable { .. }
            | Self::RevocationListMissing => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Value of `Retry-After`: the time after which a repeat of the request can succeed.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { wait } | Self::TooManyCodes { wait } | Self::RenewalTooSoon { wait } => Some(*wait),
            Self::DepositInProgress | Self::GatewayBusy => Some(Duration::from_secs(1)),
            Self::StorageUnavailable | Self::TooManyConnections => Some(Duration::from_secs(5)),
            Self::RevocationListMissing => Some(Duration::from_secs(60)),
            _ => None,
        }
    }

    /// The answer in the reader's language.
    pub(super) fn render(&self, language: Language) -> Response {
        let body = ProblemBody {
            kind: self.kind().to_owned(),
            title: self.title(language).to_owned(),
            status: self.status().as_u16(),
            detail: self.detail(language),
            extensions: self.extensions(language).as_object().cloned().unwrap_or_default(),
        };
        self.response_with(|status| {
            let text = serde_json::to_vec(&body).unwrap_or_default();
            let head = [(CONTENT_TYPE, PROBLEM_JSON), (CACHE_CONTROL, "no-store")];
            (status, head, text).into_response()
        })
    }

    /// An answer drawn with this problem's status, and the headers that go with it.
    pub fn response_with(&self, draw: impl FnOnce(StatusCode) -> Response) -> Response {
        let mut response = draw(self.status());
        response.extensions_mut().insert(ProblemType(self.kind()));
        let headers = response.headers_mut();
        if let Some(wait) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"lichtbild enrolment\""));
        }
        match self {
            // Nothing more is wanted over these lines; what is left of a body would only be read to be thrown away.
            Self::PhotoTooLarge { .. }
            | Self::RequestTooLarge { .. }
            | Self::RequestMalformed { reason: MalformedReason::Host }
            | Self::TransferCodingUnsupported
            | Self::UploadTooSlow
            | Self::CertificateMissing
            | Self::CertificateUnusable { .. }
            | Self::DeviceRevoked { .. }
            | Self::TooManyConnections => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

/// The stable type of the problem that an answer was drawn from, an extension of the response: for the log.
#[derive(Debug, Clone, Copy)]
pub struct ProblemType(pub &'static str);

/// A wait as people and headers count it: whole seconds, at least one.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}

impl IntoResponse for Problem {
    /// Only the problem, as an extension: the language is known further out (`negotiate::render_problems`).
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
