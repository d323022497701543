//! Results on the standard output. Names in the database, files and other programs may bring characters that move the cursor or turn a
//! line round: they are shown by their numbers.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use super::command_error::CommandError;
use crate::domain::display_text::{escaped_json, escaped_lines};

/// Writes a line. A reader that has seen enough (`| head`) is no fault; a full disk is.
pub(super) fn print(line: impl Display) -> Result<(), CommandError> {
    write_result(&escaped_lines(&line.to_string()))
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
