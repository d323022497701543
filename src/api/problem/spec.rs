//! One row per problem: its variant, whose name in kebab case is the `type` that other programs see, and its HTTP status.
//!
//! The fields of a variant become members of the body (RFC 9457 section 3.2). Title and detail are in `problems.ftl`, under the type.

use std::fmt::Display;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use strum::{EnumDiscriminants, EnumProperty, IntoStaticStr, VariantArray, VariantNames};

use super::request_errors::{CodeDetail, MalformedReason, names};
use crate::clock::Timestamp;
use crate::domain::check::finding::Finding;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::code::test_code::TestCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::local_time::{date, last_day};
use crate::domain::party::Role;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::quarantine::QuarantineReason;
use crate::identity::issue::ClientSubject;
use crate::identity::public_key::{KeyError, RSA_MINIMUM_BITS};
use crate::texts::language::Language;
use crate::texts::{FluentValue, text};
use crate::wire::collection::StudioBody;

/// A problem, with the facts about it that the caller is entitled to know.
///
/// `retry_after` is in seconds. `close` ends the connection, because the gateway would have to read the rest of a body that it does not use.
/// `group` begins a group in the list of all types (`problem-group-GROUP`).
#[derive(Debug, Clone, Serialize, IntoStaticStr, VariantNames, EnumDiscriminants, utoipa::ToSchema)]
#[strum(serialize_all = "kebab-case")]
#[strum_discriminants(
    doc = "The row of a problem without the facts of one case.",
    name(ProblemRow),
    vis(pub(super)),
    derive(EnumProperty, IntoStaticStr, VariantArray),
    strum(serialize_all = "kebab-case")
)]
#[serde(untagged)]
pub enum Problem {
    // The request itself
    #[strum_discriminants(strum(props(status = 400, group = "request")))]
    RequestMalformed {
        #[serde(flatten, serialize_with = "MalformedReason::members")]
        #[schema(value_type = MisfitMembers)]
        reason: MalformedReason,
    },
    #[strum_discriminants(strum(props(status = 400)))]
    IdempotencyKeyMissing,
    #[strum_discriminants(strum(props(status = 400)))]
    IdempotencyKeyMalformed,
    #[strum_discriminants(strum(props(status = 400)))]
    ContentDigestMalformed,
    #[strum_discriminants(strum(props(status = 400)))]
    PhotoSubjectUnknown {
        #[schema(value_type = Vec<String>)]
        allowed: &'static [&'static str],
    },
    #[strum_discriminants(strum(props(status = 400)))]
    PhotoExceptionUnknown {
        #[schema(value_type = Vec<String>)]
        allowed: &'static [&'static str],
    },
    #[strum_discriminants(strum(props(status = 400)))]
    CodeMalformed {
        #[serde(flatten, serialize_with = "place_in_code")]
        #[schema(value_type = PlaceInCode)]
        error: CodeError,
    },
    #[strum_discriminants(strum(props(status = 400)))]
    CodeIsTest {
        #[serde(skip)]
        code: TestCode,
    },
    #[strum_discriminants(strum(props(status = 400)))]
    RetrievalCodeMissing,
    #[strum_discriminants(strum(props(status = 404)))]
    RouteUnknown,
    #[strum_discriminants(strum(props(status = 405)))]
    MethodNotAllowed,
    #[strum_discriminants(strum(props(status = 408, close = true)))]
    UploadTooSlow,
    #[strum_discriminants(strum(props(status = 400)))]
    BodyCut,
    #[strum_discriminants(strum(props(status = 413, close = true)))]
    PhotoTooLarge { limit_bytes: u64 },
    #[strum_discriminants(strum(props(status = 413, close = true)))]
    RequestTooLarge { limit_bytes: u64 },
    #[strum_discriminants(strum(props(status = 415)))]
    FormatUnsupported {
        #[serde(skip)]
        expected: &'static str,
    },
    // RFC 9112 section 6.1 recommends this status.
    #[strum_discriminants(strum(props(status = 501, close = true)))]
    TransferCodingUnsupported,
    #[strum_discriminants(strum(props(status = 421)))]
    HostForeign,
    #[strum_discriminants(strum(props(status = 403)))]
    CrossSiteRequest,
    // The caller
    #[strum_discriminants(strum(props(status = 403, group = "caller", close = true)))]
    CertificateMissing,
    #[strum_discriminants(strum(props(status = 403)))]
    DeviceUnknown,
    #[strum_discriminants(strum(props(status = 403, close = true)))]
    DeviceRevoked {
        #[serde(skip_serializing_if = "Option::is_none")]
        revoked_at: Option<Timestamp>,
    },
    #[strum_discriminants(strum(props(status = 403)))]
    CertificateExpired { expired_at: Timestamp },
    #[strum_discriminants(strum(props(status = 403, close = true)))]
    CertificateUnusable {
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        valid_from: Option<Timestamp>,
    },
    #[strum_discriminants(strum(props(status = 403)))]
    StudioSuspended,
    #[strum_discriminants(strum(props(status = 403)))]
    OfficeSuspended,
    #[strum_discriminants(strum(props(status = 403)))]
    DeviceIsAuditors,
    #[strum_discriminants(strum(props(status = 403)))]
    AuditorsOnly,
    #[strum_discriminants(strum(props(status = 429, retry_after = 5, close = true)))]
    TooManyConnections,
    #[strum_discriminants(strum(props(status = 429)))]
    TooManyRequests {
        #[serde(skip)]
        wait: Duration,
    },
    // Deposits
    #[strum_discriminants(strum(props(status = 409, group = "deposits", retry_after = 1)))]
    DepositInProgress,
    #[strum_discriminants(strum(props(status = 422)))]
    DigestMismatch { announced: Sha256Digest, received: Sha256Digest },
    #[strum_discriminants(strum(props(status = 422)))]
    IdempotencyKeyReused,
    #[strum_discriminants(strum(props(status = 422)))]
    PhotoRefused {
        // In the caller's language, so `Problem::render` adds them.
        #[serde(skip)]
        findings: Vec<Finding>,
    },
    #[strum_discriminants(strum(props(status = 404)))]
    PhotoUnknown,
    #[strum_discriminants(strum(props(status = 409)))]
    PhotoLeased { lease_until: Timestamp },
    #[strum_discriminants(strum(props(status = 409)))]
    PhotoKept { kept_until: Timestamp },
    // Collections
    #[strum_discriminants(strum(props(status = 404, group = "collections")))]
    CodeUnknown,
    #[strum_discriminants(strum(props(status = 429)))]
    TooManyCodes {
        #[serde(skip)]
        wait: Duration,
    },
    #[strum_discriminants(strum(props(status = 409)))]
    PhotoQuarantined { held_back_since: Timestamp, held_back_because: QuarantineReason },
    #[strum_discriminants(strum(props(status = 409)))]
    PhotoLeasedElsewhere {
        lease_until: Timestamp,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        handed_over: bool,
    },
    #[strum_discriminants(strum(props(status = 410)))]
    PhotoSettled {
        outcome: PhotoState,
        settled_at: Timestamp,
        #[schema(required = true)]
        office: Option<StudioBody>,
    },
    #[strum_discriminants(strum(props(status = 410)))]
    PhotoWithdrawn { withdrawn_at: Timestamp },
    #[strum_discriminants(strum(props(status = 410)))]
    PhotoExpired { expired_at: Timestamp },
    #[strum_discriminants(strum(props(status = 404)))]
    CollectionUnknown,
    #[strum_discriminants(strum(props(status = 409)))]
    LeaseExpired { lease_until: Timestamp },
    #[strum_discriminants(strum(props(status = 409)))]
    CollectionOver { settled_at: Timestamp },
    #[strum_discriminants(strum(props(status = 409)))]
    CollectionSettled { outcome: CollectionState, settled_at: Timestamp },
    #[strum_discriminants(strum(props(status = 403)))]
    CollectionCodeRequired,
    #[strum_discriminants(strum(props(status = 422)))]
    SettlementDate {
        #[serde(serialize_with = "as_text")]
        #[schema(value_type = String, format = Date)]
        earliest: Date,
        #[serde(serialize_with = "as_text")]
        #[schema(value_type = String, format = Date)]
        latest: Date,
    },
    #[strum_discriminants(strum(props(status = 422)))]
    NoteTooLong { characters: usize, limit_characters: usize },
    // The desk
    #[strum_discriminants(strum(props(status = 403, group = "desk")))]
    FormForeign,
    // Enrolment. The device can ask again with another code only after a 401.
    #[strum_discriminants(strum(props(status = 401, group = "enrolment")))]
    EnrolmentCredentialsMissing,
    #[strum_discriminants(strum(props(status = 401)))]
    EnrolmentCodeMalformed {
        #[serde(flatten, serialize_with = "place_in_code")]
        #[schema(value_type = PlaceInCode)]
        error: CodeError,
    },
    #[strum_discriminants(strum(props(status = 401)))]
    EnrolmentCodeWrong {
        #[serde(skip_serializing_if = "Option::is_none")]
        tries_left: Option<u32>,
    },
    #[strum_discriminants(strum(props(status = 403)))]
    EnrolmentCodeExpired { expired_at: Timestamp },
    #[strum_discriminants(strum(props(status = 403)))]
    EnrolmentCodeSpent,
    #[strum_discriminants(strum(props(status = 403)))]
    EnrolmentCodeExhausted,
    #[strum_discriminants(strum(props(status = 403)))]
    EnrolmentCodeWithdrawn,
    #[strum_discriminants(strum(props(status = 404)))]
    InvitationUnknown,
    #[strum_discriminants(strum(props(status = 422)))]
    RequestSignatureWrong,
    #[strum_discriminants(strum(props(status = 422)))]
    RequestSignatureUnsupported,
    #[strum_discriminants(strum(props(status = 422)))]
    KeyTooWeak {
        #[serde(skip)]
        error: KeyError,
    },
    #[strum_discriminants(strum(props(status = 422)))]
    KeyReused,
    #[strum_discriminants(strum(props(status = 422)))]
    RequestSubjectForeign {
        #[serde(skip)]
        own: Option<Box<ClientSubject>>,
    },
    #[strum_discriminants(strum(props(status = 403)))]
    CertificateForeign,
    #[strum_discriminants(strum(props(status = 403)))]
    CertificateSuperseded { newer_used_at: Timestamp },
    #[strum(serialize = "certificate-superseded")]
    #[strum_discriminants(strum(serialize = "certificate-superseded", props(status = 403)))]
    CertificateEnded {
        #[serde(skip_serializing_if = "Option::is_none")]
        newer_used_at: Option<Timestamp>,
    },
    #[strum_discriminants(strum(props(status = 429)))]
    RenewalTooSoon {
        #[serde(skip)]
        wait: Duration,
    },
    #[strum_discriminants(strum(props(status = 503)))]
    EnrolmentUnavailable {
        #[serde(skip)]
        role: Option<Role>,
    },
    // The audit log
    #[strum_discriminants(strum(props(status = 404, group = "audit-log")))]
    CheckpointUnknown,
    // The gateway
    #[strum_discriminants(strum(props(status = 500, group = "gateway")))]
    PhotoDamaged,
    #[strum_discriminants(strum(props(status = 500)))]
    Internal,
    #[strum_discriminants(strum(props(status = 503, retry_after = 1)))]
    GatewayBusy,
    #[strum_discriminants(strum(props(status = 503, retry_after = 5)))]
    StorageUnavailable,
    #[strum_discriminants(strum(props(status = 503, retry_after = 60)))]
    RevocationListMissing,
}

/// Members about a field that does not fit the interface.
#[derive(utoipa::ToSchema)]
struct MisfitMembers {
    /// Name of the field, parameter or header.
    #[allow(dead_code, reason = "describes what `MalformedReason::members` writes")]
    field: Option<String>,
    /// Values or names that the gateway accepts in its place.
    #[allow(dead_code, reason = "describes what `MalformedReason::members` writes")]
    allowed: Option<Vec<String>>,
}

/// Members about the place of a typo, as far as it is known.
#[derive(utoipa::ToSchema)]
struct PlaceInCode {
    /// Group of the code, counted from 1.
    #[allow(dead_code, reason = "describes what `place_in_code` writes")]
    group: Option<usize>,
    /// Symbol of the group, counted from 1.
    #[allow(dead_code, reason = "describes what `place_in_code` writes")]
    position: Option<usize>,
}

fn place_in_code<S: Serializer>(error: &CodeError, serializer: S) -> Result<S::Ok, S::Error> {
    let position = match error {
        CodeError::UnknownCharacter { place: Some(SymbolPosition { position, .. }), .. } => Some(*position),
        _ => None,
    };
    let members = [("group", error.group()), ("position", position)];
    serializer.collect_map(members.into_iter().filter_map(|(name, number)| Some((name, number?))))
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl Problem {
    /// A name that comes after the type where the same problem has several texts: `photo-leased-elsewhere-handed-over`.
    pub(super) fn case(&self) -> Option<String> {
        let case = match self {
            Self::RequestMalformed { reason } => reason.name(),
            Self::CodeMalformed { error } | Self::EnrolmentCodeMalformed { error } => CodeDetail::of(*error).name,
            Self::CodeIsTest { code } if *code != TestCode::Symbol => "vendors",
            Self::KeyTooWeak { error: KeyError::RsaTooShort { .. } } => "short",
            Self::KeyTooWeak { error: KeyError::Curve } => "curve",
            Self::DeviceRevoked { revoked_at: None } => "undated",
            Self::CertificateUnusable { reason, .. } => return Some(reason.replace('_', "-")),
            Self::CertificateEnded { .. } => "ended",
            Self::EnrolmentCodeWrong { tries_left: Some(0) } => "last",
            Self::EnrolmentCodeWrong { tries_left: None } => "uncounted",
            Self::PhotoQuarantined { held_back_because: QuarantineReason::Restored, .. } => "restored",
            Self::PhotoLeasedElsewhere { handed_over: true, .. } => "handed-over",
            Self::PhotoSettled { outcome: PhotoState::Refused, .. } => "refused",
            Self::RequestSubjectForeign { own: Some(_) } => "renewal",
            _ => return None,
        };
        Some(case.to_owned())
    }

    /// The time that the texts name: `$at` in a sentence, `$until` by itself.
    pub(super) const fn time(&self) -> Option<Timestamp> {
        match self {
            Self::PhotoLeased { lease_until: time }
            | Self::PhotoLeasedElsewhere { lease_until: time, .. }
            | Self::LeaseExpired { lease_until: time }
            | Self::PhotoKept { kept_until: time }
            | Self::PhotoSettled { settled_at: time, .. }
            | Self::CollectionOver { settled_at: time }
            | Self::CollectionSettled { settled_at: time, .. }
            | Self::PhotoWithdrawn { withdrawn_at: time }
            | Self::PhotoExpired { expired_at: time }
            | Self::CertificateExpired { expired_at: time }
            | Self::EnrolmentCodeExpired { expired_at: time }
            | Self::CertificateSuperseded { newer_used_at: time } => Some(*time),
            Self::DeviceRevoked { revoked_at: time } | Self::CertificateUnusable { valid_from: time, .. } => *time,
            _ => None,
        }
    }

    /// The other values that the texts name.
    pub(super) fn values(&self, language: Language) -> Vec<(&'static str, FluentValue<'static>)> {
        match self {
            Self::RequestMalformed { reason } => reason.values(language),
            Self::CodeMalformed { error } => CodeDetail::of(*error).values_for("code-malformed", language),
            Self::EnrolmentCodeMalformed { error } => {
                CodeDetail::of(*error).values_for("enrolment-code-malformed", language)
            }
            Self::PhotoSubjectUnknown { allowed } | Self::PhotoExceptionUnknown { allowed } => {
                vec![("names", names(allowed, language).into())]
            }
            Self::PhotoTooLarge { limit_bytes } | Self::RequestTooLarge { limit_bytes } => {
                vec![("limit", (*limit_bytes).into())]
            }
            Self::FormatUnsupported { expected } => vec![("expected", (*expected).into())],
            Self::TooManyRequests { wait } | Self::TooManyCodes { wait } | Self::RenewalTooSoon { wait } => {
                let seconds = whole_seconds(*wait);
                vec![("seconds", seconds.into()), ("minutes", seconds.div_ceil(60).into())]
            }
            Self::PhotoRefused { findings } => vec![("count", findings.len().into())],
            Self::PhotoKept { kept_until } => vec![("day", last_day(*kept_until, language).into())],
            Self::PhotoSettled { office: Some(StudioBody { name, place }), .. } => {
                let office = text!(language, "problem-photo-settled.by", name = name.clone(), place = place.clone());
                vec![("by", format!(" {office}").into())]
            }
            Self::PhotoSettled { office: None, .. } => vec![("by", "".into())],
            Self::CollectionSettled { outcome, .. } => vec![
                ("outcome", outcome.to_string().into()),
                ("state", text!(language, format!("desk-state-{outcome}")).into()),
            ],
            Self::SettlementDate { earliest, latest } => {
                vec![("earliest", date(*earliest, language).into()), ("latest", date(*latest, language).into())]
            }
            Self::NoteTooLong { characters, limit_characters } => {
                vec![("characters", (*characters).into()), ("limit", (*limit_characters).into())]
            }
            Self::EnrolmentCodeWrong { tries_left: Some(tries_left) } => vec![("tries", (*tries_left).into())],
            Self::KeyTooWeak { error: KeyError::RsaTooShort { bits } } => {
                vec![("bits", (*bits).into()), ("minimum", RSA_MINIMUM_BITS.into())]
            }
            Self::KeyTooWeak { .. } => vec![("minimum", RSA_MINIMUM_BITS.into())],
            Self::RequestSubjectForeign { own: Some(own) } => {
                let ClientSubject { role, party_id, device_id } = **own;
                let subject = format!("O={party_id}, OU={role}, serialNumber={device_id}, CN=…");
                vec![("subject", subject.into()), ("device", device_id.to_string().into())]
            }
            Self::EnrolmentUnavailable { role } => {
                let file = role.map_or("…".to_owned(), |role| format!("{role}_ca_key"));
                vec![("file", file.into())]
            }
            _ => Vec::new(),
        }
    }
}

/// A wait in whole seconds, at least one.
pub(super) fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
}
