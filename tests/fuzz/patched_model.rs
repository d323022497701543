//! A model of the program with some changed bytes.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::patched_model(bytes));
