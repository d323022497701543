//! The scanner's part of the self-test: what to scan, where to, and what came of it.

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
use crate::pages::frame::elements::csrf_field;
use crate::texts::language::Language;

/// So much of what arrived is shown.
const SHOWN_CHARACTERS: usize = 80;

/// Fields of the posted form. Its script adds what a form cannot see: the keys that write nothing, and the time.
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
        // Without a script this is how an Enter shows: it presses the form's first button, which nobody sees.
        if after.is_empty() && self.by == "enter" {
            after.push(Keystroke::Enter);
        }
        let duration = self.milliseconds.parse().ok().map(Duration::from_millis);
        ScannerInput { before: Keystroke::parse_all(&self.before), text: &self.scan, after, duration }
    }
}

/// Symbol, field, and the last scan.
///
/// # Errors
/// [`Problem::Internal`] without a symbol.
pub(in crate::pages) fn scanner_section(clerk: &Clerk, scanned: Option<&ScanForm>) -> Result<Markup, Problem> {
    let language = clerk.language;
    Ok(html! {
        h2 { (language.pick("Scanner", "Scanner")) }
        div.scan-test {
            (test_symbol(language)?)
            div {
                p { (language.pick(
                    "Scannen Sie dieses Symbol vom Bildschirm oder, besser, von Papier: Gedruckt ist es so groß wie auf einem Beleg.",
                    "Scan this symbol from the screen or, better, from paper: in print it is as large as on a receipt.",
                )) " " button.plain #print type="button" hidden { (language.pick("Testsymbol drucken", "Print the test symbol")) } }
                form #scan-form method="post" action="/desk/self-test" autocomplete="off" novalidate {
                    (csrf_field(&clerk.csrf_token))
                    button type="submit" name="by" value="enter" tabindex="-1" hidden { "Enter" }
                    input #before type="hidden" name="before";
                    input #after type="hidden" name="after";
                    input #milliseconds type="hidden" name="milliseconds";
                    label for="scan" { (language.pick("Hierhin scannen", "Scan into this field")) }
                    div.code-row {
                        input #scan name="scan" type="text" maxlength=(SCAN_MAX_CHARACTERS) autocomplete="off" spellcheck="false" autofocus
                            aria-describedby=[scanned.map(|_| "verdict")];
                        button.primary #examine type="submit" name="by" value="button" { (language.pick("Auswerten", "Examine")) }
                    }
                }
            }
        }
        @if let Some(scanned) = scanned { (result(&scanned.scan(), language)) }
        @else {
            div #received.received { p.quiet { (language.pick("Noch nichts gescannt.", "Nothing scanned yet.")) } }
        }
    })
}

fn result(scan: &ScannerInput<'_>, language: Language) -> Markup {
    let findings = diagnose(scan);
    let severity = findings.iter().map(ScanFinding::severity).max().unwrap_or(ScanSeverity::Fault);
    html! {
        div #received.received data-verdict=(tag(severity)) {
            h3 #verdict { (severity_mark(severity, language)) (summary(&findings, language)) }
            // A code that may be somebody's does not appear on a page.
            @if !findings.contains(&ScanFinding::AnotherCode) { (keys(scan, &findings, language)) }
            ul.scan-findings {
                @for finding in &findings {
                    @let (explanation, to_do) = finding_texts(finding, language);
                    li data-finding=(tag(finding.severity())) {
                        (severity_mark(finding.severity(), language)) (explanation)
                        @if !to_do.is_empty() { " " strong { (to_do) } }
                    }
                }
            }
            @if let Some(duration) = scan.duration.filter(|_| !scan.text.is_empty()) {
                p.quiet { (language.pick(
                    format!("Vom ersten bis zum letzten Zeichen: {} ms.", duration.as_millis()),
                    format!("From the first character to the last: {} ms.", duration.as_millis()),
                )) }
            }
        }
    }
}

/// Shows the input key by key; characters that should have been others are marked.
fn keys(scan: &ScannerInput<'_>, findings: &[ScanFinding], language: Language) -> Markup {
    let (before, text, after) = bare(scan);
    let (symbology, rest) = split_symbology(text);
    let comparable = rest.chars().count() == test_code_symbols().count();
    // What is not of the test symbol may be the better part of somebody's code.
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

/// A space can be seen, and so can what has no shape.
fn shown(character: char) -> char {
    match character {
        ' ' => '␣',
        other if !is_displayable(other) => '�',
        other => other,
    }
}

fn tag(severity: ScanSeverity) -> &'static str {
    match severity {
        ScanSeverity::Good => "good",
        ScanSeverity::Advice => "advice",
        ScanSeverity::Fault => "fault",
    }
}

/// A sign before a sentence, with a word for those who hear the page.
pub(in crate::pages) fn severity_mark(severity: ScanSeverity, language: Language) -> Markup {
    let (sign, label) = match severity {
        ScanSeverity::Good => ("✓", language.pick("In Ordnung: ", "Fine: ")),
        ScanSeverity::Advice => ("!", language.pick("Hinweis: ", "Note: ")),
        ScanSeverity::Fault => ("✕", language.pick("Fehler: ", "Fault: ")),
    };
    html! { span.mark data-weight=(tag(severity)) { span aria-hidden="true" { (sign) } span.visually-hidden { (label) } } " " }
}
