//! Messages about errors that should not happen.

use std::error::Error as StdError;

use super::failure::Failure;
use crate::cli::studio::exit::Exit;
use crate::texts::language::Language;
use crate::texts::text;

/// Reports an error that should not happen.
pub fn about_unexpected(error: &dyn StdError, language: Language) -> Failure {
    Failure::new(Exit::Unexpected, text!(language, "studio-unexpected", cause = error.to_string()))
}
