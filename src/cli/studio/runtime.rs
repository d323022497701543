//! The runtime that one command runs in.

use super::advice;
use super::exit::Exit;
use super::output::eprint;
use crate::domain::language::Language;

/// Runtime with one thread, which is enough for one request at a time.
pub(super) fn runtime(language: Language) -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        eprint(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })
}
