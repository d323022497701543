//! The strict walk over a JPEG.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::walk(bytes));
