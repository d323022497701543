//! The code as a DataMatrix (ISO/IEC 16022, ECC 200), decoded again before it is printed.

use datamatrix::{DataMatrix, DecodingError, SymbolSize};

use crate::domain::code::retrieval_code::RetrievalCode;

/// Modules along each side. Twenty symbols of base 32 take 15 or 16 of its 18 data codewords. Codes with many digits would fit in a
/// smaller symbol, but one size keeps the layout and does not reveal anything about the code.
pub const SIDE_MODULES: u16 = 18;
const SIZE: SymbolSize = SymbolSize::Square18;
/// Free modules on every side. The standard requires one; the second is for printers that smear and for scissors.
pub const QUIET_MODULES: u16 = 2;

/// Length of one side of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleSize {
    micrometres: u16,
}

impl ModuleSize {
    /// Least size of a module: 0.3386 mm, four dots of a 300 dpi printer (BSI TR-03170).
    pub const LEAST: Self = Self { micrometres: 339 };
    /// Size that is printed: eight dots of a receipt printer of 203 dpi (25.4 mm / 203 = 0.1251 mm), so that every module of the roll
    /// is a whole number of dots. Three times the least: it survives "fit to page", folds and a camera instead of a scanner.
    pub const PRINTED: Self = Self { micrometres: 1001 };

    pub fn millimetres(self) -> f32 {
        f32::from(self.micrometres) / 1000.0
    }
}

const _: () = assert!(ModuleSize::PRINTED.micrometres >= ModuleSize::LEAST.micrometres);

/// A symbol that was decoded to its code.
pub struct DataMatrixSymbol {
    bars: Vec<ModuleRun>,
}

/// Dark modules side by side in one row, drawn as one bar. Columns and rows count from 0 at the upper left.
#[derive(Clone, Copy)]
pub struct ModuleRun {
    pub column: u16,
    pub row: u16,
    /// Number of modules.
    pub modules: u16,
}

impl DataMatrixSymbol {
    /// Encodes the twenty symbols of `code` without hyphens. A scanner in keyboard mode types like a US keyboard, and a computer set to
    /// German reads a US hyphen as `ß`. It also swaps Y and Z, which the check symbol reveals and the scanner's setting corrects.
    ///
    /// # Errors
    /// [`DataMatrixError`] when the bars to be drawn do not decode to `code`.
    pub fn encode(code: &RetrievalCode) -> Result<Self, DataMatrixError> {
        let text: String = code.reveal().chars().filter(|character| *character != '-').collect();
        let encoded = DataMatrix::encode(text.as_bytes(), SIZE).map_err(|_| DataMatrixError::NotEncodable)?;
        let mut modules = [[false; SIDE_MODULES as usize]; SIDE_MODULES as usize];
        for (column, row) in encoded.bitmap().pixels() {
            *modules.get_mut(row).and_then(|row| row.get_mut(column)).ok_or(DataMatrixError::NotEncodable)? = true;
        }
        let symbol = Self { bars: bars(&modules) };
        symbol.verify(code)?;
        Ok(symbol)
    }

    pub fn bars(&self) -> &[ModuleRun] {
        &self.bars
    }

    /// Decodes the bars as they are drawn.
    fn verify(&self, code: &RetrievalCode) -> Result<(), DataMatrixError> {
        let side = usize::from(SIDE_MODULES);
        let mut modules = vec![false; side * side];
        for bar in &self.bars {
            let first = usize::from(bar.row) * side + usize::from(bar.column);
            if let Some(dark) = modules.get_mut(first..first + usize::from(bar.modules)) {
                dark.fill(true);
            }
        }
        let read = DataMatrix::decode(&modules, side).map_err(DataMatrixError::Unreadable)?;
        match std::str::from_utf8(&read).map(RetrievalCode::parse) {
            Ok(Ok(read)) if read == *code => Ok(()),
            _ => Err(DataMatrixError::OtherCode),
        }
    }
}

fn bars(modules: &[[bool; SIDE_MODULES as usize]]) -> Vec<ModuleRun> {
    let mut bars: Vec<ModuleRun> = Vec::new();
    for (row, modules) in (0..).zip(modules) {
        let mut open = false;
        for (column, dark) in (0..).zip(modules) {
            match bars.last_mut() {
                Some(bar) if *dark && open => bar.modules += 1,
                _ if *dark => bars.push(ModuleRun { column, row, modules: 1 }),
                _ => {}
            }
            open = *dark;
        }
    }
    bars
}

/// Reason why no symbol can be made. No variant contains a part of the code.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum DataMatrixError {
    #[error("the code does not fit in its DataMatrix")]
    NotEncodable,
    #[error("the DataMatrix cannot be decoded")]
    Unreadable(DecodingError),
    #[error("the DataMatrix decodes to another code")]
    OtherCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(seed: u8) -> RetrievalCode {
        RetrievalCode::from_secret(&std::array::from_fn(|index| seed.wrapping_add(index as u8).wrapping_mul(53)))
    }

    #[test]
    fn every_code_fits_and_reads_as_itself() {
        for secret in [[0; 12], [0xFF; 12], [0xA5; 12]] {
            DataMatrixSymbol::encode(&RetrievalCode::from_secret(&secret)).unwrap();
        }
        for seed in 0..=u8::MAX {
            DataMatrixSymbol::encode(&code(seed)).unwrap();
        }
    }

    #[test]
    fn a_symbol_with_missing_bars_is_not_handed_out() {
        let mut symbol = DataMatrixSymbol::encode(&code(1)).unwrap();
        // Error correction repairs a few modules, except at the border, which marks the positions of the modules.
        let inside = symbol.bars.iter_mut().find(|bar| bar.row > 3 && (2..10).contains(&bar.column)).unwrap();
        inside.modules -= 1;
        assert_eq!(symbol.verify(&code(1)), Ok(()));
        symbol.bars.retain(|bar| !(4..14).contains(&bar.row) || bar.column == 0);
        assert!(matches!(symbol.verify(&code(1)), Err(DataMatrixError::Unreadable(_))));
        symbol.bars.clear();
        assert!(matches!(symbol.verify(&code(1)), Err(DataMatrixError::Unreadable(_))));
    }

    #[test]
    fn a_symbol_of_another_code_is_not_handed_out() {
        let symbol = DataMatrixSymbol::encode(&code(1)).unwrap();
        assert_eq!(symbol.verify(&code(2)), Err(DataMatrixError::OtherCode));
    }

    #[test]
    fn the_finder_is_an_l_of_whole_bars() {
        let symbol = DataMatrixSymbol::encode(&code(3)).unwrap();
        assert!((0..SIDE_MODULES).all(|row| symbol.bars.iter().any(|bar| (bar.row, bar.column) == (row, 0))));
        let last = symbol.bars.last().unwrap();
        assert_eq!((last.row, last.column, last.modules), (SIDE_MODULES - 1, 0, SIDE_MODULES));
    }

    #[test]
    fn a_module_is_whole_dots_of_a_receipt_printer_and_far_above_the_least() {
        let dots = ModuleSize::PRINTED.millimetres() / (25.4 / 203.0);
        assert!((dots - dots.round()).abs() < 0.005, "{dots}");
        assert!(ModuleSize::LEAST.millimetres() >= 0.3386);
        assert!(ModuleSize::PRINTED > ModuleSize::LEAST);
    }
}
