//! Findings of the photo check, as the desk and the studio pages list them.

use maud::{Markup, html};

use crate::domain::check::finding::Severity;
use crate::domain::check::terms::in_words;
use crate::report::photo_section::place_text;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::finding::FindingBody;

/// Sign in the place of a value that a finding does not have.
const NOTHING: &str = "-";

/// Shows the measured value and the required limit of a finding, if there are any.
pub(in crate::pages) fn measured(finding: &FindingBody, language: Language) -> Markup {
    html! {
        span.measured {
            @if finding.measured != NOTHING { bdi { (finding.measured) } " " }
            @if finding.limit != NOTHING {
                "(" (text!(language, "page-limit")) " " bdi { (in_words(&finding.limit, language)) } ")"
            }
        }
    }
}

/// Findings with what the photographer can do about each.
pub(in crate::pages) fn finding_list(findings: &[FindingBody], language: Language) -> Markup {
    html! {
        ul.findings {
            @for finding in findings {
                li data-severity=(severity_name(finding.severity)) {
                    strong { (finding.check.label(language)) } " "
                    span.severity { (severity_text(finding.severity, language)) } " "
                    (measured(finding, language))
                    @if let Some(place) = finding.made_at { " " span.quiet { (place_text(place, language)) } }
                    p { (finding.message) " " (finding.hint) }
                }
            }
        }
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Refuse => "refuse",
        Severity::Advise => "advise",
    }
}

fn severity_text(severity: Severity, language: Language) -> String {
    match severity {
        Severity::Refuse => text!(language, "paper-report-photo.refusal"),
        Severity::Advise => text!(language, "paper-report-photo.advice"),
    }
}
