//! An executable model of the gateway's promises: random histories run through a [reference](reference) and through the real router, and
//! each answer must be the same. A history that fails is shrunk, and its seed is kept in `regressions.txt`.
//!
//! Not in the model: rate limits, enrolment and certificates, the desk, photo checks, month keys that are destroyed, checkpoints and
//! log replay, and the signature of a backup. Other tests cover these events, which the histories lack as well:
//! - a clock that jumps or is set back, and `confirm-clock`: `tests/storage/expiry/clock.rs`, `tests/failures/database_rollback/clock.rs`;
//! - `kill -9` in each step of each flow: `tests/failures/killed_gateway`;
//! - several nodes and concurrent requests: `tests/lease_protocol`, `tests/failures/faults`, and the files `parallel.rs` in `tests/http`;
//! - release of the photos of one revoked device: `tests/trust/quarantine.rs`.

#![allow(clippy::result_large_err, reason = "refusals are answers of the reference, which are as large as the others")]

mod administration;
mod candidates;
mod comparison;
mod coverage;
mod exploration;
mod looks;
mod machine;
mod planted_bugs;
mod postgres;
mod reference;
mod requests;
mod sqlite;
mod steps;
mod studio_requests;
mod system;
