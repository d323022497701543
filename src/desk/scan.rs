//! What a hand scanner in keyboard mode made of the test symbol, as a pure function of the keys it pressed.
//!
//! A scanner does not send characters: it presses the keys that bear them on the keyboard it is set to, and the computer reads them
//! by the layout that *it* is set to. Where the two differ, Y and Z change places and a hyphen becomes an ß.

use std::time::Duration;

use crate::domain::code::{RetrievalCode, TEST_CODE};

/// Symbols of a code.
const SYMBOLS: usize = 20;
/// Slower than this for each character is a hand: scanners take 1 to 40 ms, fast typists 100.
const FASTEST_HAND: Duration = Duration::from_millis(80);
/// What 0 to 9 become under a shift lock, on a German and on a US layout.
const SHIFTED_DIGITS: [&str; 2] = ["=!\"§$%&/()", ")!@#$%^&*("];

/// A key that is not part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// As a scanner should end.
    Enter,
    /// To the next field.
    Tab,
    /// A control character, by the letter that makes it: `B` for STX, `J` for LF.
    Control(char),
}

impl Key {
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

/// What arrived.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    /// Keys before the text.
    pub(super) before: Vec<Key>,
    /// What stood in the field.
    pub(super) text: &'a str,
    /// Keys after it.
    pub(super) after: Vec<Key>,
    /// From the first character to the last, where a script took the time.
    pub(super) took: Option<Duration>,
}

/// One thing to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing arrived.
    Nothing,
    /// The test symbol, character by character.
    Right,
    /// It names the kind of symbol first (ISO/IEC 15424), as in `]d1`.
    SymbologyPrefix,
    /// A control character comes first, STX mostly, which browsers take for a shortcut.
    ControlPrefix(Key),
    /// Something was set as a prefix.
    TextPrefix(String),
    /// Something was set as a suffix.
    TextSuffix(String),
    /// Y and Z have changed places.
    YAndZSwapped,
    /// A hyphen came as an ß.
    HyphenAsEszett,
    /// Capital letters came as small ones.
    SmallLetters,
    /// Digits came as the signs above them.
    DigitsAsSigns,
    /// Most of it is right and some characters are others.
    OtherLayout,
    /// Characters got lost on the way.
    Missing(usize),
    /// Characters came twice or were slipped in.
    Surplus(usize),
    /// This is a code, but not that of the test symbol.
    AnotherCode,
    /// Something else.
    Foreign,
    /// It ends with Enter.
    EnterSuffix,
    /// It ends with Tab.
    TabSuffix,
    /// It ends with a control character instead of Enter.
    ControlSuffix(Key),
    /// Nothing comes after the text.
    NoSuffix,
    /// A person typed it.
    TypedByHand,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// As it should be.
    Good,
    /// Codes can be scanned; better set otherwise.
    Advice,
    /// Codes cannot be scanned like this.
    Fault,
}

impl Finding {
    /// How much it matters.
    pub(super) fn weight(&self) -> Weight {
        match self {
            Self::Right | Self::EnterSuffix => Weight::Good,
            Self::SymbologyPrefix
            | Self::SmallLetters
            | Self::TabSuffix
            | Self::NoSuffix
            | Self::AnotherCode
            | Self::TypedByHand => Weight::Advice,
            _ => Weight::Fault,
        }
    }
}

/// What is to be said about a scan, the weightiest not necessarily first.
pub(super) fn examine(scan: &Scan<'_>) -> Vec<Finding> {
    let (before, text, after) = bare(scan);
    if text.is_empty() {
        return vec![Finding::Nothing];
    }
    let mut findings = Vec::new();
    if let Some(key) = before.first() {
        findings.push(Finding::ControlPrefix(*key));
    }
    let (symbology, text) = split_symbology(text);
    if symbology.is_some() {
        findings.push(Finding::SymbologyPrefix);
    }
    read(text, &mut findings);
    findings.push(match after.first() {
        None => Finding::NoSuffix,
        Some(Key::Enter) => Finding::EnterSuffix,
        Some(Key::Tab) => Finding::TabSuffix,
        Some(key) => Finding::ControlSuffix(*key),
    });
    let keystrokes = u32::try_from(scan.text.chars().count().saturating_sub(1)).unwrap_or(u32::MAX);
    if scan.took.is_some_and(|took| keystrokes >= 10 && took > FASTEST_HAND * keystrokes) {
        findings.push(Finding::TypedByHand);
    }
    findings
}

/// Control characters that found their way into the field, moved to the keys around it.
pub(super) fn bare<'a>(scan: &Scan<'a>) -> (Vec<Key>, &'a str, Vec<Key>) {
    let is_key = |c: char| Key::of(c).is_some();
    let rest = scan.text.trim_start_matches(is_key);
    let lead = scan.text.strip_suffix(rest).unwrap_or("");
    let text = rest.trim_end_matches(is_key);
    let trail = rest.strip_prefix(text).unwrap_or("");
    let before = scan.before.iter().copied().chain(lead.chars().filter_map(Key::of)).collect();
    let after = trail.chars().filter_map(Key::of).chain(scan.after.iter().copied()).collect();
    (before, text.trim_matches(' '), after)
}

/// What names the kind of symbol, and what is left. A US `]` is a German `+`.
pub(super) fn split_symbology(text: &str) -> (Option<&str>, &str) {
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
fn read(text: &str, findings: &mut Vec<Finding>) {
    let mut text = text.to_owned();
    if text.contains('ß') {
        findings.push(Finding::HyphenAsEszett);
        text.retain(|c| c != 'ß');
    }
    text.retain(|c| c != '-' && c != ' ');
    if !text.contains(|c: char| c.is_ascii_uppercase()) && text.contains(|c: char| c.is_ascii_lowercase()) {
        findings.push(Finding::SmallLetters);
        text.make_ascii_uppercase();
    }
    if !text.contains(|c: char| c.is_ascii_digit())
        && let Some(unshifted) = SHIFTED_DIGITS.iter().find_map(|signs| unshifted(&text, signs))
    {
        findings.push(Finding::DigitsAsSigns);
        text = unshifted;
    }
    compare(&text, findings);
}

/// The text with digits for signs, where at least five of them were and nothing else is left over.
fn unshifted(text: &str, signs: &str) -> Option<String> {
    let digit = |c: char| signs.chars().position(|sign| sign == c).and_then(|at| char::from_digit(at as u32, 10));
    let is_plain = text.chars().all(|c| c.is_ascii_uppercase() || digit(c).is_some());
    (is_plain && text.chars().filter(|c| digit(*c).is_some()).count() >= 5)
        .then(|| text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

fn compare(text: &str, findings: &mut Vec<Finding>) {
    let expected: String = expected().collect();
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
            findings.push(Finding::YAndZSwapped);
        }
        if !before.is_empty() {
            findings.push(Finding::TextPrefix(before.to_owned()));
        }
        if !after.is_empty() {
            findings.push(Finding::TextSuffix(after.to_owned()));
        }
        if findings.iter().all(|finding| finding.weight() < Weight::Fault) {
            findings.push(Finding::Right);
        }
        return;
    }
    for (read, is_swapped) in [(text, false), (swapped.as_str(), true)] {
        if let Some(finding) = nearly(read, &expected) {
            findings.extend(is_swapped.then_some(Finding::YAndZSwapped));
            findings.push(finding);
            return;
        }
    }
    findings.push(Finding::Foreign);
}

/// What else it may be.
fn nearly(read: &str, expected: &str) -> Option<Finding> {
    let length = read.chars().count();
    let is_code = |text: Option<&str>| text.is_some_and(|text| RetrievalCode::parse(text).is_ok());
    if is_code(Some(read)) {
        return Some(Finding::AnotherCode);
    }
    // Fewer than half would be found in many a text.
    if (SYMBOLS / 2..SYMBOLS).contains(&length) && is_within(read, expected) {
        return Some(Finding::Missing(SYMBOLS - length));
    }
    if length > SYMBOLS && is_within(expected, read) {
        return Some(Finding::Surplus(length - SYMBOLS));
    }
    // With a prefix or a suffix it is still somebody's.
    if is_code(read.get(..SYMBOLS)) || is_code(read.len().checked_sub(SYMBOLS).and_then(|start| read.get(start..))) {
        return Some(Finding::AnotherCode);
    }
    let alike = read.chars().zip(expected.chars()).filter(|(read, expected)| read == expected).count();
    (length == SYMBOLS && alike >= SYMBOLS / 2).then_some(Finding::OtherLayout)
}

/// Whether all characters of `few` are in `many`, in their order.
fn is_within(few: &str, many: &str) -> bool {
    let mut many = many.chars();
    few.chars().all(|wanted| many.any(|c| c == wanted))
}

/// The characters of the test symbol, which has no hyphens.
pub(super) fn expected() -> impl Iterator<Item = char> {
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
