//! The DataMatrix of a code as a drawing inside a page.

use std::fmt::Write;

use maud::{Markup, html};

use crate::api::Problem;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::receipt::data_matrix::{DataMatrixSymbol, QUIET_MODULES, SIDE_MODULES};

/// Side of the drawing in modules, with the quiet zone. The style sheet prints it so that a module has the same size as on a receipt.
pub(in crate::pages) const DRAWN_MODULES: u16 = SIDE_MODULES + 2 * QUIET_MODULES;

/// The symbol as an image that `description` names to screen readers.
///
/// # Errors
/// [`Problem::Internal`] if the symbol cannot be encoded.
pub(in crate::pages) fn drawn_symbol(code: &RetrievalCode, description: &str) -> Result<Markup, Problem> {
    let symbol = DataMatrixSymbol::encode(code).map_err(|error| {
        tracing::error!(%error, "cannot encode a DataMatrix");
        Problem::Internal
    })?;
    let mut dark = String::new();
    for bar in symbol.bars() {
        let (x, y) = (bar.column + QUIET_MODULES, bar.row + QUIET_MODULES);
        // Writing to a string does not fail.
        let _ = write!(dark, "M{x} {y}h{}v1h-{}z", bar.modules, bar.modules);
    }
    Ok(html! {
        svg.data-matrix viewBox={ "0 0 " (DRAWN_MODULES) " " (DRAWN_MODULES) } role="img" shape-rendering="crispEdges"
            aria-label=(description) {
            rect width=(DRAWN_MODULES) height=(DRAWN_MODULES) fill="#ffffff" {}
            path d=(dark) fill="#000000" {}
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
        let rule = format!(".data-matrix {{ width: {side:.3}mm; height: {side:.3}mm;");
        let style = include_str!("style.css");
        assert!(style.split("@media print").skip(1).any(|printed| printed.contains(&rule)), "{rule}");
    }

    #[test]
    fn it_is_drawn_from_bars_within_its_frame() {
        let drawn = drawn_symbol(&RetrievalCode::from_secret(&[0x5A; 12]), "Code").unwrap().into_string();
        assert!(drawn.contains("viewBox=\"0 0 22 22\""), "{drawn}");
        // The finder pattern: its left side is one dark module in each row, its foot one bar.
        for row in 2..19 {
            assert!(drawn.contains(&format!("M2 {row}h")), "row {row}");
        }
        assert!(drawn.contains("M2 19h18v1h-18z"));
    }
}
