//! The one-time retrieval code: what it looks like, how it is read from a tired citizen's handwriting, how typos show.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

pub use super::symbols::CodeError;
use super::symbols::Symbols;

/// What the desk's test symbol says: a code by its check symbol, with the letters that foreign keyboards put elsewhere, and digits.
/// It is no secret and never a photo's: whoever enters it is told so before anything is looked up.
///
/// Issuing does not keep clear of it. One deposit in 2^95 would draw it; at ten million photos a year, for a hundred years, that
/// is one chance in 10^19, and a branch that nobody can make run would be the greater risk.
pub const TEST_CODE: &str = "TESTY-TESTZ-01234-5678Q";

/// A code as 20 symbol values. Never logged: `Debug` shows no symbol; the memory is wiped on drop.
///
/// There is no `Display` on purpose: whoever shows a code says so with [`RetrievalCode::reveal`].
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RetrievalCode(Symbols);

impl RetrievalCode {
    /// Makes a code of the first 95 bits of `secret`.
    pub fn from_secret(secret: &[u8; 12]) -> Self {
        Self(Symbols::from_secret(secret))
    }

    /// Reads a code as people write it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`CodeError`]: wrong length, a character outside the alphabet, or a check symbol that does not fit. Nothing needs to
    /// be looked up to know these.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        Symbols::parse(text).map(Self)
    }

    /// Whether it is that of the desk's test symbol.
    pub fn is_test(&self) -> bool {
        Self::parse(TEST_CODE).is_ok_and(|test| test == *self)
    }

    /// The code for a person: four groups of five, `G94ZJ-756FW-FHRWS-2ZVE8`.
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
    use super::super::symbols::{ALPHABET, SYMBOLS};
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
    }

    #[test]
    fn every_single_wrong_symbol_and_every_swap_of_neighbours_is_found() {
        for example in EXAMPLES {
            let symbols: Vec<char> = example.chars().filter(|c| *c != '-').collect();
            for position in 0..SYMBOLS {
                for &other in ALPHABET {
                    let mut wrong = symbols.clone();
                    wrong[position] = char::from(other);
                    if wrong != symbols {
                        let wrong: String = wrong.into_iter().collect();
                        assert_eq!(RetrievalCode::parse(&wrong), Err(CodeError::CheckSymbol), "{wrong}");
                    }
                }
                if position + 1 < SYMBOLS && symbols[position] != symbols[position + 1] {
                    let mut swapped = symbols.clone();
                    swapped.swap(position, position + 1);
                    let swapped: String = swapped.into_iter().collect();
                    assert_eq!(RetrievalCode::parse(&swapped), Err(CodeError::CheckSymbol), "{swapped}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_code_says_why() {
        assert_eq!(RetrievalCode::parse(""), Err(CodeError::Length { symbols: 0 }));
        assert_eq!(RetrievalCode::parse("00000-00000-00000-000000"), Err(CodeError::Length { symbols: 21 }));
        assert_eq!(RetrievalCode::parse("U0000-00000-00000-00000"), Err(CodeError::UnknownCharacter));
        assert_eq!(RetrievalCode::parse("ß0000-00000-00000-00000"), Err(CodeError::UnknownCharacter));
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
    fn the_test_code_is_a_code_that_shows_what_scanners_get_wrong() {
        let test = RetrievalCode::parse(TEST_CODE).unwrap();
        assert!(test.is_test() && test.reveal() == TEST_CODE);
        assert!(!RetrievalCode::parse(EXAMPLES[2]).unwrap().is_test());
        assert!(['Y', 'Z', '0', '1', 'Q', 'E'].iter().all(|symbol| TEST_CODE.contains(*symbol)));
        let swapped = |c| match c {
            'Y' => 'Z',
            'Z' => 'Y',
            other => other,
        };
        assert!(RetrievalCode::parse(&TEST_CODE.chars().map(swapped).collect::<String>()).is_err());
    }

    #[test]
    fn debug_output_holds_no_symbol() {
        let code = RetrievalCode::parse(EXAMPLES[2]).unwrap();
        assert_eq!(format!("{code:?}"), "RetrievalCode(…)");
    }
}
