//! Results on the standard output, messages on the standard error stream. Both show characters that would move the cursor or turn a line
//! round by their numbers: texts come from the gateway, names from those who export photos.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use super::advice;
use super::exit::Exit;
use crate::domain::display_text::{escaped_json, escaped_lines};
use crate::texts::language::Language;

/// A message for the person at the screen. That nobody reads stderr changes nothing about the work.
pub(super) fn eprint(message: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escaped_lines(&message.to_string()));
}

/// A result on stdout.
pub(super) fn print(text: impl Display, language: Language) -> Result<(), Exit> {
    write_result(&escaped_lines(&text.to_string()), language)
}

/// A result as one line of JSON.
pub(super) fn print_json(value: &impl Serialize, language: Language) -> Result<(), Exit> {
    let line = serde_json::to_string(value).map_err(|error| {
        eprint(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })?;
    write_result(&escaped_json(&line), language)
}

fn write_result(text: &str, language: Language) -> Result<(), Exit> {
    writeln!(io::stdout(), "{text}").map_err(|error| {
        eprint(language.pick(
            format!("Das Ergebnis lässt sich nicht ausgeben ({error}). Bitte denselben Befehl noch einmal ausführen."),
            format!("The result cannot be written ({error}). Run the same command again."),
        ));
        Exit::Unexpected
    })
}
