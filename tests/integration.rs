//! One binary for all integration tests, a folder per subject.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod transport;
