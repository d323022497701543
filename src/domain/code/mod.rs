//! Codes that people read, type and scan: their symbols, their checksum, and what a mistyped one says.

mod code_error;
pub mod enrolment_code;
pub mod lookup;
pub mod retrieval_code;
mod symbols;
