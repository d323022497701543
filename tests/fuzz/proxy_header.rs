//! The PROXY header of a load balancer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::proxy_header(bytes));
