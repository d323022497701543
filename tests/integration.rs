//! One binary for all integration tests; a folder for each part.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod identity;
mod layers;
mod support;
mod transport;
mod validation;
