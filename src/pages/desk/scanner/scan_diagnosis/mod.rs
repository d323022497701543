//! Diagnosis of a hand scanner in keyboard mode: a pure function of the keys it pressed for the test symbol.
//!
//! Faults of keyboards and other symbols are recognized as where codes are entered (`src/domain/code`); here it is known what should
//! have arrived.

use std::time::Duration;

use crate::domain::code::foreign_content::ForeignContent;
use crate::domain::code::keyboard_fault::KeyboardFault;
use crate::domain::code::retrieval_code::{RetrievalCode, TEST_CODE};

/// Enough for the content of other symbols, so that it can be recognized: those of the E-Passfoto procedure have up to 252 characters.
pub(in crate::pages::desk) const SCAN_MAX_CHARACTERS: usize = 500;
/// Symbols of a code.
const SYMBOLS: usize = 20;
/// Slower than this for each character is a hand: scanners take 1 to 40 ms, fast typists 100.
const MIN_TYPING_INTERVAL: Duration = Duration::from_millis(80);

/// A key that is not part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keystroke {
    /// As a scanner should end.
    Enter,
    /// To the next field.
    Tab,
    /// A control character, by the letter that makes it: `B` for STX, `J` for LF.
    Control(char),
}

impl Keystroke {
    /// Keys by the names that the page's script gives them, with spaces between: `Control+B`. Others are left out.
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
    /// Keys before the text.
    pub(super) before: Vec<Keystroke>,
    /// Text of the field.
    pub(super) text: &'a str,
    /// Keys after it.
    pub(super) after: Vec<Keystroke>,
    /// From the first character to the last, where a script took the time.
    pub(super) duration: Option<Duration>,
}

/// One thing to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScanFinding {
    /// Nothing arrived.
    Nothing,
    /// The test symbol, character by character.
    Right,
    /// It names the kind of symbol first (ISO/IEC 15424), as in `]d1`.
    SymbologyPrefix,
    /// A control character comes first, STX mostly, which browsers take for a shortcut.
    ControlPrefix(Keystroke),
    /// Something was set as a prefix.
    TextPrefix(String),
    /// Something was set as a suffix.
    TextSuffix(String),
    /// Y and Z have changed places.
    YAndZSwapped,
    /// Characters came as others.
    Keyboard(KeyboardFault),
    /// Capital letters came as small ones.
    SmallLetters,
    /// Most of it is right and some characters are others.
    OtherLayout,
    /// Characters got lost on the way.
    Missing(usize),
    /// Characters came twice or were slipped in.
    Surplus(usize),
    /// This is a code, but not that of the test symbol.
    AnotherCode,
    /// Another symbol was scanned.
    Foreign(ForeignContent),
    /// Something else.
    Unrecognized,
    /// It ends with Enter.
    EnterSuffix,
    /// It ends with Tab.
    TabSuffix,
    /// It ends with a control character instead of Enter.
    ControlSuffix(Keystroke),
    /// Nothing comes after the text.
    NoSuffix,
    /// A person typed it.
    TypedByHand,
}

/// Severity of a finding about the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pages) enum ScanSeverity {
    /// As it should be.
    Good,
    /// Codes can be scanned; better set otherwise.
    Advice,
    /// Codes cannot be scanned like this.
    Fault,
}

impl ScanFinding {
    /// Severity of this finding.
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

/// Finds what is right and wrong with a scan. The findings are not ordered by severity.
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

/// Control characters that found their way into the field, moved to the keys around it.
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

/// Splits off the prefix that names the kind of symbol. A US `]` is a German `+`.
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

/// Undoes, one after the other, what settings can do to a text, and compares with the test symbol.
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
    let is_test = |text: &str| RetrievalCode::parse(text).is_ok_and(|code| code.is_test());
    is_test(text) || is_test(&text.chars().map(swap).collect::<String>())
}

fn compare_with_test_code(text: &str, findings: &mut Vec<ScanFinding>) {
    let expected: String = test_code_symbols().collect();
    // As it is, then with Y and Z back in their places.
    let swapped: String = text.chars().map(swap).collect();
    for (read, is_swapped) in [(text, false), (swapped.as_str(), true)] {
        let (before, after) = if RetrievalCode::parse(read).is_ok_and(|code| code.is_test()) {
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
    // Fewer than half would be found in many a text.
    if (SYMBOLS / 2..SYMBOLS).contains(&length) && is_within(read, expected) {
        return Some(ScanFinding::Missing(SYMBOLS - length));
    }
    if length > SYMBOLS && is_within(expected, read) {
        return Some(ScanFinding::Surplus(length - SYMBOLS));
    }
    // With a prefix or a suffix it is still somebody's.
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
