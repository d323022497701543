//! The integration tests, in one binary.

mod client;
mod support;
