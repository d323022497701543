//! The rewriting of a JPEG as baseline.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::transcode(bytes));
