//! Arguments of both programs, and the message about wrong ones.

use std::io::Write;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, Error};

use crate::domain::display_text::{escaped, escaped_lines, is_displayable};
use crate::domain::redaction::redact_passwords;

/// Arguments of this process; wrong usage, `--help` and `--version` end it.
pub(super) fn parse<A: Parser>() -> A {
    A::try_parse().unwrap_or_else(|error| end(error))
}

/// clap repeats a wrong argument as it was given, be it a database's location with its password.
fn end(mut error: Error) -> ! {
    if error.use_stderr() {
        escape_context(&mut error);
        let message = error.render().to_string();
        // Parsers of values may repeat it as well.
        if !message.chars().all(|character| character == '\n' || is_displayable(character)) {
            // That nobody reads it changes nothing about the exit code.
            let _ = write!(std::io::stderr(), "{}", escaped_lines(&message));
            std::process::exit(error.exit_code());
        }
    }
    error.exit()
}

fn escape_context(error: &mut Error) {
    let shown = |text: &String| redact_passwords(&escaped(text));
    let escaped: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(shown(text)))),
            ContextValue::Strings(texts) => Some((kind, ContextValue::Strings(texts.iter().map(shown).collect()))),
            _ => None,
        })
        .collect();
    for (kind, value) in escaped {
        error.insert(kind, value);
    }
}
