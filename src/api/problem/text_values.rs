//! Values of a problem that its texts name, and the name of its case where one type has several texts.

use std::time::Duration;

use super::request_errors::{CodeDetail, names};
use super::spec::Problem;
use crate::clock::Timestamp;
use crate::domain::check::finding::Severity;
use crate::domain::code::test_code::TestCode;
use crate::domain::local_time::{date, last_day};
use crate::domain::photo::PhotoState;
use crate::domain::photo::quarantine::QuarantineReason;
use crate::identity::issue::ClientSubject;
use crate::identity::public_key::{KeyError, RSA_MINIMUM_BITS};
use crate::texts::language::Language;
use crate::texts::{FluentValue, text};
use crate::wire::collection::StudioBody;

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
            Self::CodeOfAnotherCollection => "collection",
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
            Self::PhotoTooLarge { limit_bytes } => {
                vec![("limit", (*limit_bytes).into()), ("megabytes", (limit_bytes / 1_000_000).into())]
            }
            Self::RequestTooLarge { limit_bytes } => vec![("limit", (*limit_bytes).into())],
            Self::FormatUnsupported { expected } => vec![("expected", (*expected).into())],
            Self::TooManyRequests { wait } | Self::TooManyCodes { wait } | Self::RenewalTooSoon { wait } => {
                let seconds = whole_seconds(*wait);
                vec![("seconds", seconds.into()), ("minutes", seconds.div_ceil(60).into())]
            }
            Self::PhotoRefused { findings } => {
                let (defects, remarks): (Vec<_>, Vec<_>) =
                    findings.iter().partition(|finding| finding.severity == Severity::Refuse);
                let defects: Vec<_> = defects.iter().map(|finding| finding.message(language)).collect();
                vec![("defects", defects.join(" ").into()), ("remarks", remarks.len().into())]
            }
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
