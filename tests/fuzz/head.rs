//! The bytes on a connection.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::head(bytes));
