use std::collections::BTreeSet;
use std::time::Duration;

use strum::{VariantArray, VariantNames};

use super::misfit::{Misfit, MisfitError};
use super::*;
use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{CodeError, SymbolPosition};
use crate::domain::code::test_code::TestCode;
use crate::domain::display_text::HiddenCharacter;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::declaration::{Exception, Subject};
use crate::domain::photo::quarantine::QuarantineReason;
use crate::identity::public_key::KeyError;
use crate::wire::collection::StudioBody;

const TIME: Timestamp = Timestamp::from_unix_milliseconds(1_800_000_000_000);

/// Types that explain each case by itself, so that they have no detail of their own.
const WITH_CASES_ONLY: [&str; 4] =
    ["request-malformed", "code-malformed", "enrolment-code-malformed", "certificate-unusable"];

/// Formats all texts of `problem` in both languages; a text or a value that is missing panics in `format_text`.
fn assert_complete(problem: &Problem) {
    for language in [Language::German, Language::English] {
        assert_ne!(problem.title(language), "", "{problem:?}");
        assert_ne!(problem.detail(language), "", "{problem:?}");
        let at_desk = problem.at_desk(language, TIME);
        assert!(!at_desk.title.is_empty() && !at_desk.explanation.is_empty(), "{problem:?}");
    }
}

#[test]
fn every_problem_type_has_a_title_and_a_detail_in_both_languages() {
    for kind in Problem::VARIANTS {
        assert!(has_text(&format!("problem-{kind}.title")), "{kind}");
        assert!(has_text(&format!("problem-{kind}.detail")) != WITH_CASES_ONLY.contains(kind), "{kind}");
    }
}

#[test]
fn every_problem_type_has_a_cause_and_a_remedy_in_both_languages() {
    for kind in Problem::VARIANTS {
        for attribute in ["cause", "remedy"] {
            assert!(has_text(&format!("problem-{kind}.{attribute}")), "{kind}: {attribute}");
        }
    }
}

#[test]
fn every_row_has_a_status_of_an_error_and_belongs_to_a_group() {
    for row in ProblemRow::VARIANTS {
        assert!(row.get_int("status").is_some_and(|status| (400..600).contains(&status)), "{row:?}");
    }
    let groups = help::ProblemGroup::all();
    let grouped: Vec<&str> = groups.iter().flat_map(|group| &group.problems).map(|help| help.kind()).collect();
    let types: BTreeSet<&str> = Problem::VARIANTS.iter().copied().collect();
    assert_eq!((grouped.len(), grouped.iter().copied().collect()), (types.len(), types), "each type once");
    for language in [Language::German, Language::English] {
        assert!(groups.iter().all(|group| !group.title(language).is_empty()));
    }
}

#[test]
fn every_error_in_a_code_is_explained_in_both_languages() {
    let place = Some(SymbolPosition { group: 1, position: 2 });
    for error in [
        CodeError::Length { symbols: 0 },
        CodeError::Length { symbols: 19 },
        CodeError::GroupLength { group: 1, symbols: 4 },
        CodeError::UnknownCharacter { character: 'U', place },
        CodeError::UnknownCharacter { character: 'U', place: None },
        CodeError::SwappedLayout,
        CodeError::CheckSymbol,
        CodeError::Keyboard(KeyboardFault::HyphenAsEszett),
        CodeError::Keyboard(KeyboardFault::ShiftLock),
        CodeError::Keyboard(KeyboardFault::French),
        CodeError::Foreign(ForeignContent::CloudPhoto),
        CodeError::Foreign(ForeignContent::WebAddress),
        CodeError::Foreign(ForeignContent::ArticleNumber),
        CodeError::Foreign(ForeignContent::Other { characters: 70 }),
    ] {
        assert_complete(&Problem::CodeMalformed { error });
        assert_complete(&Problem::EnrolmentCodeMalformed { error });
    }
}

#[test]
fn every_reason_of_a_malformed_request_is_explained_in_both_languages() {
    for reason in [
        MalformedReason::Host,
        MalformedReason::TruncatedJson,
        MalformedReason::InvalidJson { line: 1, column: 2 },
        MalformedReason::NoObject,
        MalformedReason::Field,
        MalformedReason::Query { allowed: &["after", "limit"] },
        MalformedReason::Date,
        MalformedReason::Note { hidden: HiddenCharacter { character: '\u{202e}', position: 1 } },
        MalformedReason::NoteWithCode,
        MalformedReason::CertificateRequest,
        MalformedReason::Hexadecimal { field: "nonce" },
    ] {
        assert_complete(&Problem::RequestMalformed { reason });
    }
}

#[test]
fn every_misfit_of_a_field_is_explained_in_both_languages() {
    for misfit in [Misfit::Missing, Misfit::Unknown, Misfit::Repeated, Misfit::Value] {
        for field in [None, Some("outcome")] {
            for allowed in [&[][..], &["used"], &["used", "kept"]] {
                let misfit = MisfitError { field, misfit, allowed };
                for reason in [MalformedReason::JsonField(misfit), MalformedReason::QueryField(misfit)] {
                    assert_complete(&Problem::RequestMalformed { reason });
                }
            }
        }
    }
}

#[test]
fn every_text_of_a_problem_gets_its_values() {
    let wait = Duration::from_secs(90);
    let (earliest, latest) = (TIME.to_utc().date(), TIME.to_utc().date());
    let settled = |outcome, office| Problem::PhotoSettled { outcome, settled_at: TIME, office };
    let quarantined = |held_back_because| Problem::PhotoQuarantined { held_back_since: TIME, held_back_because };
    for problem in [
        Problem::CodeIsTest { code: TestCode::Symbol },
        Problem::CodeIsTest { code: TestCode::Used },
        Problem::PhotoSubjectUnknown { allowed: Subject::VARIANTS },
        Problem::PhotoExceptionUnknown { allowed: Exception::declarable() },
        Problem::PhotoTooLarge { limit_bytes: 1 },
        Problem::RequestTooLarge { limit_bytes: 1 },
        Problem::FormatUnsupported { expected: "image/jpeg" },
        Problem::DeviceRevoked { revoked_at: None },
        Problem::DeviceRevoked { revoked_at: Some(TIME) },
        Problem::CertificateExpired { expired_at: TIME },
        Problem::CertificateUnusable { reason: "not_yet_valid", valid_from: Some(TIME) },
        Problem::CertificateUnusable { reason: "unknown_issuer", valid_from: None },
        Problem::CertificateUnusable { reason: "wrong_purpose", valid_from: None },
        Problem::CertificateUnusable { reason: "weak_key", valid_from: None },
        Problem::CertificateUnusable { reason: "other", valid_from: None },
        Problem::TooManyRequests { wait },
        Problem::TooManyCodes { wait },
        Problem::RenewalTooSoon { wait },
        Problem::PhotoRefused { findings: Vec::new() },
        Problem::PhotoLeased { lease_until: TIME },
        Problem::PhotoKept { kept_until: TIME },
        Problem::PhotoLeasedElsewhere { lease_until: TIME, handed_over: false },
        Problem::PhotoLeasedElsewhere { lease_until: TIME, handed_over: true },
        quarantined(QuarantineReason::Restored),
        quarantined(QuarantineReason::DeviceRevoked),
        settled(PhotoState::Used, None),
        settled(PhotoState::Refused, Some(StudioBody { name: "Amt".into(), place: "Ort".into() })),
        Problem::PhotoWithdrawn { withdrawn_at: TIME },
        Problem::PhotoExpired { expired_at: TIME },
        Problem::LeaseExpired { lease_until: TIME },
        Problem::CollectionOver { settled_at: TIME },
        Problem::CollectionSettled { outcome: CollectionState::Used, settled_at: TIME },
        Problem::SettlementDate { earliest, latest },
        Problem::NoteTooLong { characters: 2, limit_characters: 1 },
        Problem::EnrolmentCodeWrong { tries_left: None },
        Problem::EnrolmentCodeWrong { tries_left: Some(0) },
        Problem::EnrolmentCodeWrong { tries_left: Some(2) },
        Problem::EnrolmentCodeExpired { expired_at: TIME },
        Problem::KeyTooWeak { error: KeyError::RsaTooShort { bits: 2048 } },
        Problem::KeyTooWeak { error: KeyError::Curve },
        Problem::KeyTooWeak { error: KeyError::Algorithm },
        Problem::RequestSubjectForeign { own: None },
        Problem::CertificateSuperseded { newer_used_at: TIME },
        Problem::CertificateEnded { newer_used_at: None },
        Problem::EnrolmentUnavailable { role: None },
    ] {
        assert_complete(&problem);
    }
}
