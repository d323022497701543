//! The reading of retrieval codes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::code(bytes));
