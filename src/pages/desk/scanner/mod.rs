//! Scanner section of the self-test: the clerk scans a test symbol, and the diagnosis says which settings to change.

pub mod scan_diagnosis;
mod scan_texts;
pub mod scanner_section;
mod test_symbol;
