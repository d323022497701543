//! A receipt and findings for people.

use std::fmt::Write;
use std::path::Path;

use crate::clock::Timestamp;
use crate::domain::check::finding::Severity;
use crate::domain::check::terms::in_words;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::domain::local_time;
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;

/// The receipt as the photographer sees it, the code first and alone in its line.
pub fn for_people(receipt: &ReceiptBody, language: Language) -> String {
    // It was parsed when it arrived; shown in groups, however the gateway wrote it.
    let code = RetrievalCode::parse(&receipt.code).map_or_else(|_| receipt.code.clone(), |code| code.reveal());
    let findings = if receipt.findings.is_empty() {
        language.pick("  keine", "  none").to_owned()
    } else {
        // They stand below a heading that says what they are.
        receipt
            .findings
            .iter()
            .map(|finding| finding_text(&finding.into(), "", language))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let ReceiptBody { photo_id, width, height, bytes, profile, .. } = receipt;
    let (until, number) = (last_day(receipt.expires_at, language), photo_id.short());
    let text = language.pick(
        format!(
            "Abrufcode:   {code}\n\nGültig bis:  einschließlich {until}\nFoto-Nr.:    {number}\nBild:        {width} x {height} Pixel, {bytes} Byte, \
             geprüft nach {profile}\nHinweise:\n{findings}"
        ),
        format!(
            "Code:        {code}\n\nValid until: {until}, inclusive\nPhoto no.:   {number}\nPicture:     {width} x {height} pixels, {bytes} bytes, \
             judged by {profile}\nAdvice:\n{findings}"
        ),
    );
    escaped_lines(&text).into_owned()
}

/// Finding as it is shown, with the words of a gateway that may be newer.
pub struct ShownFinding<'a> {
    /// `refuse` or `advise`; `None` if neither.
    pub severity: Option<Severity>,
    /// Description of the fault.
    pub message: &'a str,
    /// Measured value with its unit.
    pub measured: &'a str,
    /// Limit with its unit.
    pub limit: &'a str,
    /// Instruction; may be empty.
    pub hint: &'a str,
}

impl<'a> From<&'a FindingBody> for ShownFinding<'a> {
    fn from(finding: &'a FindingBody) -> Self {
        let FindingBody { severity, message, measured, limit, hint, .. } = finding;
        Self { severity: Some(*severity), message, measured, limit, hint }
    }
}

/// One finding a paragraph: refusal or advice, what is wrong with its numbers, then what to do. Refusals come first.
pub fn findings_for_people<'a>(
    findings: impl IntoIterator<Item = impl Into<ShownFinding<'a>>>,
    language: Language,
) -> String {
    let mut findings: Vec<ShownFinding<'a>> = findings.into_iter().map(Into::into).collect();
    findings.sort_by_key(|finding| finding.severity == Some(Severity::Advise));
    let text = |finding: &ShownFinding<'_>| {
        let mark = match finding.severity {
            Some(Severity::Refuse) => language.pick("Ablehnung: ", "Refusal: "),
            Some(Severity::Advise) => language.pick("Hinweis: ", "Advice: "),
            None => "",
        };
        finding_text(finding, mark, language)
    };
    findings.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn finding_text(finding: &ShownFinding<'_>, mark: &str, language: Language) -> String {
    let ShownFinding { message, measured, limit, hint, .. } = finding;
    let [message, measured, hint] = [message, measured, hint].map(|text| escaped(text));
    let limit = in_words(limit, language);
    let limit = escaped(&limit);
    let mut text = language.pick(
        format!("  - {mark}{message} (gemessen: {measured}; verlangt: {limit})"),
        format!("  - {mark}{message} (measured: {measured}; asked for: {limit})"),
    );
    if !hint.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n    {hint}");
    }
    text
}

/// A file's name or path on one line. Whoever exports a photo chooses its name, and on Unix that may hold line ends: they must
/// not make a second line that looks like a result or a report.
pub fn on_one_line(path: impl AsRef<Path>) -> String {
    escaped(&path.as_ref().display().to_string()).into_owned()
}

/// To the minute, in local time.
pub fn moment(at: Timestamp, language: Language) -> String {
    local_time::date_and_time(at, language)
}

/// The last whole day, as the citizen's receipt and the desk name it.
pub fn last_day(end: Timestamp, language: Language) -> String {
    local_time::last_day(end, language)
}
