//! A receipt and findings for people.

use std::fmt::Write;

use crate::clock::Timestamp;
use crate::domain::check::finding::Severity;
use crate::domain::check::terms::in_words;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::domain::local_time;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;

/// The receipt for the studio's staff. The code is the first line.
pub fn for_people(receipt: &ReceiptBody, language: Language) -> String {
    // The code is shown in groups, even if the gateway wrote it without.
    let code = RetrievalCode::parse(&receipt.code).map_or_else(|_| receipt.code.clone(), |code| code.reveal());
    let findings: Vec<_> =
        receipt.findings.iter().map(|finding| finding_text(&finding.into(), String::new(), language)).collect();
    let text = text!(
        language,
        "studio-receipt",
        code = code,
        until = last_day(receipt.expires_at, language),
        number = receipt.photo_id.short(),
        width = receipt.width,
        height = receipt.height,
        bytes = receipt.bytes,
        profile = &receipt.profile,
        findings = match findings.is_empty() {
            true => text!(language, "studio-no-findings"),
            false => findings.join("\n"),
        },
    );
    escaped_lines(&text).into_owned()
}

/// A finding in the words of a gateway, which may be newer than this program.
pub struct ShownFinding<'a> {
    /// `None` if this program does not know the severity.
    pub severity: Option<Severity>,
    pub message: &'a str,
    /// With its unit.
    pub measured: &'a str,
    /// With its unit.
    pub limit: &'a str,
    /// May be empty.
    pub hint: &'a str,
}

impl<'a> From<&'a FindingBody> for ShownFinding<'a> {
    fn from(finding: &'a FindingBody) -> Self {
        let FindingBody { severity, message, measured, limit, hint, .. } = finding;
        Self { severity: Some(*severity), message, measured, limit, hint }
    }
}

/// One paragraph for each finding: its severity, the message with its numbers, and the hint. Refusals come first.
pub fn findings_for_people<'a>(
    findings: impl IntoIterator<Item = impl Into<ShownFinding<'a>>>,
    language: Language,
) -> String {
    let mut findings: Vec<ShownFinding<'a>> = findings.into_iter().map(Into::into).collect();
    findings.sort_by_key(|finding| finding.severity == Some(Severity::Advise));
    let text = |finding: &ShownFinding<'_>| {
        let mark = match finding.severity {
            Some(Severity::Refuse) => text!(language, "studio-refusal"),
            Some(Severity::Advise) => text!(language, "studio-advice"),
            None => String::new(),
        };
        finding_text(finding, mark, language)
    };
    findings.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn finding_text(finding: &ShownFinding<'_>, mark: String, language: Language) -> String {
    let ShownFinding { message, measured, limit, hint, .. } = finding;
    let [message, measured, hint] = [message, measured, hint].map(|text| escaped(text));
    let limit = in_words(limit, language);
    let limit = escaped(&limit);
    let mut text =
        text!(language, "studio-finding", mark = mark, message = message, measured = measured, limit = limit);
    if !hint.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n    {hint}");
    }
    text
}

/// Date and time to the minute, in local time.
pub fn moment(at: Timestamp, language: Language) -> String {
    local_time::date_and_time(at, language)
}

/// The last whole day, which the citizen receipt and the desk show too.
pub fn last_day(end: Timestamp, language: Language) -> String {
    local_time::last_day(end, language)
}
