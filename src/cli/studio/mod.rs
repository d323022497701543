//! `lichtbild-studio`: data on stdout, messages on stderr, the outcome as exit code.

pub mod advice;
pub mod check;
pub mod declaration;
pub mod enrol;
pub mod exit;
pub mod print_receipt;
pub mod push;
pub mod receipt_text;
pub mod renew;
pub mod status;
pub mod watch;

use std::fmt::Display;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::domain::language::Language;
use crate::receipt::citizen_receipt::Paper;
use exit::Exit;

/// Deposits passport photos at the city's gateway.
#[derive(Parser)]
#[command(name = "lichtbild-studio", version, after_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Enrol(enrol::Arguments),
    Push(push::Arguments),
    #[command(name = "receipt")]
    Print(print_receipt::Arguments),
    Check(check::Arguments),
    Watch(watch::Arguments),
    Status(status::Arguments),
    Renew(renew::Arguments),
}

/// The language of messages, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageArgument {
    /// German
    De,
    /// English
    En,
}

impl From<LanguageArgument> for Language {
    fn from(argument: LanguageArgument) -> Self {
        match argument {
            LanguageArgument::De => Self::German,
            LanguageArgument::En => Self::English,
        }
    }
}

/// What a receipt is printed on, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PaperArgument {
    /// DIN A6, upright
    A6,
    /// The roll of a receipt printer, 80 mm wide
    Roll80,
}

impl From<PaperArgument> for Paper {
    fn from(argument: PaperArgument) -> Self {
        match argument {
            PaperArgument::A6 => Self::A6,
            PaperArgument::Roll80 => Self::Roll80,
        }
    }
}

/// A value as it is typed.
fn argument_text(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Runs the program; wrong usage ends it at once with clap's words and exit code 2.
pub fn main() -> ExitCode {
    let exit = match Arguments::parse().command {
        Command::Enrol(arguments) => enrol::run(&arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Print(arguments) => print_receipt::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Renew(arguments) => renew::run(&arguments),
    };
    exit.into()
}

/// Where the work of one command runs.
fn runtime(language: Language) -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        eprint(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })
}

/// A message for the person at the screen. That nobody reads stderr changes nothing about the work.
fn eprint(message: impl Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// A result on stdout.
fn print(text: impl Display, language: Language) -> Result<(), Exit> {
    use std::io::Write;
    writeln!(std::io::stdout(), "{text}").map_err(|error| {
        eprint(language.pick(
            format!("Das Ergebnis lässt sich nicht ausgeben ({error}). Bitte denselben Befehl noch einmal ausführen."),
            format!("The result cannot be written ({error}). Run the same command again."),
        ));
        Exit::Unexpected
    })
}
