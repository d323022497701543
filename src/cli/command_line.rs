//! Arguments of both programs, and the message about wrong ones.

use std::env;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, Error};
use clap::{Parser, ValueEnum};

use super::help_texts::{translated_words, with_help};
use super::usage_message::usage_message;
use crate::domain::display_text::{escaped, escaped_lines, is_displayable};
use crate::domain::redaction::redact_passwords;
use crate::texts::language::Language;

/// Arguments of this process; wrong usage, `--help` and `--version` end it.
pub(super) fn parse<A: Parser>() -> A {
    A::try_parse().unwrap_or_else(|error| end(error, Language::English))
}

/// Arguments of this process, with help from the catalogue. `help_id` gives the id of a command's help, see [`with_help`].
pub(super) fn parse_in<A: Parser>(language: Language, help_id: &dyn Fn(&str) -> String) -> A {
    let command = with_help(A::command(), language, help_id);
    let parsed = command.try_get_matches().and_then(|matches| A::from_arg_matches(&matches));
    parsed.unwrap_or_else(|error| end(error, language))
}

/// Language that `--lang` asks for, or the environment `variable`; the value of the variable if it names no language. It is read before
/// clap parses, which then refuses an unknown `--lang`.
pub(super) fn requested_language(variable: &str) -> Result<Option<Language>, String> {
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let arguments: Vec<String> = arguments.take_while(|argument| argument != "--").collect();
    match language_option(&arguments) {
        Some(language) => Ok(Some(language)),
        None => language_of_variable(&env::var_os(variable).unwrap_or_default().to_string_lossy()),
    }
}

/// Language of a variable such as `de`, `DE` or `de_DE.UTF-8`; none if it is empty.
fn language_of_variable(value: &str) -> Result<Option<Language>, String> {
    let name = value.split(['_', '-', '.', '@']).next().unwrap_or_default();
    match Language::from_str(name, true) {
        Ok(language) => Ok(Some(language)),
        Err(_) if value.is_empty() => Ok(None),
        Err(_) => Err(value.to_owned()),
    }
}

fn language_option(arguments: &[String]) -> Option<Language> {
    let given =
        arguments.iter().enumerate().rev().find_map(|(at, argument)| match argument.strip_prefix("--lang")? {
            "" => arguments.get(at + 1).map(String::as_str),
            rest => rest.strip_prefix('='),
        });
    Language::from_str(given?, false).ok()
}

/// clap repeats a wrong argument unchanged, for example the location of a database with its password.
fn end(mut error: Error, language: Language) -> ! {
    if !error.use_stderr() {
        if language == Language::German {
            let _ = write!(io::stdout(), "{}", translated_words(&error.to_string(), language));
            std::process::exit(error.exit_code());
        }
        error.exit()
    }
    escape_context(&mut error);
    let message = usage_message(&error, language);
    // Parsers of values may repeat it as well.
    let is_displayable = message.chars().all(|character| character == '\n' || is_displayable(character));
    if language == Language::English && is_displayable {
        error.exit()
    }
    // An error stream that is closed changes nothing about the exit code.
    let _ = write!(io::stderr(), "{}", escaped_lines(&message));
    std::process::exit(error.exit_code());
}

fn escape_context(error: &mut Error) {
    let shown = |text: &String| redact_passwords(&escaped(text));
    let escaped: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(shown(text)))),
            ContextValue::Strings(texts) => Some((kind, ContextValue::Strings(texts.iter().map(shown).collect()))),
            // Tips repeat the argument. One that needs no change keeps its colours.
            ContextValue::StyledStrs(tips) => {
                let tips = tips.iter().map(|tip| match tip.to_string() {
                    text if shown(&text) == text => tip.clone(),
                    text => shown(&text).into(),
                });
                Some((kind, ContextValue::StyledStrs(tips.collect())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in escaped {
        error.insert(kind, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_known_before_clap_parses() {
        for (arguments, language) in [
            (&["studio", "list"][..], None),
            (&["--lang", "de", "studio", "list"], Some(Language::German)),
            (&["studio", "list", "--lang=en"], Some(Language::English)),
            (&["--lang", "de", "studio", "list", "--lang", "en"], Some(Language::English)),
            (&["studio", "list", "--lang", "fr"], None),
            (&["studio", "list", "--lang"], None),
            (&["studio", "list", "--language", "de"], None),
        ] {
            let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
            assert_eq!(language_option(&arguments), language, "{arguments:?}");
        }
    }

    #[test]
    fn a_variable_may_name_a_locale() {
        for (value, language) in [
            ("", Ok(None)),
            ("de", Ok(Some(Language::German))),
            ("EN", Ok(Some(Language::English))),
            ("de_DE.UTF-8", Ok(Some(Language::German))),
            ("en-GB", Ok(Some(Language::English))),
            ("de@euro", Ok(Some(Language::German))),
            ("xx", Err("xx".to_owned())),
            ("C.UTF-8", Err("C.UTF-8".to_owned())),
            ("_", Err("_".to_owned())),
        ] {
            assert_eq!(language_of_variable(value), language, "{value}");
        }
    }
}
