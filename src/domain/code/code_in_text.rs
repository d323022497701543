//! Retrieval codes within other text, such as a note into which a clerk scanned a code.

use std::ops::Range;

use zeroize::Zeroizing;

use super::code_error::{CodeError, GROUP_LENGTH, SYMBOL_COUNT};
use super::keyboard_fault::KeyboardFault;
use super::spelling::Spelling;
use super::symbols::{CodeSymbols, is_symbol};

/// Maximum number of other characters between two groups.
const GROUP_GAP_MAX_CHARACTERS: usize = 3;
/// Minimum number of digits in a code with irregular spaces. With fewer, sentences would be mistaken for codes too often.
const LOOSE_MIN_DIGITS: usize = 3;

/// Finds the first code, as a range of bytes: twenty symbols whose check symbol fits, in one piece, in groups of five or with irregular
/// spaces, even if other characters touch it or a scanner with another keyboard layout has changed it.
///
/// The check symbol fits one in 32 texts of twenty symbols by chance. Words of a sentence therefore count as a code only if they have a
/// digit or stand apart, and with irregular spaces only if they have `LOOSE_MIN_DIGITS` digits and letters of one case.
pub fn find_code(text: &str) -> Option<Range<usize>> {
    let symbols = read(text);
    let found = (0..symbols.len()).find_map(|start| {
        let window = symbols.get(start..start + SYMBOL_COUNT)?;
        Window { text, symbols: window }.is_code().then(|| window[0].place..window[SYMBOL_COUNT - 1].end())
    });
    found.or_else(|| find_misread_code(text))
}

/// Removes all codes from a text.
pub fn without_codes(text: &str) -> String {
    let mut rest = text.to_owned();
    while let Some(code) = find_code(&rest) {
        rest.replace_range(code, "");
    }
    rest
}

/// Finds a word that becomes a code when a keyboard fault is undone.
fn find_misread_code(text: &str) -> Option<Range<usize>> {
    let is_code = |text: &str| matches!(CodeSymbols::parse(text), Ok(_) | Err(CodeError::SwappedLayout));
    let is_misread =
        |word: &str| KeyboardFault::find(word, is_code).is_some_and(|(_, meant)| is_code(&Zeroizing::new(meant)));
    let mut place = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if is_misread(bare) {
            return Some(place..place + bare.len());
        }
        place += word.len();
    }
    None
}

/// A symbol of the text.
struct TextSymbol {
    /// Full-width forms as ASCII.
    plain: char,
    written: char,
    /// In bytes.
    place: usize,
    /// Visible characters between the previous symbol and this one.
    gap: Gap,
}

impl TextSymbol {
    fn end(&self) -> usize {
        self.place + self.written.len_utf8()
    }
}

/// Characters between two symbols.
#[derive(Clone, Copy, Default)]
struct Gap {
    characters: usize,
    /// True if a letter or digit that no code contains is among them.
    has_letter: bool,
    /// True if all of them are spaces or dashes.
    is_separator: bool,
}

fn read(text: &str) -> Vec<TextSymbol> {
    let mut symbols = Vec::new();
    let nothing = Gap { is_separator: true, ..Gap::default() };
    let mut gap = nothing;
    for (place, written) in text.char_indices() {
        match Spelling::of(written) {
            Spelling::Symbol(plain) if is_symbol(plain) => {
                symbols.push(TextSymbol { plain, written, place, gap });
                gap = nothing;
            }
            Spelling::Symbol(other) => {
                gap.characters += 1;
                gap.is_separator = false;
                // A US scanner on a German computer types ß for the hyphen.
                gap.has_letter |= other.is_alphanumeric() && other != 'ß';
            }
            Spelling::Separator => gap.characters += 1,
            Spelling::Invisible => {}
        }
    }
    symbols
}

/// Twenty consecutive symbols.
struct Window<'a> {
    text: &'a str,
    symbols: &'a [TextSymbol],
}

impl Window<'_> {
    fn is_code(&self) -> bool {
        let inner = || self.symbols.iter().enumerate().skip(1).filter(|(_, symbol)| symbol.gap.characters > 0);
        let digits = self.symbols.iter().filter(|symbol| symbol.plain.is_ascii_digit()).count();
        let is_solid = inner().next().is_none();
        let is_grouped = inner().map(|(place, _)| place).eq((GROUP_LENGTH..SYMBOL_COUNT).step_by(GROUP_LENGTH))
            && inner().all(|(_, symbol)| !symbol.gap.has_letter && symbol.gap.characters <= GROUP_GAP_MAX_CHARACTERS);
        if is_solid || is_grouped {
            (digits > 0 || self.is_apart()) && matches!(self.parse(), Ok(_) | Err(CodeError::SwappedLayout))
        } else {
            digits >= LOOSE_MIN_DIGITS
                && self.is_apart()
                && self.has_one_case()
                && inner().all(|(_, symbol)| symbol.gap.is_separator)
                && self.parse().is_ok()
        }
    }

    /// True if it begins and ends at word boundaries.
    fn is_apart(&self) -> bool {
        let after =
            self.text[self.symbols[SYMBOL_COUNT - 1].end()..].chars().find(|c| Spelling::of(*c) != Spelling::Invisible);
        let before = self.text[..self.symbols[0].place].chars().rev().find(|c| Spelling::of(*c) != Spelling::Invisible);
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    }

    fn has_one_case(&self) -> bool {
        let any = |is: fn(&char) -> bool| self.symbols.iter().any(|symbol| is(&symbol.plain));
        !(any(char::is_ascii_uppercase) && any(char::is_ascii_lowercase))
    }

    fn parse(&self) -> Result<CodeSymbols, CodeError> {
        let mut plain = Zeroizing::new(String::with_capacity(SYMBOL_COUNT));
        plain.extend(self.symbols.iter().map(|symbol| symbol.plain));
        CodeSymbols::parse(&plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "G94ZJ-756FW-FHRWS-2ZVE8";

    #[test]
    fn a_code_is_found_in_every_spelling_and_wherever_it_stands() {
        for spelling in [
            CODE,
            "G94ZJ756FWFHRWS2ZVE8",
            "g94zj756fwfhrws2zve8",
            "G94ZJ 756FW FHRWS 2ZVE8",
            "G94ZJ – 756FW – FHRWS – 2ZVE8",
            "G94ZJ\n756FW\nFHRWS\n2ZVE8",
            "G94ZJ.756FW.FHRWS.2ZVE8",
            "G94ZJß756FWßFHRWSß2ZVE8",
            "Ｇ94ZJ756FWFHRWS2ZVE8",
            "G94\u{ad}ZJ-756\u{200b}FW-FHRWS-2ZVE8\u{feff}",
            // Y and Z are swapped.
            "G94YJ756FWFHRWS2YVE8",
            // O for 0, I and L for 1.
            "oooOO-00000-00000-000i2",
        ] {
            for (before, after) in [
                ("", ""),
                ("Augen zu ", " und Mund offen"),
                ("Mund offen", ""),
                ("(", ")."),
                ("Code:", "\nBrille"),
                ("zu", "da"),
            ] {
                let text = format!("{before}{spelling}{after}");
                let found = find_code(&text).unwrap_or_else(|| panic!("{text}"));
                let rest = without_codes(&text);
                assert!(
                    found.len() + 6 >= spelling.len() && rest.len() <= before.len() + after.len() + 6,
                    "{text}: {rest}"
                );
                assert_eq!(find_code(&rest), None);
            }
        }
        for spelling in ["G94 ZJ756 FWFHRWS 2ZVE8", "g94zj7 56fwfh rws2zve8", "G 9 4 Z J 7 5 6 F W F H R W S 2 Z V E 8"]
        {
            let text = format!("Augen zu, {spelling}, Mund offen");
            assert_eq!(without_codes(&text), "Augen zu, , Mund offen");
        }
    }

    #[test]
    fn two_codes_are_both_taken_out_and_all_else_stays() {
        let text = format!("Augen zu {CODE}\nMund {} offen", CODE.replace('-', ""));
        assert_eq!(without_codes(&text), "Augen zu \nMund  offen");
    }

    #[test]
    fn a_code_that_a_keyboard_spoilt_is_found() {
        for arrived in ["TESTY_TESTZ_=!\"§$_%&/(Q", "TESTY?TESTZ?=!\"§$?%&/(Q", "TESTY)TESTW)à&é\"')(-è_A"] {
            assert_eq!(without_codes(&format!("Augen {arrived} zu")), "Augen  zu", "{arrived}");
        }
    }

    #[test]
    fn a_code_without_digits_counts_only_between_word_boundaries() {
        const LETTERS: &str = "ABCDE-FGHJK-MNPQR-STVWR";
        assert_eq!(without_codes(&format!("({LETTERS})\u{ad}")), "()\u{ad}");
        for (before, after) in [("ä", ""), ("", "ä"), ("ä\u{ad}", ""), ("", "\u{200b}ä"), ("", "Z")] {
            let text = format!("{before}{LETTERS}{after}");
            assert_eq!(find_code(&text), None, "{text}");
        }
    }

    #[test]
    fn sentences_are_no_codes() {
        for text in [
            "",
            "Der Hintergrund ist zu dunkel, bitte heller und ohne Schatten fotografieren.",
            "Kopf 28 mm hoch statt 32 bis 36 mm; Brille spiegelt links. Aufnahme vom 12.08.2026.",
            "Leider nicht scharf genug: Augen waren halb geschlossen, Kopf leicht nach links gedreht.",
            "Please take it again without glasses, the left lens reflects the lamp 2 m away.",
            "Gesichtsfeldbegrenzung und Hintergrundbeleuchtung",
            "Vorgang 019f2b7c-1234-7abc-8def-0123456789ab",
            "4006381333931",
            "Tel. 0211 8991234, Zimmer 12",
        ] {
            assert_eq!(find_code(text), None, "{text}");
        }
        // A code with a typo is not found.
        assert_eq!(find_code("G94ZJ-756FW-FHRWS-2ZVE9"), None);
    }
}
