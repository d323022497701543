//! A receipt and findings for people.

use std::fmt::Write;
use std::path::Path;

use crate::clock::Timestamp;
use crate::domain::check::terms::in_words;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::domain::language::Language;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;

/// The receipt as the photographer sees it, the code first and alone in its line.
pub fn for_people(receipt: &ReceiptBody, language: Language) -> String {
    // It was parsed when it arrived; shown in groups, however the gateway wrote it.
    let code = RetrievalCode::parse(&receipt.code).map_or_else(|_| receipt.code.clone(), |code| code.reveal());
    let findings = if receipt.findings.is_empty() {
        language.pick("  keine", "  none").to_owned()
    } else {
        findings_for_people(&receipt.findings, language)
    };
    let ReceiptBody { photo_id, width, height, bytes, profile, .. } = receipt;
    let until = moment(receipt.expires_at, language);
    let text = language.pick(
        format!(
            "Abrufcode:   {code}\n\nGültig bis:  {until}\nFoto:        {photo_id}\nBild:        {width} x {height} Pixel, {bytes} Byte, \
             geprüft nach {profile}\nHinweise:\n{findings}"
        ),
        format!(
            "Code:        {code}\n\nValid until: {until}\nPhoto:       {photo_id}\nPicture:     {width} x {height} pixels, {bytes} bytes, \
             judged by {profile}\nAdvice:\n{findings}"
        ),
    );
    escaped_lines(&text).into_owned()
}

/// One finding a paragraph: what is wrong with its numbers, then what to do.
pub fn findings_for_people(findings: &[FindingBody], language: Language) -> String {
    let mut text = String::new();
    for finding in findings {
        if !text.is_empty() {
            text.push('\n');
        }
        let [message, measured, hint] = [&finding.message, &finding.measured, &finding.hint].map(|text| escaped(text));
        let limit = in_words(&finding.limit, language);
        let limit = escaped(&limit);
        // Writing to a String cannot fail.
        let _ = match language {
            Language::German => write!(text, "  - {message} (gemessen: {measured}; verlangt: {limit})"),
            Language::English => write!(text, "  - {message} (measured: {measured}; asked for: {limit})"),
        };
        if !hint.is_empty() {
            let _ = write!(text, "\n    {hint}");
        }
    }
    text
}

/// A file's name or path on one line. Whoever exports a photo chooses its name, and on Unix that may hold line ends: they must
/// not make a second line that looks like a result or a report.
pub fn on_one_line(path: impl AsRef<Path>) -> String {
    escaped(&path.as_ref().display().to_string()).into_owned()
}

/// To the minute, in UTC: the studio's time zone is not read.
pub fn moment(at: Timestamp, language: Language) -> String {
    let utc = at.to_utc();
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    let (hour, minute) = (utc.hour(), utc.minute());
    language.pick(
        format!("{day:02}.{month:02}.{year}, {hour:02}:{minute:02} Uhr UTC"),
        format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC"),
    )
}
