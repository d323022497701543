//! The test symbol as a drawing inside the page.

use maud::{Markup, html};

use crate::api::Problem;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::code::test_code::TEST_CODE;
use crate::pages::frame::data_matrix::drawn_symbol;
use crate::texts::language::Language;
use crate::texts::text;

/// The symbol with its text below.
///
/// # Errors
/// [`Problem::Internal`] if the symbol cannot be encoded.
pub(super) fn test_symbol(language: Language) -> Result<Markup, Problem> {
    let code = RetrievalCode::parse(TEST_CODE).map_err(|error| Problem::CodeMalformed { error })?;
    Ok(html! {
        figure.test-symbol {
            (drawn_symbol(&code, &text!(language, "desk-symbol-alt"))?)
            figcaption {
                code { (TEST_CODE) }
                span.print-only {
                    (text!(language, "desk-symbol-caption"))
                }
            }
        }
    })
}
