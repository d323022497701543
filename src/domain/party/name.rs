//! Names and places of studios and offices, and labels of devices, in the one spelling in which they are stored.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

use crate::domain::display_text::{HiddenCharacter, is_displayable, most_marks};

/// No name of a studio or office is longer.
const NAME_MAX_CHARACTERS: usize = 200;
/// Maximum of marks on one letter, twice as many as in DIN 91379. More of them would overlap the lines above.
const MAX_MARKS: usize = 4;

/// Field of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum NameField {
    Name,
    /// Town.
    Place,
    /// Label of a device, which may be empty.
    Label,
}

/// A name as it is stored: trimmed, with one space (U+0020) for white space, and composed (NFC, UAX #15), so that names that look the same
/// are equal.
///
/// # Errors
/// [`NameError`].
pub fn parse_name(field: NameField, written: &str) -> Result<String, NameError> {
    let error = |reason| NameError { field, reason };
    let outside = written.chars().take_while(|character| character.is_whitespace()).count();
    let trimmed = written.trim();
    if let Some(hidden) = HiddenCharacter::find(trimmed, |character| !is_displayable(character) || is_blank(character))
    {
        let position = hidden.position + outside;
        return Err(error(InvalidNameReason::Hidden(HiddenCharacter { position, ..hidden })));
    }
    let name = spelling(trimmed);
    let length = name.chars().count();
    if length > NAME_MAX_CHARACTERS {
        return Err(error(InvalidNameReason::TooLong { length }));
    }
    if most_marks(&name) > MAX_MARKS {
        return Err(error(InvalidNameReason::TooManyMarks));
    }
    let may_be_empty = field == NameField::Label && name.is_empty();
    if may_be_empty || name.chars().any(is_visible) { Ok(name) } else { Err(error(InvalidNameReason::Empty)) }
}

/// Normalizes white space and composition only, for names in searches and older rows.
pub fn spelling(written: &str) -> String {
    let spaced = written.split_whitespace().collect::<Vec<_>>().join(" ");
    ComposingNormalizerBorrowed::new_nfc().normalize(&spaced).into_owned()
}

/// True for a character that looks like a space but is none: Braille blank, empty note head, Khitan filler.
fn is_blank(character: char) -> bool {
    matches!(character, '\u{2800}' | '\u{1d159}' | '\u{16fe4}')
}

/// True if the character is visible without a character before it.
fn is_visible(character: char) -> bool {
    const VISIBLE: GeneralCategoryGroup = GeneralCategoryGroup::Letter
        .union(GeneralCategoryGroup::Number)
        .union(GeneralCategoryGroup::Punctuation)
        .union(GeneralCategoryGroup::Symbol);
    VISIBLE.contains(CodePointMapData::<GeneralCategory>::new().get(character))
}

/// A text that is not a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the {field} {reason}")]
pub struct NameError {
    field: NameField,
    reason: InvalidNameReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum InvalidNameReason {
    #[error("has no visible characters: give one that can be read")]
    Empty,
    #[error("has {length} characters, at most {NAME_MAX_CHARACTERS} are allowed: shorten it")]
    TooLong { length: usize },
    #[error("has more than {MAX_MARKS} marks on one letter: leave them out")]
    TooManyMarks,
    #[error("cannot be read as it is: {0}; leave it out")]
    Hidden(HiddenCharacter),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for (written, stored) in [
            ("Foto Koch", "Foto Koch"),
            (" Foto\u{a0}\u{2009}Koch\u{3000}\n", "Foto Koch"),
            ("Mu\u{308}ller & So\u{308}hne", "Müller & Söhne"),
            ("C\u{328}\u{306}", "C\u{328}\u{306}"),
            ("№ 7", "№ 7"),
        ] {
            assert_eq!(parse_name(NameField::Name, written).as_deref(), Ok(stored));
        }
        assert_eq!(parse_name(NameField::Label, " "), Ok(String::new()));
    }

    #[test]
    fn more_than_four_marks_on_a_letter_are_refused() {
        let marked = |marks| parse_name(NameField::Name, &format!("Koch{}", "\u{301}".repeat(marks)));
        assert!(marked(4).is_ok());
        assert_eq!(marked(5).unwrap_err().to_string(), "the name has more than 4 marks on one letter: leave them out");
    }

    #[test]
    fn a_name_without_a_visible_character_is_none() {
        for field in [NameField::Name, NameField::Place] {
            for written in ["", " ", "\u{a0}\u{2003}", "\u{301}", "\u{301} \u{308}"] {
                let error = parse_name(field, written).unwrap_err();
                assert_eq!(error, NameError { field, reason: InvalidNameReason::Empty }, "{written:?}");
            }
        }
        let error = parse_name(NameField::Label, "\u{301}").unwrap_err();
        assert_eq!(error.to_string(), "the label has no visible characters: give one that can be read");
    }

    #[test]
    fn a_hidden_character_is_named_with_its_place() {
        for character in "\u{2800}\u{1d159}\u{16fe4}\u{3164}\u{202e}\n\t\u{2028}\u{ad}\u{fe0f}".chars() {
            let error = parse_name(NameField::Place, &format!("  Köln{character}Mitte")).unwrap_err().to_string();
            let named =
                format!("the place cannot be read as it is: character 7 is U+{:04X}, which", u32::from(character));
            assert!(error.starts_with(&named), "{error}");
        }
    }

    #[test]
    fn the_length_is_that_of_the_stored_name() {
        assert!(parse_name(NameField::Name, &"o\u{308}".repeat(200)).is_ok());
        let error = parse_name(NameField::Name, &"ö".repeat(201)).unwrap_err().to_string();
        assert!(error.contains("the name has 201 characters"), "{error}");
    }
}
