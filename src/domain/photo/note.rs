//! Note of a clerk about a refused photo, which the studio reads on screens and terminals.

use crate::domain::code::code_in_text::{find_code, without_codes};
use crate::domain::display_text::{HiddenCharacter, is_displayable};

/// Reason for which a text cannot be a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteError {
    /// The first character that could change how the note reads, with its position in the text as it was written.
    Hidden(HiddenCharacter),
    /// The note contains a retrieval code, such as after a scan into the field. It may open another photo.
    HoldsCode,
}

/// The note as it is stored: with line feeds as line ends, spaces instead of tabs, and without invisible characters that have no effect.
///
/// # Errors
/// [`NoteError`]: a hidden character or a retrieval code.
pub fn parse_note(written: &str) -> Result<String, NoteError> {
    let plain = plain_text(written);
    if find_code(written).is_some() || find_code(&plain).is_some() {
        return Err(NoteError::HoldsCode);
    }
    let is_refused = |character| !is_plain(character) && !is_idle(character);
    // A carriage return before a line feed is replaced by an ignored character, so that positions stay the same.
    match HiddenCharacter::find(&written.replace("\r\n", "\u{200b}\n"), is_refused) {
        Some(hidden) => Err(NoteError::Hidden(hidden)),
        None => Ok(plain),
    }
}

/// The note without forbidden characters and codes, for the form in which the clerk corrects it.
pub fn legible_note(written: &str) -> String {
    // Removed twice, because a code may have contained characters that were removed in between.
    without_codes(&plain_text(&without_codes(written)))
}

fn plain_text(written: &str) -> String {
    written
        .chars()
        .filter(|character| is_plain(*character))
        .map(|character| if character == '\t' { ' ' } else { character })
        .collect()
}

fn is_plain(character: char) -> bool {
    matches!(character, '\n' | '\t') || is_displayable(character)
}

/// True for invisible characters without effect on the meaning: those that select or join emoji, or mark where a word or line may break.
/// Keyboards and word processors insert them.
fn is_idle(character: char) -> bool {
    matches!(
        character,
        // Soft hyphen, zero-width space and joiners, word joiner, byte order mark.
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
        // Variation selectors.
        | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_change_nothing_are_left_out() {
        for (written, stored) in [
            ("Brille\u{ad} weg ❤\u{fe0f}", "Brille weg ❤"),
            ("👩\u{200d}🦰", "👩🦰"),
            ("Augen\tzu\r\nMund\u{200b} offen\u{feff}", "Augen zu\nMund offen"),
            ("Łódź – „7“\u{a0}%", "Łódź – „7“\u{a0}%"),
        ] {
            assert_eq!(parse_note(written).as_deref(), Ok(stored));
        }
    }

    #[test]
    fn characters_that_change_how_it_reads_are_named_by_their_place() {
        for character in "\u{7}\r\u{85}\u{61c}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{e000}\u{e0041}".chars() {
            let written = format!("Au\u{ad}\r\ngen{character}zu\r\n{character}");
            assert_eq!(
                parse_note(&written),
                Err(NoteError::Hidden(HiddenCharacter { character, position: 9 })),
                "{character:?}"
            );
            assert_eq!(legible_note(&written), "Au\ngenzu\n");
        }
    }
    #[test]
    fn a_note_with_a_retrieval_code_is_none_and_is_corrected_without_it() {
        let code = "G94ZJ-756FW-FHRWS-2ZVE8";
        for written in [code.to_owned(), code.replace('-', ""), code.replace('-', "\u{202e}"), format!("\u{7}{code}")] {
            let written = format!("Augen zu {written} Mund offen");
            assert_eq!(parse_note(&written), Err(NoteError::HoldsCode), "{written:?}");
            assert_eq!(legible_note(&written), "Augen zu  Mund offen");
        }
    }
}
