//! One binary for all integration tests; a folder for each part.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![cfg_attr(windows, allow(dead_code, reason = "the helpers of tests that need Unix have no user there"))]

/// Leaves a file out of a run, or with `mod.rs` a whole folder; every other test runs in each of them. The runs are `tests/run quick`,
/// which starts no other program and is done in a minute or two, and the second run of `tests/run`, in which `TestGateway` is over
/// PostgreSQL. `tests/run` looks for the line; `tests/layers/runs.rs` proves that it stands where it must.
macro_rules! skip_in {
    (quick: $why:literal) => {};
    (postgres: $why:literal) => {};
    (quick, postgres: $why:literal) => {};
}

#[cfg(unix)]
mod browser;
mod failures;
mod http;
mod layers;
mod lease_protocol;
#[cfg(unix)]
mod model;
mod programs;
#[path = "fuzz/properties/mod.rs"]
mod properties;
mod storage;
mod support;
mod trust;
mod validation;
mod vectors;
