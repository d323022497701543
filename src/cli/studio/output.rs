//! Results on the standard output, messages on the standard error stream.

use std::fmt::Display;
use std::io::{self, Write};

use super::exit::Exit;
use crate::domain::language::Language;

/// A message for the person at the screen. That nobody reads stderr changes nothing about the work.
pub(super) fn eprint(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}

/// A result on stdout.
pub(super) fn print(text: impl Display, language: Language) -> Result<(), Exit> {
    writeln!(io::stdout(), "{text}").map_err(|error| {
        eprint(language.pick(
            format!("Das Ergebnis lässt sich nicht ausgeben ({error}). Bitte denselben Befehl noch einmal ausführen."),
            format!("The result cannot be written ({error}). Run the same command again."),
        ));
        Exit::Unexpected
    })
}
