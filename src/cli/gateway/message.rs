//! Messages on the standard error stream, escaped like results.

use std::fmt::Display;
use std::io::{self, Write};

use crate::domain::display_text::{escaped, escaped_lines};

/// Writes a message of one line to the standard error stream. A closed error stream does not fail the command.
pub(super) fn eprint(message: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escaped(&message.to_string()));
}

/// Writes the lines of a text whose values went through [`shown`](super::output::shown).
pub(super) fn eprint_lines(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escaped_lines(text.to_string().trim_end()));
}

/// Writes a message that may contain an excerpt of a file. Each further line is indented, so that none looks like a message of its own.
pub(super) fn eprint_excerpt(message: impl Display) {
    let message = message.to_string();
    let _ = writeln!(io::stderr(), "{}", escaped_lines(message.trim_end()).replace('\n', "\n    "));
}

/// Writes a question to the standard error stream; the answer is typed behind it.
pub(super) fn ask(question: impl Display) {
    let _ = write!(io::stderr(), "{} ", escaped(&question.to_string()));
    let _ = io::stderr().flush();
}
