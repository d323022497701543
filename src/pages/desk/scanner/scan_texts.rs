//! Texts for each finding about a scanner: its meaning, and the setting to change.

use super::scan_diagnosis::{Keystroke, ScanFinding, ScanSeverity};
use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::texts::language::Language;
use crate::texts::{has_text, text};

/// All findings in one sentence.
pub(super) fn summary(findings: &[ScanFinding], language: Language) -> String {
    let severity = findings.iter().map(ScanFinding::severity).max().unwrap_or(ScanSeverity::Fault);
    match findings {
        [ScanFinding::Nothing] => text!(language, "desk-scan-nothing.title"),
        _ if findings.iter().any(|finding| matches!(finding, ScanFinding::AnotherCode | ScanFinding::Foreign(_))) => {
            text!(language, "desk-scan-wrong-symbol")
        }
        _ => text!(language, format!("desk-scan-result-{}", severity.name())),
    }
}

/// Returns the description of a finding and the instruction, if something has to be done.
pub(super) fn finding_texts(finding: &ScanFinding, language: Language) -> (String, Option<String>) {
    let id = format!("desk-scan-{}", name(finding));
    let description = match finding {
        ScanFinding::ControlPrefix(key) | ScanFinding::ControlSuffix(key) => {
            text!(language, id, key = key_name(*key, language))
        }
        ScanFinding::TextPrefix(text) | ScanFinding::TextSuffix(text) => text!(language, id, text = text.as_str()),
        ScanFinding::Missing(count) | ScanFinding::Surplus(count) => text!(language, id, count = *count),
        ScanFinding::Foreign(ForeignContent::Other { characters }) => text!(language, id, count = *characters),
        _ => text!(language, id),
    };
    let advice = format!("{id}.advice");
    (description, has_text(&advice).then(|| text!(language, advice)))
}

/// Name of the texts about a finding.
fn name(finding: &ScanFinding) -> &'static str {
    match finding {
        ScanFinding::Keyboard(KeyboardFault::HyphenAsEszett) => "eszett",
        ScanFinding::Keyboard(KeyboardFault::ShiftLock) => "shift-lock",
        ScanFinding::Keyboard(KeyboardFault::French) => "french",
        ScanFinding::Foreign(ForeignContent::CloudPhoto) => "cloud-photo",
        ScanFinding::Foreign(ForeignContent::WebAddress) => "web-address",
        ScanFinding::Foreign(ForeignContent::ArticleNumber) => "article-number",
        ScanFinding::Foreign(ForeignContent::Other { .. }) => "other-symbol",
        other => other.into(),
    }
}

/// A key as people call it.
pub(super) fn key_name(key: Keystroke, language: Language) -> String {
    let control = text!(language, "desk-control-key");
    match key {
        Keystroke::Enter => "Enter ↵".into(),
        Keystroke::Tab => "Tab ⇥".into(),
        Keystroke::Control('B') => format!("{control}+B, STX"),
        Keystroke::Control('C') => format!("{control}+C, ETX"),
        Keystroke::Control('J') => format!("{control}+J, LF"),
        Keystroke::Control('M') => format!("{control}+M, CR"),
        Keystroke::Control(letter) => format!("{control}+{letter}"),
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantNames;

    use super::*;

    #[test]
    fn every_finding_has_a_description_in_both_languages() {
        let names = ScanFinding::VARIANTS.iter().filter(|name| !["keyboard", "foreign"].contains(name));
        let further =
            ["eszett", "shift-lock", "french", "cloud-photo", "web-address", "article-number", "other-symbol"];
        for name in names.chain(&further) {
            assert!(has_text(&format!("desk-scan-{name}")), "{name}");
        }
    }
}
