//! Twenty symbols that people copy by hand: 95 secret bits and a check symbol, in whatever they are used for.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Crockford's base 32: no I, L, O, U. A symbol's value is its position.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that carry the 95 random bits.
const SECRET_SYMBOLS: usize = 19;
/// Secret symbols and the check symbol.
pub(super) const SYMBOLS: usize = SECRET_SYMBOLS + 1;
const GROUP: usize = 5;

/// Twenty symbol values. Wiped on drop; without `Debug` and `Display`: the kinds of code around it say who may see it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(super) struct Symbols([u8; SYMBOLS]);

impl Symbols {
    /// Makes a code of the first 95 bits of `secret`.
    pub(super) fn from_secret(secret: &[u8; 12]) -> Self {
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
    pub(super) fn parse(text: &str) -> Result<Self, CodeError> {
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
    pub(super) fn reveal(&self) -> String {
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
    pub(super) fn secret_symbols(&self) -> &[u8] {
        &self.0[..SECRET_SYMBOLS]
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
