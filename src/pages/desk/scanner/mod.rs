//! Scanner section of the self-test: a test symbol is scanned, and the diagnosis says what to change.

pub mod scan_diagnosis;
mod scan_texts;
pub mod scanner_section;
mod test_symbol;
