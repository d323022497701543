//! Results on the standard output. Names in the database, files and other programs may bring characters that move the cursor, turn a line
//! round, or begin a line that looks like another result: they are shown by their numbers.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use super::command_error::CommandError;
use super::language::language;
use crate::cli::gateway::language::phrase;
use crate::clock::Timestamp;
use crate::domain::display_text::{escaped, escaped_json, escaped_lines};
use crate::domain::local_time::date_and_time;

/// Returns a time for people, in German local time. JSON and the log have it in UTC.
pub(super) fn local_time(at: Timestamp) -> String {
    date_and_time(at, language())
}

/// Returns a value for a text of several lines, in which a line feed of the value would begin another line.
pub(super) fn shown(value: impl Display) -> String {
    escaped(&value.to_string()).into_owned()
}

/// Writes one line, in which a line feed is shown by its number too. A closed pipe (`| head`) is not an error; a full disk is.
pub(super) fn print(line: impl Display) -> Result<(), CommandError> {
    write_result(&escaped(&line.to_string()))
}

/// Writes the lines of a text whose values went through [`shown`].
pub(super) fn print_lines(text: impl Display) -> Result<(), CommandError> {
    write_result(&escaped_lines(&text.to_string()))
}

/// Writes the lines of a text below a heading.
pub(super) fn print_indented(text: &str) -> Result<(), CommandError> {
    text.lines().try_for_each(|line| print(if line.is_empty() { String::new() } else { format!("  {line}") }))
}

/// Writes the text of a file. On a terminal its characters are shown like those of other results; a pipe or a file gets them as they are,
/// since the text is to be a file again.
pub(super) fn print_file(text: &str) -> Result<(), CommandError> {
    let text = text.trim_end().replace("\r\n", "\n");
    if io::stdout().is_terminal() { write_result(&escaped_lines(&text)) } else { write_result(&text) }
}

pub(super) fn print_json(value: &impl Serialize) -> Result<(), CommandError> {
    let line = serde_json::to_string(value).map_err(cannot_write)?;
    write_result(&escaped_json(&line))
}

fn write_result(line: &str) -> Result<(), CommandError> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(cannot_write(error)),
        _ => Ok(()),
    }
}

fn cannot_write(error: impl Error) -> CommandError {
    CommandError::new(phrase!("gateway-output"), error)
}
