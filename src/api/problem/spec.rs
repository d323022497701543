//! One row per problem: its variant, whose name in kebab case is the `type` that other programs see, and its HTTP status.
//!
//! The fields of a variant become members of the body (RFC 9457 section 3.2). Title and detail are in `problems.ftl`, under the type.

use std::fmt::Display;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use strum::{EnumDiscriminants, EnumProperty, IntoStaticStr, VariantArray, VariantNames};

use super::request_errors::MalformedReason;
use crate::clock::Timestamp;
use crate::domain::check::finding::Finding;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::code::test_code::TestCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::party::Role;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::quarantine::QuarantineReason;
use crate::identity::issue::ClientSubject;
use crate::identity::public_key::KeyError;
use crate::wire::collection::StudioBody;
#[cfg(doc)]
use crate::wire::problem::RepeatAdvice;

/// A problem, with the facts about it that the caller is entitled to know.
///
/// `retry_after` is in seconds. `close` ends the connection, because the gateway would have to read the rest of a body that it does not use.
/// `repeat` is `now` or `later` where the same request can succeed ([`RepeatAdvice`]), otherwise it is `never`. `group` begins a group in the
/// list of all types (`problem-group-GROUP`).
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
    #[strum_discriminants(strum(props(status = 408, repeat = "now", close = true)))]
    UploadTooSlow,
    #[strum_discriminants(strum(props(status = 400, repeat = "now")))]
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
    #[strum_discriminants(strum(props(status = 403, repeat = "later")))]
    StudioSuspended,
    #[strum_discriminants(strum(props(status = 403, repeat = "later")))]
    OfficeSuspended,
    #[strum_discriminants(strum(props(status = 403)))]
    DeviceIsAuditors,
    #[strum_discriminants(strum(props(status = 403)))]
    AuditorsOnly,
    #[strum_discriminants(strum(props(status = 429, repeat = "now", retry_after = 5, close = true)))]
    TooManyConnections,
    #[strum_discriminants(strum(props(status = 429, repeat = "now")))]
    TooManyRequests {
        #[serde(skip)]
        wait: Duration,
    },
    // Deposits
    #[strum_discriminants(strum(props(status = 409, repeat = "now", group = "deposits", retry_after = 1)))]
    DepositInProgress,
    #[strum_discriminants(strum(props(status = 422, repeat = "later")))]
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
    #[strum_discriminants(strum(props(status = 409, repeat = "later")))]
    PhotoLeased { lease_until: Timestamp },
    #[strum_discriminants(strum(props(status = 409)))]
    PhotoKept { kept_until: Timestamp },
    // Collections
    #[strum_discriminants(strum(props(status = 404, group = "collections")))]
    CodeUnknown,
    /// The code is not that of the collection whose photo is fetched.
    #[strum(serialize = "code-unknown")]
    #[strum_discriminants(strum(serialize = "code-unknown", props(status = 404)))]
    CodeOfAnotherCollection,
    #[strum_discriminants(strum(props(status = 429, repeat = "later")))]
    TooManyCodes {
        #[serde(skip)]
        wait: Duration,
    },
    #[strum_discriminants(strum(props(status = 409, repeat = "later")))]
    PhotoQuarantined { held_back_since: Timestamp, held_back_because: QuarantineReason },
    #[strum_discriminants(strum(props(status = 409, repeat = "later")))]
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
    #[strum_discriminants(strum(props(status = 429, repeat = "later")))]
    RenewalTooSoon {
        #[serde(skip)]
        wait: Duration,
    },
    #[strum_discriminants(strum(props(status = 503, repeat = "later")))]
    EnrolmentUnavailable {
        #[serde(skip)]
        role: Option<Role>,
    },
    // The audit log
    #[strum_discriminants(strum(props(status = 404, group = "audit-log")))]
    CheckpointUnknown,
    // The gateway
    #[strum_discriminants(strum(props(status = 500, repeat = "later", group = "gateway")))]
    PhotoDamaged,
    #[strum_discriminants(strum(props(status = 500, repeat = "now")))]
    Internal,
    #[strum_discriminants(strum(props(status = 503, repeat = "now", retry_after = 1)))]
    GatewayBusy,
    #[strum_discriminants(strum(props(status = 503, repeat = "now", retry_after = 5)))]
    StorageUnavailable,
    #[strum_discriminants(strum(props(status = 503, repeat = "now", retry_after = 60)))]
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
