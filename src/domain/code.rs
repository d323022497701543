//! The one-time retrieval code: what it looks like, how it is read from a tired citizen's handwriting, how typos show.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Crockford's base 32: no I, L, O, U. A symbol's value is its position.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that carry the 95 random bits.
const SECRET_SYMBOLS: usize = 19;
/// Secret symbols and the check symbol.
const SYMBOLS: usize = SECRET_SYMBOLS + 1;
const GROUP: usize = 5;

/// A code as 20 symbol values. Never logged: `Debug` shows no symbol; the memory is wiped on drop.
///
/// There is no `Display` on purpose: whoever shows a code says so with [`RetrievalCode::reveal`].
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct RetrievalCode([u8; SYMBOLS]);

impl RetrievalCode {
    /// Makes a code of the first 95 bits of `secret`.
    pub fn from_secret(secret: &[u8; 12]) -> Self {
        let mut symbols = [0; SYMBOLS];
        for (position, symbol) in symbols.iter_mut().take(SECRET_SYMBOLS).enumerate() {
            let bit = position * GROUP;
            let pair = u16::from(secret[bit / 8]) << 8 | u16::from(*secret.get(bit / 8 + 1).unwrap_or(&0));
            // Shifted so that the five bits stand lowest, then masked: always below 32.
            *symbol = ((pair >> (11 - bit % 8)) & 0b1_1111) as u8;
        }
        symbols[SECRET_SYMBOLS] = check_symbol(&symbols[..SECRET_SYMBOLS]);
        Self(symbols)
    }

    /// Reads a code as people write it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`CodeError`]: wrong length, a character outside the alphabet, or a check symbol that does not fit. Nothing needs to
    /// be looked up to know these.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut code = Self([0; SYMBOLS]);
        let mut length = 0;
        for character in text.chars().filter(|c| !c.is_whitespace() && !is_hyphen(*c)) {
            let value = symbol_value(character).ok_or(CodeError::UnknownCharacter)?;
            // Counts on past the end, so that the error can tell how long the text was; bounded by the caller's body limit.
            if let Some(symbol) = code.0.get_mut(length) {
                *symbol = value;
            }
            length += 1;
        }
        if length != SYMBOLS {
            return Err(CodeError::Length { symbols: length });
        }
        if check_symbol(&code.0[..SECRET_SYMBOLS]) != code.0[SECRET_SYMBOLS] {
            return Err(CodeError::CheckSymbol);
        }
        Ok(code)
    }

    /// The code for a person: four groups of five, `G94ZJ-756FW-FHRWS-2ZVE8`.
    pub fn reveal(&self) -> String {
        let mut text = String::with_capacity(SYMBOLS + 3);
        for (position, symbol) in self.0.iter().enumerate() {
            if position > 0 && position % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*symbol)]));
        }
        text
    }

    /// The secret symbols, as input for key derivation. Without the check symbol, which adds nothing.
    pub fn secret_symbols(&self) -> &[u8] {
        &self.0[..SECRET_SYMBOLS]
    }
}

impl fmt::Debug for RetrievalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetrievalCode(…)")
    }
}

/// Why a text is not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// A code has 20 symbols; this text had another number.
    Length {
        /// How many there were, without spaces and hyphens.
        symbols: usize,
    },
    /// A character that no code contains.
    UnknownCharacter,
    /// A symbol is wrong or two neighbours are swapped.
    CheckSymbol,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { symbols } => write!(f, "a code has {SYMBOLS} symbols, this one has {symbols}"),
            Self::UnknownCharacter => f.write_str("a character that no code contains"),
            Self::CheckSymbol => f.write_str("the check symbol does not fit: a symbol is wrong or two are swapped"),
        }
    }
}

impl std::error::Error for CodeError {}

/// Damm's scheme over GF(32) with x^5 + x^2 + 1: finds every single wrong symbol and every swap of neighbours.
fn check_symbol(symbols: &[u8]) -> u8 {
    symbols.iter().fold(0, |interim, symbol| {
        let doubled = (interim ^ symbol) << 1;
        if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
    })
}

fn symbol_value(character: char) -> Option<u8> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        other => u8::try_from(other).ok()?,
    };
    ALPHABET.iter().position(|&known| known == symbol).and_then(|position| u8::try_from(position).ok())
}

/// Hyphen-minus and the dashes that word processors put in its place.
fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
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
    fn debug_output_holds_no_symbol() {
        let code = RetrievalCode::parse(EXAMPLES[2]).unwrap();
        assert_eq!(format!("{code:?}"), "RetrievalCode(…)");
    }
}
