//! The rewriting of a JPEG as baseline.

#![no_main]

#[allow(dead_code, reason = "each target has one of them")]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::transcode(bytes));
