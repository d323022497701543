//! Twenty symbols that people copy by hand: 95 secret bits and a check symbol. Retrieval and enrolment codes consist of them.

use zeroize::Zeroizing;

use super::code_error::{CodeError, GROUP_LENGTH, GroupLayout, SYMBOL_COUNT};
use super::foreign_content::ForeignContent;
use super::keyboard_fault::KeyboardFault;
use super::spelling::Spelling;

/// Crockford's base 32, without I, L, O and U. The value of a symbol is its index.
pub(super) const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The symbols with the 95 random bits.
const SECRET_SYMBOL_COUNT: usize = SYMBOL_COUNT - 1;

/// Twenty symbol values, wiped on drop. They are in a box, because moving an array leaves a copy of it on the stack. The types around
/// it decide what may be shown, so it has neither `Debug` nor `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CodeSymbols(Box<Zeroizing<[u8; SYMBOL_COUNT]>>);

impl CodeSymbols {
    fn zero() -> Self {
        Self(Box::new(Zeroizing::new([0; SYMBOL_COUNT])))
    }

    /// Uses the first 95 bits of `secret`.
    pub(super) fn from_secret(secret: &[u8; 12]) -> Self {
        let mut code = Self::zero();
        let symbols = &mut code.0;
        for (position, symbol) in symbols.iter_mut().take(SECRET_SYMBOL_COUNT).enumerate() {
            let bit = position * GROUP_LENGTH;
            let pair = u16::from(secret[bit / 8]) << 8 | u16::from(*secret.get(bit / 8 + 1).unwrap_or(&0));
            // Shifted to the lowest five bits and masked, so the value is below 32.
            *symbol = ((pair >> (11 - bit % 8)) & 0b1_1111) as u8;
        }
        symbols[SECRET_SYMBOL_COUNT] = check_symbol(symbols.iter().take(SECRET_SYMBOL_COUNT).copied());
        code
    }

    /// Reads a code as people write it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`CodeError`]: another symbol or a wrong keyboard layout, if the text shows it; otherwise the length, an unknown character or the
    /// check symbol.
    pub(super) fn parse(text: &str) -> Result<Self, CodeError> {
        Self::read(text).map_err(|error| match error {
            CodeError::CheckSymbol | CodeError::SwappedLayout => error,
            _ => cause(text).unwrap_or(error),
        })
    }

    fn read(text: &str) -> Result<Self, CodeError> {
        let mut code = Self::zero();
        let mut outline = GroupLayout::default();
        for character in text.chars() {
            let plain = match Spelling::of(character) {
                Spelling::Symbol(plain) => plain,
                Spelling::Separator => {
                    outline.note_separator();
                    continue;
                }
                Spelling::Invisible => continue,
            };
            let value = symbol_value(plain);
            if let (Some(symbol), Some(value)) = (code.0.get_mut(outline.symbols()), value) {
                *symbol = value;
            }
            outline.note_symbol(character, value.is_some());
        }
        outline.check()?;
        if code.has_valid_check_symbol(|symbol| symbol) {
            Ok(code)
        } else if code.has_valid_check_symbol(swap_y_and_z) {
            Err(CodeError::SwappedLayout)
        } else {
            Err(CodeError::CheckSymbol)
        }
    }

    /// True if the check symbol fits when each symbol is mapped by `read`. It makes no copy that would have to be wiped.
    fn has_valid_check_symbol(&self, read: impl Fn(u8) -> u8) -> bool {
        let mut symbols = self.0.iter().map(|symbol| read(*symbol));
        let expected = check_symbol(symbols.by_ref().take(SECRET_SYMBOL_COUNT));
        symbols.next() == Some(expected)
    }

    /// The code for people: four groups of five, `G94ZJ-756FW-FHRWS-2ZVE8`.
    pub(super) fn reveal(&self) -> String {
        let mut text = String::with_capacity(SYMBOL_COUNT + 3);
        for (position, symbol) in self.0.iter().enumerate() {
            if position > 0 && position % GROUP_LENGTH == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*symbol)]));
        }
        text
    }

    /// The symbols without the check symbol, as input for key derivation.
    pub(super) fn secret_symbols(&self) -> &[u8] {
        &self.0[..SECRET_SYMBOL_COUNT]
    }
}

/// Damm's scheme over GF(32) with x^5 + x^2 + 1, which detects every single wrong symbol and every swap of neighbours.
fn check_symbol(symbols: impl Iterator<Item = u8>) -> u8 {
    symbols.fold(0, |interim, symbol| {
        let doubled = (interim ^ symbol) << 1;
        if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
    })
}

/// True if a code can contain the character.
pub(super) fn is_symbol(character: char) -> bool {
    symbol_value(character).is_some()
}

fn symbol_value(character: char) -> Option<u8> {
    let symbol = match character.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        other => u8::try_from(other).ok()?,
    };
    ALPHABET.iter().position(|&known| known == symbol).and_then(|position| u8::try_from(position).ok())
}

/// Swaps Y and Z, which a German and a US keyboard layout have in each other's place.
fn swap_y_and_z(symbol: u8) -> u8 {
    const Y: u8 = 30;
    const Z: u8 = 31;
    match symbol {
        Y => Z,
        Z => Y,
        other => other,
    }
}

/// The cause of a text that is not a code, if it is more than a typo.
fn cause(text: &str) -> Option<CodeError> {
    let is_code = |text: &str| matches!(CodeSymbols::read(text), Ok(_) | Err(CodeError::SwappedLayout));
    ForeignContent::of(text)
        .map(CodeError::Foreign)
        .or_else(|| KeyboardFault::find(text, is_code).map(|(fault, _)| CodeError::Keyboard(fault)))
}
