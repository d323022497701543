//! Text for people, and the characters that must not appear in it.
//!
//! A character is not displayable if it moves the cursor, changes the direction of writing (UAX #9), breaks lines or is invisible:
//! by its general category (Unicode chapter 4.5) Cc, Cf, Zl, Zp, Co or Cn, or as `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt:
//! variation selectors, fillers, tags). The soft hyphen and both zero-width joiners are among them. Names in German registers need none:
//! DIN 91379 (`String.Latin+ 1.2`) consists of letters, marks, punctuation and spaces.

use std::borrow::Cow;
use std::fmt::{self, Write};

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// True if the character is visible and does not change how the text around it reads. A line break is not displayable.
pub fn is_displayable(character: char) -> bool {
    const SEPARATORS: GeneralCategoryGroup =
        GeneralCategoryGroup::LineSeparator.union(GeneralCategoryGroup::ParagraphSeparator);
    // Fast path for nearly all text.
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    !GeneralCategoryGroup::Other.union(SEPARATORS).contains(category)
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// True for a mark that is drawn on the letter before it (general category M).
pub fn is_mark(character: char) -> bool {
    // Fast path for nearly all text: U+0300 is the first mark.
    character >= '\u{300}'
        && GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(character))
}

/// Removes all but `most` marks from each letter.
pub fn with_bounded_marks(text: &str, most: usize) -> String {
    let mut marks = 0;
    let is_kept = |character: &char| {
        marks = if is_mark(*character) { marks + 1 } else { 0 };
        marks <= most
    };
    text.chars().filter(is_kept).collect()
}

/// The largest number of marks on one letter of `text`.
pub fn most_marks(text: &str) -> usize {
    text.split(|character| !is_mark(character)).map(|marks| marks.chars().count()).max().unwrap_or_default()
}

/// A character that must not appear in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenCharacter {
    pub character: char,
    /// Counted in characters from 1.
    pub position: usize,
}

impl HiddenCharacter {
    /// Finds the first character of `text` that `is_hidden`.
    pub fn find(text: &str, is_hidden: impl Fn(char) -> bool) -> Option<Self> {
        let position = text.chars().position(&is_hidden)?;
        Some(Self { character: text.chars().nth(position)?, position: position + 1 })
    }

    /// The code point: `U+202E`.
    pub fn number(self) -> String {
        format!("U+{:04X}", u32::from(self.character))
    }
}

/// A character as people can read it in a sentence: itself, or its number if it cannot be seen.
pub fn readable_character(character: char) -> String {
    if is_displayable(character) { character.to_string() } else { HiddenCharacter { character, position: 1 }.number() }
}

impl fmt::Display for HiddenCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {} is {}, which is invisible or a control character", self.position, self.number())
    }
}

/// `text` on one line, with `\u{202e}` for each character that is not displayable.
pub fn escaped(text: &str) -> Cow<'_, str> {
    escape_where(text, |character| !is_displayable(character), write_escape)
}

/// Like [`escaped`], but keeps line feeds and tabs.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escape_where(text, |character| !matches!(character, '\n' | '\t') && !is_displayable(character), write_escape)
}

/// The same JSON document with `\u202e` for each such character in its strings. Between values, the JSON writers of this program put no
/// such character except line feeds.
pub fn escaped_json(document: &str) -> Cow<'_, str> {
    escape_where(
        document,
        |character| character != '\n' && !is_displayable(character),
        |into, character| {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(into, "\\u{unit:04x}");
            }
        },
    )
}

fn write_escape(into: &mut String, character: char) {
    let _ = write!(into, "\\u{{{:x}}}", u32::from(character));
}

fn escape_where(text: &str, is_hidden: impl Fn(char) -> bool, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    let Some(first) = text.find(&is_hidden) else { return Cow::Borrowed(text) };
    let (clean, rest) = text.split_at(first);
    let mut shown = clean.to_owned();
    for character in rest.chars() {
        if is_hidden(character) {
            escape(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One or more of each kind.
    const HIDDEN: &str = "\0\u{7}\t\n\r\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{17b4}\u{180e}\u{200b}\u{200c}\u{200d}\
                          \u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\u{3164}\u{e000}\u{fdd0}\
                          \u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffe}\u{1d173}\u{e0001}\u{e0061}\u{e0100}\u{f0000}\u{10ffff}";

    #[test]
    fn names_of_studios_and_towns_are_displayable() {
        for name in [
            "Foto Koch & Söhne GmbH (Düsseldorf)",
            "Łódź, Győr, Şişli, Iași, Ðặng, Ǧ, C\u{328}̆, S\u{30c}\u{327}",
            "“Le Château” – d’Été… № 7, 50 %, a@b, ©®™ €",
            "Φωτογραφείο Фото 写真 صورة ศูนย์ 📷",
            "no-break\u{a0}space, narrow\u{202f}space",
        ] {
            assert!(name.chars().all(is_displayable), "{name}");
            assert!(matches!(escaped(name), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn what_cannot_be_seen_is_not_displayable() {
        for character in HIDDEN.chars() {
            assert!(!is_displayable(character), "{character:?}");
        }
    }

    #[test]
    fn hidden_characters_are_shown_by_their_number() {
        assert_eq!(escaped("Foto\u{202e}hcoK\nGmbH\u{e0061}"), "Foto\\u{202e}hcoK\\u{a}GmbH\\u{e0061}");
        assert_eq!(escaped_lines("one\n\ttwo\r\u{2028}three"), "one\n\ttwo\\u{d}\\u{2028}three");
        assert!(escaped(HIDDEN).chars().all(is_displayable));
    }

    #[test]
    fn marks_are_counted_letter_by_letter_and_bounded() {
        assert_eq!(["", "Müller", "e\u{302}\u{301}a\u{308}", "\u{301}\u{301}\u{301}x"].map(most_marks), [0, 0, 2, 3]);
        let stacked = format!("a{}b\u{308}", "\u{301}".repeat(60));
        assert_eq!(with_bounded_marks(&stacked, 3), "a\u{301}\u{301}\u{301}b\u{308}");
        assert_eq!(with_bounded_marks("C\u{328}\u{306} Müller", 3), "C\u{328}\u{306} Müller");
    }

    #[test]
    fn a_character_in_a_sentence_can_be_read() {
        assert_eq!([readable_character('Ü'), readable_character('\u{202e}')], ["Ü", "U+202E"]);
    }

    #[test]
    fn escaped_json_means_the_same() {
        let value = serde_json::json!({ "name": HIDDEN, "emoji": "📷" });
        for document in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let shown = escaped_json(&document);
            assert!(shown.chars().all(|character| character == '\n' || is_displayable(character)), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}
