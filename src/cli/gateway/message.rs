//! Messages on the standard error stream, escaped like results.

use std::fmt::Display;
use std::io::{self, Write};

use crate::domain::display_text::escaped_lines;

/// Writes a message to the standard error stream. That nobody reads it changes nothing about the work.
pub(super) fn eprint(message: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escaped_lines(&message.to_string()));
}

/// Writes a question to the standard error stream; the answer is typed behind it.
pub(super) fn ask(question: impl Display) {
    let _ = write!(io::stderr(), "{}", escaped_lines(&question.to_string()));
    let _ = io::stderr().flush();
}
