//! Results on the standard output; messages go to the standard error stream.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use super::command_error::CommandError;

/// Writes a line. A reader that has seen enough (`| head`) is no fault; a full disk is.
pub(super) fn print(line: impl Display) -> Result<(), CommandError> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(CommandError::new("the result cannot be written, although the work is done", error))
        }
        _ => Ok(()),
    }
}
