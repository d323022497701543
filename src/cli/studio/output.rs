//! Results on the standard output, messages on the standard error stream. Control characters and marks of the text direction are escaped:
//! the gateway chooses texts, and the programs that export photos choose file names.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::advice::{Failure, about_unexpected};
use super::exit::Exit;
use crate::domain::display_text::{escaped_json, escaped_lines};
use crate::texts::language::Language;
use crate::texts::text;

/// Prints a message. A closed standard error stream is not an error of the command.
pub(super) fn eprint(message: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escaped_lines(&message.to_string()));
}

/// Prints a question; the answer is typed on the same line.
pub(super) fn ask(question: impl Display) {
    let mut stream = io::stderr();
    let _ = write!(stream, "{} ", escaped_lines(&question.to_string())).and_then(|()| stream.flush());
}

/// Prints the message of a failure and gives its exit code.
pub(super) fn fail(failure: Failure) -> Exit {
    eprint(failure.message);
    failure.exit
}

/// Prints a result.
pub(super) fn print(text: impl Display, language: Language) -> Result<(), Exit> {
    write_result(&escaped_lines(&text.to_string()), language)
}

/// Prints a result as one line of JSON.
pub(super) fn print_json(value: &impl Serialize, language: Language) -> Result<(), Exit> {
    let line = serde_json::to_string(value).map_err(|error| fail(about_unexpected(&error, language)))?;
    write_result(&escaped_json(&line), language)
}

fn write_result(text: &str, language: Language) -> Result<(), Exit> {
    writeln!(io::stdout(), "{text}").map_err(|error| {
        fail(Failure::new(Exit::Unexpected, text!(language, "studio-output-failed", cause = error.to_string())))
    })
}
