//! Help texts of a program from the catalogue.
//!
//! Each command has one message, named after its path (`studio-add`; `program` for the program itself). The message is the command's
//! summary; its attributes are further paragraphs (`.long`), the text at the end (`.after`), the help of an argument (`.port-base`) and
//! that of a value (`.keys-only`). Arguments that several commands share may stand in the message `arguments`.

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, Command};

use crate::texts::language::Language;
use crate::texts::{has_text, text};

/// Sets the help of `command`, of its arguments and of all its subcommands. `help_id` gives the id of a message by its name.
pub(super) fn with_help(command: Command, language: Language, help_id: &dyn Fn(&str) -> String) -> Command {
    command_with_help(command, &[], language, help_id)
}

fn command_with_help(command: Command, path: &[&str], language: Language, help_id: &dyn Fn(&str) -> String) -> Command {
    let message = help_id(&if path.is_empty() { "program".to_owned() } else { path.join("-") });
    let shared = help_id("arguments");
    let about = text!(language, message);
    let long = optional_text(&message, "long", language).map(|long| StyledStr::from(format!("{about}\n\n{long}")));
    let after = optional_text(&message, "after", language).map(StyledStr::from);
    command
        .about(about)
        .long_about(Resettable::from(long))
        .after_help(Resettable::from(after))
        .mut_args(|argument| argument_with_help(argument, &[&message, &shared], language))
        .mut_subcommands(|subcommand| {
            let name = subcommand.get_name().to_owned();
            command_with_help(subcommand, &[path, &[&name]].concat(), language, help_id)
        })
}

/// Sets the help of an argument from the first message that has it. Values with texts of their own are listed in the full help.
fn argument_with_help(argument: Arg, messages: &[&str], language: Language) -> Arg {
    let find = |attribute: &str| messages.iter().find_map(|message| optional_text(message, attribute, language));
    let name = argument.get_id().as_str().replace('_', "-");
    let Some(help) = find(&name) else { return argument };
    let values = argument.get_possible_values();
    let names: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
    let width = names.iter().map(|name| name.len() + 1).max().unwrap_or_default();
    let value_help =
        |value: &&str| Some(format!("- {:width$} {}", format!("{value}:"), find(&format!("{name}-{value}"))?));
    match names.iter().map(value_help).collect::<Option<Vec<String>>>() {
        Some(lines) if !lines.is_empty() => {
            let long = format!("{help}\n\n{}\n{}", text!(language, "cli-word-values-list"), lines.join("\n"));
            let short = format!("{help} {} {}]", text!(language, "cli-word-values"), names.join(", "));
            argument.hide_possible_values(true).help(short).long_help(long)
        }
        _ => argument.help(help),
    }
}

fn optional_text(message: &str, attribute: &str, language: Language) -> Option<String> {
    let id = format!("{message}.{attribute}");
    has_text(&id).then(|| text!(language, id))
}

/// Words that clap prints in English, by the ids of their texts. A word that is part of another one comes after it.
const CLAP_WORDS: [&str; 16] = [
    "help-summary",
    "help-more",
    "help-command",
    "help",
    "version",
    "commands",
    "arguments",
    "options",
    "usage",
    "values-list",
    "values",
    "default",
    "environment",
    "aliases",
    "any-options",
    "any-command",
];

/// Translates the words of clap in a help text or a usage line.
pub(super) fn translated_words(help: &str, language: Language) -> String {
    CLAP_WORDS.iter().fold(help.to_owned(), |help, word| {
        let id = format!("cli-word-{word}");
        help.replace(&text!(Language::English, id), &text!(language, id))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Ids of the help that `command` and its subcommands ask for, and what has none.
    fn help_ids(
        command: &Command,
        path: &[&str],
        help_id: &dyn Fn(&str) -> String,
        missing: &mut Vec<String>,
    ) -> BTreeSet<String> {
        let message = help_id(&if path.is_empty() { "program".to_owned() } else { path.join("-") });
        let mut ids = BTreeSet::from([message.clone(), format!("{message}.long"), format!("{message}.after")]);
        for argument in command.get_arguments() {
            let name = argument.get_id().as_str().replace('_', "-");
            let id_of = |attribute: &str| {
                [&message, &help_id("arguments")]
                    .map(|message| format!("{message}.{attribute}"))
                    .into_iter()
                    .find(|id| has_text(id))
            };
            match id_of(&name) {
                Some(id) => _ = ids.insert(id),
                None => missing.push(format!("{message}.{name}")),
            }
            ids.extend(
                argument
                    .get_possible_values()
                    .iter()
                    .filter_map(|value| id_of(&format!("{name}-{}", value.get_name()))),
            );
        }
        for subcommand in command.get_subcommands() {
            ids.extend(help_ids(subcommand, &[path, &[subcommand.get_name()]].concat(), help_id, missing));
        }
        ids
    }

    /// Fails for a command or an argument without help, and for a help text of the catalogue without a command or an argument.
    pub(in crate::cli) fn assert_help_is_complete(
        command: &Command,
        catalogue: &str,
        help_id: &dyn Fn(&str) -> String,
    ) {
        let mut missing = Vec::new();
        let asked = help_ids(command, &[], help_id, &mut missing);
        assert_eq!(missing, Vec::<String>::new(), "arguments without help");
        let resource = fluent_syntax::parser::parse(catalogue).unwrap();
        let messages = resource.body.into_iter().filter_map(|entry| match entry {
            fluent_syntax::ast::Entry::Message(message) => Some(message),
            _ => None,
        });
        let prefix = help_id("");
        let mut in_catalogue = BTreeSet::new();
        for message in messages.filter(|message| message.id.name.starts_with(&prefix)) {
            let name = message.id.name;
            in_catalogue.extend(message.attributes.iter().map(|attribute| format!("{name}.{}", attribute.id.name)));
            in_catalogue.extend(Some(name.to_owned()).filter(|name| *name != help_id("arguments")));
        }
        assert_eq!(
            in_catalogue.difference(&asked).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "help without an argument"
        );
    }
}
