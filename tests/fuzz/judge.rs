//! The whole judgement, under the German profile.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::judge(bytes));
