//! Enrolment and renewal.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::est(bytes));
