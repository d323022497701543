//! Characters in which people and programs write codes. The script of the pages has the same rules (`src/pages/frame/code_reading.js`);
//! `tests/browser/code_spellings.json` tests both.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Meaning of one character in a text that should be a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// A symbol, or another character in its place; full-width forms as ASCII.
    Symbol(char),
    /// A space or a dash, which ends a group.
    Separator,
    /// Soft hyphen, zero-width space, byte order mark and the like.
    Invisible,
}

impl Spelling {
    pub(super) fn of(character: char) -> Self {
        let plain = plain_width(character);
        if plain.is_ascii_alphanumeric() {
            Self::Symbol(plain)
        } else if plain.is_whitespace() || is_dash(plain) {
            Self::Separator
        } else if CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(plain) {
            Self::Invisible
        } else {
            Self::Symbol(plain)
        }
    }
}

/// The ASCII character of a full-width form (block U+FF00), as input methods for Chinese and Japanese type it.
fn plain_width(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    }
}

/// True for hyphen-minus, the dashes by which word processors replace it, and signs of other categories that look like one.
fn is_dash(character: char) -> bool {
    character == '-'
        || matches!(character, '\u{2d7}' | '\u{2043}' | '\u{2212}')
        || (!character.is_ascii()
            && CodePointMapData::<GeneralCategory>::new().get(character) == GeneralCategory::DashPunctuation)
}
