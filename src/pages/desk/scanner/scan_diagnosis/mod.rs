//! Diagnosis of a hand scanner in keyboard mode: a pure function of the keys that it pressed for the test symbol.
//!
//! `src/domain/code` recognizes keyboard faults and other symbols, as for every entered code. Here the expected text is known.

use std::time::Duration;

use strum::{IntoStaticStr, VariantNames};

use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::code::test_code::{TEST_CODE, TestCode};

/// Enough to recognize other symbols: those of the E-Passfoto procedure have up to 252 characters.
pub(in crate::pages::desk) const SCAN_MAX_CHARACTERS: usize = 500;
const SYMBOLS: usize = 20;
/// A slower interval between characters means that a person typed: scanners take 1 to 40 ms, fast typists 100 ms.
const MIN_TYPING_INTERVAL: Duration = Duration::from_millis(80);

/// A key that is not part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keystroke {
    Enter,
    Tab,
    /// A control character, by the letter that makes it: `B` for STX, `J` for LF.
    Control(char),
}

impl Keystroke {
    /// Parses the key names of the page's script, separated by spaces: `Control+B`. Unknown names are ignored.
    pub(super) fn parse_all(names: &str) -> Vec<Self> {
        let key = |name: &str| match name {
            "Enter" => Some(Self::Enter),
            "Tab" => Some(Self::Tab),
            other => match other.strip_prefix("Control+")?.as_bytes() {
                [letter @ b'A'..=b'Z'] => Some(Self::Control(char::from(*letter))),
                _ => None,
            },
        };
        names.split(' ').filter_map(key).take(8).collect()
    }

    fn of(character: char) -> Option<Self> {
        match character {
            '\r' | '\n' => Some(Self::Enter),
            '\t' => Some(Self::Tab),
            '\u{1}'..='\u{1a}' => Some(Self::Control(char::from(b'@' + (character as u8)))),
            _ => None,
        }
    }
}

/// Input of one scan.
#[derive(Debug, Default)]
pub(super) struct ScannerInput<'a> {
    pub(super) before: Vec<Keystroke>,
    pub(super) text: &'a str,
    pub(super) after: Vec<Keystroke>,
    /// Time from the first character to the last, if the script measured it.
    pub(super) duration: Option<Duration>,
}

/// A finding about a scan.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum ScanFinding {
    Nothing,
    /// All characters of the test symbol are correct.
    Right,
    /// The scanner first sends the type of the symbol (ISO/IEC 15424), such as `]d1`.
    SymbologyPrefix,
    /// A control character comes first, usually STX, which browsers take for a shortcut.
    ControlPrefix(Keystroke),
    TextPrefix(String),
    TextSuffix(String),
    YAndZSwapped,
    /// The keyboard setting changed characters.
    Keyboard(KeyboardFault),
    /// Capital letters arrived as small letters.
    SmallLetters,
    /// Most characters are correct, some are different.
    OtherLayout,
    /// Number of lost characters.
    Missing(usize),
    /// Number of repeated or inserted characters.
    Surplus(usize),
    /// A valid code other than that of the test symbol.
    AnotherCode,
    Foreign(ForeignContent),
    Unrecognized,
    EnterSuffix,
    TabSuffix,
    ControlSuffix(Keystroke),
    NoSuffix,
    TypedByHand,
}

/// Severity of a finding about the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(in crate::pages) enum ScanSeverity {
    Good,
    /// The scanner reads codes, but the setting should be changed.
    Advice,
    /// The scanner cannot read codes with this setting.
    Fault,
}

impl ScanSeverity {
    /// The name in the pages' markup and in the ids of texts.
    pub(in crate::pages) fn name(self) -> &'static str {
        self.into()
    }
}

impl ScanFinding {
    pub(super) fn severity(&self) -> ScanSeverity {
        match self {
            Self::Right | Self::EnterSuffix => ScanSeverity::Good,
            Self::SymbologyPrefix
            | Self::SmallLetters
            | Self::TabSuffix
            | Self::NoSuffix
            | Self::AnotherCode
            | Self::TypedByHand => ScanSeverity::Advice,
            _ => ScanSeverity::Fault,
        }
    }
}

/// Returns the findings about a scan, not ordered by severity.
pub(super) fn diagnose(scan: &ScannerInput<'_>) -> Vec<ScanFinding> {
    let (before, text, after) = bare(scan);
    if text.is_empty() {
        return vec![ScanFinding::Nothing];
    }
    let mut findings = Vec::new();
    if let Some(key) = before.first() {
        findings.push(ScanFinding::ControlPrefix(*key));
    }
    let (symbology, text) = split_symbology(text);
    if symbology.is_some() {
        findings.push(ScanFinding::SymbologyPrefix);
    }
    normalize_and_compare(text, &mut findings);
    findings.push(match after.first() {
        None => ScanFinding::NoSuffix,
        Some(Keystroke::Enter) => ScanFinding::EnterSuffix,
        Some(Keystroke::Tab) => ScanFinding::TabSuffix,
        Some(key) => ScanFinding::ControlSuffix(*key),
    });
    let keystrokes = u32::try_from(scan.text.chars().count().saturating_sub(1)).unwrap_or(u32::MAX);
    if scan.duration.is_some_and(|duration| keystrokes >= 10 && duration > MIN_TYPING_INTERVAL * keystrokes) {
        findings.push(ScanFinding::TypedByHand);
    }
    findings
}

/// Moves control characters from the start and the end of the text to the keys around it.
pub(super) fn bare<'a>(scan: &ScannerInput<'a>) -> (Vec<Keystroke>, &'a str, Vec<Keystroke>) {
    let is_key = |c: char| Keystroke::of(c).is_some();
    let rest = scan.text.trim_start_matches(is_key);
    let lead = scan.text.strip_suffix(rest).unwrap_or("");
    let text = rest.trim_end_matches(is_key);
    let trail = rest.strip_prefix(text).unwrap_or("");
    let before = scan.before.iter().copied().chain(lead.chars().filter_map(Keystroke::of)).collect();
    let after = trail.chars().filter_map(Keystroke::of).chain(scan.after.iter().copied()).collect();
    (before, text.trim_matches(' '), after)
}

/// Splits off the prefix with the type of the symbol. On a German keyboard, a US `]` becomes `+`.
pub(in crate::pages) fn split_symbology(text: &str) -> (Option<&str>, &str) {
    let mut characters = text.chars();
    match [characters.next(), characters.next(), characters.next()] {
        [Some(']' | '+'), Some('d' | 'D'), Some('0'..='9' | '=' | '!' | '"' | ')' | '@')] => {
            let (prefix, rest) = text.split_at(text.len() - characters.as_str().len());
            (Some(prefix), rest)
        }
        _ => (None, text),
    }
}

/// Undoes the effects of scanner settings one by one, and compares the text with the test symbol.
fn normalize_and_compare(text: &str, findings: &mut Vec<ScanFinding>) {
    if let Some(content) = ForeignContent::of(text) {
        findings.push(ScanFinding::Foreign(content));
        return;
    }
    let mut text = text.to_owned();
    if !text.contains(|c: char| c.is_ascii_uppercase()) && text.contains(|c: char| c.is_ascii_lowercase()) {
        findings.push(ScanFinding::SmallLetters);
        text.make_ascii_uppercase();
    }
    if let Some((fault, meant)) = KeyboardFault::find(&text, is_test_code) {
        findings.push(ScanFinding::Keyboard(fault));
        text = meant;
    }
    text.retain(|c| c != '-' && c != ' ');
    compare_with_test_code(&text, findings);
}

/// Reports whether it is the test code, also with Y and Z swapped.
fn is_test_code(text: &str) -> bool {
    let is_test = |text: &str| RetrievalCode::parse(text).is_ok_and(|code| code.test_code() == Some(TestCode::Symbol));
    is_test(text) || is_test(&text.chars().map(swap).collect::<String>())
}

fn compare_with_test_code(text: &str, findings: &mut Vec<ScanFinding>) {
    let expected: String = test_code_symbols().collect();
    // First as received, then with Y and Z swapped.
    let swapped: String = text.chars().map(swap).collect();
    for (read, is_swapped) in [(text, false), (swapped.as_str(), true)] {
        let (before, after) = if RetrievalCode::parse(read).is_ok_and(|code| code.test_code() == Some(TestCode::Symbol))
        {
            ("", "")
        } else if let Some(around) = read.split_once(&expected) {
            around
        } else {
            continue;
        };
        if is_swapped {
            findings.push(ScanFinding::YAndZSwapped);
        }
        if !before.is_empty() {
            findings.push(ScanFinding::TextPrefix(before.to_owned()));
        }
        if !after.is_empty() {
            findings.push(ScanFinding::TextSuffix(after.to_owned()));
        }
        if findings.iter().all(|finding| finding.severity() < ScanSeverity::Fault) {
            findings.push(ScanFinding::Right);
        }
        return;
    }
    for (read, is_swapped) in [(text, false), (swapped.as_str(), true)] {
        if let Some(finding) = near_match(read, &expected) {
            findings.extend(is_swapped.then_some(ScanFinding::YAndZSwapped));
            findings.push(finding);
            return;
        }
    }
    findings.push(ScanFinding::Unrecognized);
}

/// Finds another explanation for a text that is not the test code: another code, missing or surplus characters, another layout.
fn near_match(read: &str, expected: &str) -> Option<ScanFinding> {
    let length = read.chars().count();
    let is_code = |text: Option<&str>| text.is_some_and(|text| RetrievalCode::parse(text).is_ok());
    if is_code(Some(read)) {
        return Some(ScanFinding::AnotherCode);
    }
    // Fewer than half of the characters would match too many texts.
    if (SYMBOLS / 2..SYMBOLS).contains(&length) && is_within(read, expected) {
        return Some(ScanFinding::Missing(SYMBOLS - length));
    }
    if length > SYMBOLS && is_within(expected, read) {
        return Some(ScanFinding::Surplus(length - SYMBOLS));
    }
    // A code with a prefix or a suffix is still a person's code.
    if is_code(read.get(..SYMBOLS)) || is_code(read.len().checked_sub(SYMBOLS).and_then(|start| read.get(start..))) {
        return Some(ScanFinding::AnotherCode);
    }
    let alike = read.chars().zip(expected.chars()).filter(|(read, expected)| read == expected).count();
    (length == SYMBOLS && alike >= SYMBOLS / 2).then_some(ScanFinding::OtherLayout)
}

/// Reports whether all characters of `few` are in `many`, in their order.
fn is_within(few: &str, many: &str) -> bool {
    let mut many = many.chars();
    few.chars().all(|wanted| many.any(|c| c == wanted))
}

/// The characters of the test symbol, which has no hyphens.
pub(super) fn test_code_symbols() -> impl Iterator<Item = char> {
    TEST_CODE.chars().filter(|c| *c != '-')
}

fn swap(character: char) -> char {
    match character {
        'Y' => 'Z',
        'Z' => 'Y',
        other => other,
    }
}

#[cfg(test)]
mod tests;
