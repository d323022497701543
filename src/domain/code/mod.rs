//! Codes that people read, type and scan: symbols, check symbol, and the diagnosis of mistyped codes.

mod code_error;
pub mod code_in_text;
pub mod enrolment_code;
pub mod foreign_content;
pub mod keyboard_fault;
pub mod lookup;
pub mod retrieval_code;
mod spelling;
mod symbols;
pub mod test_code;
