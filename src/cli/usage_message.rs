//! Messages about wrong usage in German. clap words them in English only.

use std::net::AddrParseError;
use std::num::ParseIntError;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::help_texts::translated_words;
use crate::config::PublicUrlError;
use crate::domain::id::IdError;
use crate::identity::host_name::HostNameError;
use crate::texts::language::Language;
use crate::texts::text;

/// The whole message: the fault, tips, the usage of the command, and how to get help.
pub(super) fn usage_message(error: &Error, language: Language) -> String {
    if language == Language::English {
        return error.to_string();
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return translated_words(&error.to_string(), language);
    }
    let choices = [ContextKind::ValidValue, ContextKind::ValidSubcommand].map(|kind| part(error, kind));
    let choices = choices.into_iter().filter(|choices| !choices.is_empty());
    let lines = [text!(language, "cli-usage", message = fault(error, language))]
        .into_iter()
        .chain(choices.map(|choices| text!(language, "cli-usage-choices", choices = choices)))
        .chain(tips(error, language));
    let paragraphs = [
        lines.collect::<Vec<_>>().join("\n  "),
        translated_words(&part(error, ContextKind::Usage), language).trim_end().to_owned(),
        text!(language, "cli-usage-help"),
    ];
    paragraphs.into_iter().filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n") + "\n"
}

fn part(error: &Error, kind: ContextKind) -> String {
    error.get(kind).map(ToString::to_string).unwrap_or_default()
}

fn fault(error: &Error, language: Language) -> String {
    let [argument, command, value, other] =
        [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue, ContextKind::PriorArg]
            .map(|kind| part(error, kind));
    let argument = if argument.is_empty() { command } else { argument };
    let name = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => "no-value",
        ErrorKind::InvalidValue => "value",
        ErrorKind::ValueValidation => "invalid",
        ErrorKind::TooManyValues => "too-many",
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => "values",
        ErrorKind::UnknownArgument => "option",
        ErrorKind::InvalidSubcommand => "command",
        ErrorKind::ArgumentConflict if argument == other => "twice",
        ErrorKind::ArgumentConflict if !other.is_empty() => "conflict",
        ErrorKind::MissingRequiredArgument => "missing",
        ErrorKind::MissingSubcommand => "no-command",
        ErrorKind::InvalidUtf8 => "utf-8",
        _ => "other",
    };
    let id = format!("cli-usage-{name}");
    text!(language, id, argument = argument, value = value, other = other, advice = advice(error, language))
}

/// Advice on a value that its parser refused. Parsers without an entry here word their own errors.
fn advice(error: &Error, language: Language) -> String {
    let Some(cause) = std::error::Error::source(error) else { return String::new() };
    let message = cause.to_string();
    if cause.is::<IdError>() {
        text!(language, "cli-advice-identifier")
    } else if cause.is::<HostNameError>() {
        text!(language, "cli-advice-host")
    } else if cause.is::<PublicUrlError>() {
        text!(language, "cli-advice-public-url")
    } else if cause.is::<AddrParseError>() {
        text!(language, "cli-advice-ip-address")
    } else if cause.is::<ParseIntError>() {
        text!(language, "cli-advice-number")
    } else if let Some((_, range)) = message.split_once(" is not in ").filter(|(_, range)| range.contains("..")) {
        text!(language, "cli-advice-range", range = range.replace("..=", "-"))
    } else {
        text!(language, "cli-advice-cause", cause = message)
    }
}

fn tips(error: &Error, language: Language) -> Vec<String> {
    let similar = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .map(|kind| part(error, kind))
        .into_iter()
        .filter(|similar| !similar.is_empty())
        .map(|similar| text!(language, "cli-tip-similar", similar = similar));
    let worded = match error.get(ContextKind::Suggested) {
        Some(ContextValue::StyledStrs(tips)) => &tips[..],
        _ => &[],
    };
    similar.chain(worded.iter().filter_map(|tip| translated_tip(&tip.to_string(), language))).collect()
}

/// Translates a tip that clap words itself. Only its quoted parts vary.
fn translated_tip(tip: &str, language: Language) -> Option<String> {
    let quoted: Vec<&str> = tip.split('\'').skip(1).step_by(2).collect();
    match quoted[..] {
        [_, written] if tip.starts_with("to pass ") => Some(text!(language, "cli-tip-as-value", written = written)),
        [similar] | [similar, "--"] => Some(text!(language, "cli-tip-similar", similar = similar)),
        _ => None,
    }
}
