//! One binary for all integration tests; a folder for each part.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod callers;
mod client;
mod collection;
mod cuts;
mod deposit;
mod expiry;
mod identity;
mod lists;
mod ops;
mod problems;
mod secrecy;
mod settlement;
mod support;
mod transport;
mod validation;
mod withdrawal;
