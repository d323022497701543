//! Results on the standard output. Names in the database, files and other programs may bring characters that move the cursor, turn a line
//! round, or begin a line that looks like another result: they are shown by their numbers.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use super::command_error::CommandError;
use crate::clock::Timestamp;
use crate::domain::display_text::{escaped, escaped_json, escaped_lines};
use crate::domain::local_time::date_and_time;
use crate::texts::language::Language;

/// Returns a time for people, in German local time. JSON and the log have it in UTC.
pub(super) fn local_time(at: Timestamp) -> String {
    date_and_time(at, Language::English)
}

/// Writes one line; a line feed in it is shown by its number too. A reader that has seen enough (`| head`) is no fault; a full disk is.
pub(super) fn print(line: impl Display) -> Result<(), CommandError> {
    write_result(&escaped(&line.to_string()))
}

/// Writes the text of a file. On a terminal its characters are shown like those of other results; a pipe or a file gets them as they are,
/// since the text is to be a file again.
pub(super) fn print_file(text: &str) -> Result<(), CommandError> {
    let text = text.trim_end().replace("\r\n", "\n");
    if io::stdout().is_terminal() { write_result(&escaped_lines(&text)) } else { write_result(&text) }
}

/// Writes JSON on one line.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CommandError> {
    let line = serde_json::to_string(value)
        .map_err(|error| CommandError::new("the result cannot be written, although the work is done", error))?;
    write_result(&escaped_json(&line))
}

fn write_result(line: &str) -> Result<(), CommandError> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CommandError::new("the result cannot be written, although the work is done", error))
        }
        _ => Ok(()),
    }
}
