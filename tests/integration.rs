//! One binary for all integration tests; a folder for each part.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// Leaves a file out of a run, or with `mod.rs` a whole folder; every other test runs in each of them. The runs are `tests/run quick`,
/// which starts no other program and is done in a minute or two, and the second run of `tests/run`, in which `TestGateway` is over
/// PostgreSQL. `tests/run` looks for the line; `tests/layers/runs.rs` proves that it stands where it must.
macro_rules! skip_in {
    (quick: $why:literal) => {};
    (postgres: $why:literal) => {};
    (quick, postgres: $why:literal) => {};
}

mod audit;
mod callers;
mod client;
mod collection;
mod counter;
#[cfg(feature = "failpoints")]
mod crash;
mod cuts;
#[cfg(unix)]
mod degraded;
mod deposit;
#[cfg(unix)]
mod desk;
mod enrolment;
#[cfg(unix)]
mod evidence;
mod expiry;
#[cfg(all(unix, feature = "failpoints"))]
mod faults;
mod hot_folder;
mod identity;
mod joining;
mod layers;
mod line;
mod lists;
#[cfg(unix)]
mod moving;
mod ops;
mod problems;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod receipt;
#[cfg(unix)]
mod rollback;
mod secrecy;
mod self_test;
mod settlement;
#[cfg(unix)]
mod storage;
mod support;
mod transport;
#[cfg(unix)]
mod trust;
mod validation;
mod withdrawal;
