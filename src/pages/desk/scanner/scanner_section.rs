//! The scanner section of the self-test: the symbol to scan, the input field, and the diagnosis.

use std::time::Duration;

use maud::{Markup, html};
use serde::Deserialize;

use super::scan_diagnosis::{
    Keystroke, SCAN_MAX_CHARACTERS, ScanFinding, ScanSeverity, ScannerInput, bare, diagnose, split_symbology,
    test_code_symbols,
};
use super::scan_texts::{finding_texts, key_name, summary};
use super::test_symbol::test_symbol;
use crate::api::Problem;
use crate::domain::display_text::is_displayable;
use crate::pages::desk::clerk::Clerk;
use crate::pages::frame::elements::{csrf_field, mark};
use crate::texts::language::Language;
use crate::texts::text;

/// Number of received characters that the page shows.
const SHOWN_CHARACTERS: usize = 80;

/// Fields of the posted form. The script adds the keys that write no character, and the duration.
#[derive(Deserialize)]
pub struct ScanForm {
    #[serde(default)]
    scan: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    milliseconds: String,
    #[serde(default)]
    by: String,
}

impl ScanForm {
    fn scan(&self) -> ScannerInput<'_> {
        let mut after = Keystroke::parse_all(&self.after);
        // Without a script, Enter presses the form's first button, which is hidden.
        if after.is_empty() && self.by == "enter" {
            after.push(Keystroke::Enter);
        }
        let duration = self.milliseconds.parse().ok().map(Duration::from_millis);
        ScannerInput { before: Keystroke::parse_all(&self.before), text: &self.scan, after, duration }
    }
}

/// Shows the symbol, the input field, and the last scan.
///
/// # Errors
/// [`Problem::Internal`] if the symbol cannot be encoded.
pub(in crate::pages) fn scanner_section(clerk: &Clerk, scanned: Option<&ScanForm>) -> Result<Markup, Problem> {
    let language = clerk.language;
    Ok(html! {
        h2 { (text!(language, "desk-scanner")) }
        div.scan-test {
            (test_symbol(language)?)
            div {
                p { (text!(language, "desk-scanner-hint")) " " button.plain #print type="button" hidden { (text!(language, "desk-print-symbol")) } }
                form #scan-form method="post" action="/desk/self-test" autocomplete="off" novalidate {
                    (csrf_field(&clerk.csrf_token))
                    button type="submit" name="by" value="enter" tabindex="-1" hidden { "Enter" }
                    input #before type="hidden" name="before";
                    input #after type="hidden" name="after";
                    input #milliseconds type="hidden" name="milliseconds";
                    label for="scan" { (text!(language, "desk-scan-here")) }
                    div.code-row {
                        input #scan name="scan" type="text" maxlength=(SCAN_MAX_CHARACTERS) autocomplete="off" spellcheck="false" autofocus
                            aria-describedby=[scanned.map(|_| "verdict")];
                        button.primary #examine type="submit" name="by" value="button" { (text!(language, "desk-examine")) }
                    }
                }
            }
        }
        @if let Some(scanned) = scanned { (result(&scanned.scan(), language)) }
        @else {
            div #received.received { p.quiet { (text!(language, "desk-nothing-scanned")) } }
        }
    })
}

fn result(scan: &ScannerInput<'_>, language: Language) -> Markup {
    let findings = diagnose(scan);
    let severity = findings.iter().map(ScanFinding::severity).max().unwrap_or(ScanSeverity::Fault);
    html! {
        div #received.received data-verdict=(severity.name()) {
            h3 #verdict { (severity_mark(severity, language)) (summary(&findings, language)) }
            // The page must not show a code that may belong to a person.
            @if !findings.contains(&ScanFinding::AnotherCode) { (keys(scan, &findings, language)) }
            ul.scan-findings {
                @for finding in &findings {
                    @let (explanation, to_do) = finding_texts(finding, language);
                    li data-finding=(finding.severity().name()) {
                        (severity_mark(finding.severity(), language)) (explanation)
                        @if let Some(to_do) = to_do { " " strong { (to_do) } }
                    }
                }
            }
            @if let Some(duration) = scan.duration.filter(|_| !scan.text.is_empty()) {
                @let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                p.quiet { (text!(language, "desk-scan-duration", milliseconds = milliseconds)) }
            }
        }
    }
}

/// Shows the input key by key and marks wrong characters.
fn keys(scan: &ScannerInput<'_>, findings: &[ScanFinding], language: Language) -> Markup {
    let (before, text, after) = bare(scan);
    let (symbology, rest) = split_symbology(text);
    let comparable = rest.chars().count() == test_code_symbols().count();
    // Unrecognized text may contain most of a person's code.
    let is_unrecognized =
        findings.iter().any(|finding| matches!(finding, ScanFinding::Unrecognized | ScanFinding::Foreign(_)));
    let shown = |character: char| if is_unrecognized && character.is_alphanumeric() { '•' } else { shown(character) };
    html! {
        p.keys {
            @for key in before { kbd.around { (key_name(key, language)) } }
            @if let Some(symbology) = symbology { kbd.around { (symbology) } }
            @for (character, expected) in rest.chars().zip(test_code_symbols().map(Some).chain(std::iter::repeat(None))).take(SHOWN_CHARACTERS) {
                kbd.wrong[comparable && Some(character) != expected] { (shown(character)) }
            }
            @for key in after { kbd.around { (key_name(key, language)) } }
        }
    }
}

/// Makes spaces and invisible characters visible.
fn shown(character: char) -> char {
    match character {
        ' ' => '␣',
        other if !is_displayable(other) => '�',
        other => other,
    }
}

/// A sign before a sentence, with a word for screen readers.
pub(in crate::pages) fn severity_mark(severity: ScanSeverity, language: Language) -> Markup {
    let sign = match severity {
        ScanSeverity::Good => "✓",
        ScanSeverity::Advice => "!",
        ScanSeverity::Fault => "✕",
    };
    mark(sign, severity.name(), language)
}
