//! The reading of EXIF, by way of a photo that carries it.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::exif(bytes));
