//! curl, which plays the foreign client: a test that needs it fails without it, for one that passes would have tested nothing.

use std::process::{Command, Output};

/// Runs a command of curl.
pub fn run(curl: &mut Command) -> Output {
    curl.output()
        .unwrap_or_else(|error| panic!("curl does not run ({error}): install curl by apt, or let tests/run do it"))
}
