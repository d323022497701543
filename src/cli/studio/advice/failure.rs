//! The failure of a command, for the user and for scripts.

use std::error::Error as StdError;

use crate::cli::studio::exit::Exit;
use crate::texts::language::Language;
use crate::texts::text;

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

/// Reports an error that should not happen.
pub fn about_unexpected(error: &dyn StdError, language: Language) -> Failure {
    Failure::new(Exit::Unexpected, text!(language, "studio-unexpected", cause = error.to_string()))
}
