//! The one-time code of an invitation, with which a device and the gateway authenticate each other before the device has a certificate.

use std::fmt;

use zeroize::Zeroizing;

use super::code_error::CodeError;
use super::symbols::CodeSymbols;
use crate::entropy::{Entropy, EntropyError, random_bytes};

/// Code of an invitation. It has the form of a retrieval code but a type of its own, so that they cannot be confused.
///
/// It is never logged and never stored: `Debug` shows no symbol, and the memory is wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode(CodeSymbols);

impl EnrolmentCode {
    /// Generates a code of 95 random bits.
    ///
    /// # Errors
    /// [`EntropyError`] when the source of randomness fails.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let secret: Zeroizing<[u8; 12]> = Zeroizing::new(random_bytes(entropy)?);
        Ok(Self(CodeSymbols::from_secret(&secret)))
    }

    /// Reads a code as people write it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    ///
    /// # Errors
    /// [`CodeError`], determined without a database.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        CodeSymbols::parse(text).map(Self)
    }

    /// The code for people: four groups of five.
    pub fn reveal(&self) -> String {
        self.0.reveal()
    }

    /// The secret symbols, as input for key derivation: 19 bytes, each the value of one symbol.
    pub fn secret_symbols(&self) -> &[u8] {
        self.0.secret_symbols()
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_code_survives_handwriting_and_no_two_are_alike() {
        let entropy = SeededEntropy::new(4);
        let (one, other) = (EnrolmentCode::generate(&entropy).unwrap(), EnrolmentCode::generate(&entropy).unwrap());
        assert!(one != other);
        let typed = one.reveal().to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(EnrolmentCode::parse(&typed), Ok(one));
        assert_eq!(EnrolmentCode::parse("G94ZJ-756FW-FHRWS-2ZVE9"), Err(CodeError::CheckSymbol));
    }

    #[test]
    fn debug_output_holds_no_symbol() {
        let code = EnrolmentCode::generate(&SeededEntropy::new(4)).unwrap();
        assert_eq!(format!("{code:?}"), "EnrolmentCode(…)");
    }
}
