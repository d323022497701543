//! The test symbol as a drawing inside the page.

use std::fmt::Write;

use maud::{Markup, html};

use crate::api::Problem;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::code::test_code::TEST_CODE;
use crate::receipt::data_matrix::{DataMatrixSymbol, QUIET_MODULES, SIDE_MODULES};
use crate::texts::language::Language;
use crate::texts::text;

/// Side of the drawing in modules, with the quiet zone. The style sheet prints it so that a module has the same size as on a receipt.
pub(super) const DRAWN_MODULES: u16 = SIDE_MODULES + 2 * QUIET_MODULES;

/// The symbol with its text below.
///
/// # Errors
/// [`Problem::Internal`] if the symbol cannot be encoded.
pub(super) fn test_symbol(language: Language) -> Result<Markup, Problem> {
    let code = RetrievalCode::parse(TEST_CODE).map_err(|error| Problem::CodeMalformed { error })?;
    let symbol = DataMatrixSymbol::encode(&code).map_err(|error| {
        tracing::error!(%error, "cannot encode the test symbol");
        Problem::Internal
    })?;
    let mut dark = String::new();
    for bar in symbol.bars() {
        let (x, y) = (bar.column + QUIET_MODULES, bar.row + QUIET_MODULES);
        // Writing to a string does not fail.
        let _ = write!(dark, "M{x} {y}h{}v1h-{}z", bar.modules, bar.modules);
    }
    Ok(html! {
        figure.test-symbol {
            svg #symbol viewBox={ "0 0 " (DRAWN_MODULES) " " (DRAWN_MODULES) } role="img" shape-rendering="crispEdges"
                aria-label=(text!(language, "desk-symbol-alt")) {
                rect width=(DRAWN_MODULES) height=(DRAWN_MODULES) fill="#ffffff" {}
                path d=(dark) fill="#000000" {}
            }
            figcaption {
                code { (TEST_CODE) }
                span.print-only {
                    (text!(language, "desk-symbol-caption"))
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::data_matrix::ModuleSize;

    #[test]
    fn it_is_printed_with_the_modules_of_a_receipt() {
        let side = f32::from(DRAWN_MODULES) * ModuleSize::PRINTED.millimetres();
        let rule = format!("#symbol {{ width: {side:.3}mm; height: {side:.3}mm;");
        let style = include_str!("../../frame/style.css");
        let printed = style.rsplit_once("@media print").unwrap().1;
        assert!(printed.contains(&rule), "{rule}");
    }

    #[test]
    fn it_is_drawn_from_bars_within_its_frame() {
        let drawn = test_symbol(Language::German).unwrap().into_string();
        assert!(drawn.contains("viewBox=\"0 0 22 22\""), "{drawn}");
        // The finder pattern: its left side is one dark module in each row, its foot one bar.
        for row in 2..19 {
            assert!(drawn.contains(&format!("M2 {row}h")), "row {row}");
        }
        assert!(drawn.contains("M2 19h18v1h-18z"));
    }
}
