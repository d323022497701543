//! An executable model of the gateway's promises: random histories run through a [reference](reference) and through the real router, and
//! each answer must be the same. A history that fails is shrunk, and its seed is kept in `regressions.txt`.
//!
//! Not in the model: rate limits, enrolment and certificates, the desk, photo checks, month keys that are destroyed, checkpoints and
//! log replay, the signature of a backup, and concurrent requests.

mod administration;
mod candidates;
mod comparison;
mod coverage;
mod exploration;
mod machine;
mod planted_bugs;
mod postgres;
mod reference;
mod requests;
mod sqlite;
mod steps;
mod system;
