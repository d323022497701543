//! A photo profile.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::profile(bytes));
