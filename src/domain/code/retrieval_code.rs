//! The one-time retrieval code: its form, tolerant parsing and the detection of typos.

use std::fmt;

pub use super::code_error::{CodeError, SymbolPosition};
use super::symbols::CodeSymbols;

/// A code as 20 symbol values. It is never logged: `Debug` shows no symbol, and the memory is wiped on drop.
///
/// It has no `Display` on purpose: code that shows it must call [`RetrievalCode::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct RetrievalCode(CodeSymbols);

impl RetrievalCode {
    /// Uses the first 95 bits of `secret`.
    pub fn from_secret(secret: &[u8; 12]) -> Self {
        Self(CodeSymbols::from_secret(secret))
    }

    /// Reads a code as people write it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`CodeError`], determined without a database.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        CodeSymbols::parse(text).map(Self)
    }

    /// The code for people: four groups of five, `G94ZJ-756FW-FHRWS-2ZVE8`.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// The secret symbols, as input for key derivation. Without the check symbol, which adds nothing.
    pub fn secret_symbols(&self) -> &[u8] {
        self.0.secret_symbols()
    }
}

impl fmt::Debug for RetrievalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetrievalCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::code_error::SYMBOL_COUNT;
    use super::super::symbols::ALPHABET;
    use super::*;

    const EXAMPLES: [&str; 4] =
        ["00000-00000-00000-00000", "00000-00000-00000-00012", "G94ZJ-756FW-FHRWS-2ZVE8", "NR3MP-75Q96-X8259-ZKAA9"];

    #[test]
    fn the_published_examples_are_codes() {
        for example in EXAMPLES {
            assert_eq!(RetrievalCode::parse(example).unwrap().reveal(), example);
        }
    }

    #[test]
    fn people_may_write_it_their_way() {
        let code = RetrievalCode::parse("00000-00000-00000-00012").unwrap();
        assert_eq!(RetrievalCode::parse(" oooOO 00000 0000 0–000i2\n").unwrap(), code);
        assert_eq!(RetrievalCode::parse("000000000000000000L2").unwrap(), code);
        let pasted = RetrievalCode::parse("G94ZJ-756FW-FHRWS-2ZVE8").unwrap();
        for way in [
            "g94zj756fwfhrws2zve8",
            "G94ZJ 756FW FHRWS 2ZVE8\r\n",
            "\tG94ZJ–756FW—FHRWS‐2ZVE8\t",
            "G94ZJ\u{A0}756FW\u{202F}FHRWS\u{2212}2ZVE8",
            "- G94 ZJ756 -- FWFHRWS2ZVE8 -",
        ] {
            assert_eq!(RetrievalCode::parse(way).as_ref(), Ok(&pasted), "{way:?}");
        }
    }

    /// A typo may look like swapped keys by chance.
    fn is_refused_by_its_check_symbol(text: &str) -> bool {
        matches!(RetrievalCode::parse(text), Err(CodeError::CheckSymbol | CodeError::SwappedLayout))
    }

    #[test]
    fn every_single_wrong_symbol_and_every_swap_of_neighbours_is_found() {
        for example in EXAMPLES {
            let symbols: Vec<char> = example.chars().filter(|c| *c != '-').collect();
            for position in 0..SYMBOL_COUNT {
                for &other in ALPHABET {
                    let mut altered = symbols.clone();
                    altered[position] = char::from(other);
                    if altered != symbols {
                        let altered: String = altered.into_iter().collect();
                        assert!(is_refused_by_its_check_symbol(&altered), "{altered}");
                    }
                }
                if position + 1 < SYMBOL_COUNT && symbols[position] != symbols[position + 1] {
                    let mut swapped = symbols.clone();
                    swapped.swap(position, position + 1);
                    let swapped: String = swapped.into_iter().collect();
                    assert!(is_refused_by_its_check_symbol(&swapped), "{swapped}");
                }
            }
        }
    }

    #[test]
    fn a_malformed_code_says_why() {
        assert_eq!(RetrievalCode::parse(""), Err(CodeError::Length { symbols: 0 }));
        assert_eq!(RetrievalCode::parse("G94ZJ-756FW-FHRWS-2ZVE9"), Err(CodeError::CheckSymbol));
        assert_eq!(RetrievalCode::parse("NR3MP-75Q96-X8259-ZKA9A"), Err(CodeError::CheckSymbol));
    }

    #[test]
    fn a_group_that_is_too_long_or_too_short_is_named_where_groups_were_typed() {
        for (text, expected) in [
            ("G94ZJ-756F-FHRWS-2ZVE8", CodeError::GroupLength { group: 2, symbols: 4 }),
            ("00000-00000-00000-000000", CodeError::GroupLength { group: 4, symbols: 6 }),
            (" 94ZJ 756FW – FHRWS 2ZVE8\n", CodeError::GroupLength { group: 1, symbols: 4 }),
            // The wrong one of two groups, or the missing one, cannot be determined.
            ("G94Z-756F-FHRWS-2ZVE8", CodeError::Length { symbols: 18 }),
            ("G94ZJ-FHRWS-2ZVE8", CodeError::Length { symbols: 15 }),
            ("G94ZJ-756FW-FHRWS-2ZV-E", CodeError::Length { symbols: 19 }),
            ("G94ZJ756FWFHRWS2ZVE", CodeError::Length { symbols: 19 }),
        ] {
            let error = RetrievalCode::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text:?}");
        }
    }

    #[test]
    fn a_character_that_no_code_contains_is_reported_with_its_place() {
        let at = |group, position| Some(SymbolPosition { group, position });
        for (text, character, place) in [
            ("U0000-00000-00000-00000", 'U', at(1, 1)),
            ("u0000-00000-00000-00000", 'u', at(1, 1)),
            ("Ä0000-00000-00000-00000", 'Ä', at(1, 1)),
            ("G94ZJ-756FW-FHU?S-2ZVE8", 'U', at(3, 3)),
            ("G94ZJ756FWFHRUS2ZVE8", 'U', at(3, 4)),
            ("G94ZJ756FW FHRWS2ZVE?", '?', at(4, 5)),
            // Four groups are recognised although one is too long.
            ("G94ZJ-756FWU-FHRWS-2ZVE8", 'U', at(2, 6)),
            ("G94Z-756FW-FHRWS-2ZVEU", 'U', at(4, 5)),
            // Neither length nor groups determine the position.
            ("Code: G94ZJ-756FW-FHRWS-2ZVE8", ':', None),
            ("?", '?', None),
        ] {
            let expected = CodeError::UnknownCharacter { character, place };
            assert_eq!(RetrievalCode::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn swapped_y_and_z_are_distinguished_from_other_typos() {
        let swap = |c| match c {
            'Y' => 'Z',
            'Z' => 'Y',
            other => other,
        };
        for example in EXAMPLES.into_iter().filter(|example| example.contains(['Y', 'Z'])) {
            let typed: String = example.chars().map(swap).collect();
            assert_eq!(RetrievalCode::parse(&typed), Err(CodeError::SwappedLayout), "{typed}");
            let typed = typed.to_lowercase().replace('-', "");
            assert_eq!(RetrievalCode::parse(&typed), Err(CodeError::SwappedLayout), "{typed}");
        }
        // The check symbol itself may be one of the two.
        assert!(RetrievalCode::parse("00000-00000-00000-000FY").is_ok());
        assert_eq!(RetrievalCode::parse("00000-00000-00000-000FZ"), Err(CodeError::SwappedLayout));
    }

    #[test]
    fn no_error_repeats_a_symbol() {
        for text in ["QQQQQ-QQQQ-QQQQQ-QQQQQ", "QQQQQ-QUQQQ-QQQQQ-QQQQQ", "QQQQQ-QQQQQ-QQQQQ-QQQQR", "Q"] {
            let error = RetrievalCode::parse(text).unwrap_err();
            assert!(!format!("{error:?} {error}").contains('Q'), "{error:?}");
        }
    }

    #[test]
    fn a_secret_fills_95_bits() {
        assert_eq!(RetrievalCode::from_secret(&[0; 12]).reveal(), "00000-00000-00000-00000");
        let full = RetrievalCode::from_secret(&[0xFF; 12]);
        assert!(full.reveal().starts_with("ZZZZZ-ZZZZZ-ZZZZZ-ZZZZ"));
        assert_eq!(RetrievalCode::parse(&full.reveal()).unwrap(), full);
        // The 96th bit does not count.
        let mut other = [0xFF; 12];
        other[11] = 0xFE;
        assert_eq!(RetrievalCode::from_secret(&other), full);
    }

    #[test]
    fn debug_output_holds_no_symbol() {
        let code = RetrievalCode::parse(EXAMPLES[2]).unwrap();
        assert_eq!(format!("{code:?}"), "RetrievalCode(…)");
    }
}
