//! One binary for all integration tests; a folder for each part.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
#[cfg(feature = "failpoints")]
mod crash;
mod identity;
mod line;
#[cfg(unix)]
mod program;
mod support;
mod transport;
mod validation;
