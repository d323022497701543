//! curl as a third-party client. Tests fail without it, since a skipped test would prove nothing.

use std::process::{Command, Output};

/// Runs a command of curl.
pub fn run(curl: &mut Command) -> Output {
    curl.output()
        .unwrap_or_else(|error| panic!("curl does not run ({error}): install curl by apt, or let tests/run do it"))
}
