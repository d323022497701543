//! The reader of face models.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::model(bytes));
