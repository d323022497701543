//! The failure of a command, for the user and for scripts.

use crate::cli::studio::exit::Exit;

/// Exit code of a failed command, and the message that tells the user the cause and the next step.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    pub(in crate::cli::studio) const fn new(exit: Exit, message: String) -> Self {
        Self { exit, message }
    }
}
