//! `lichtbild-studio`: data on stdout, messages on stderr, the outcome as exit code.

pub mod advice;
pub mod autostart;
pub mod check;
mod config_option;
pub mod declaration;
pub mod enrol;
pub mod exit;
pub mod options;
mod output;
pub mod photos;
pub mod print_receipt;
pub mod push;
pub mod receipt_text;
pub mod renew;
mod runtime;
pub mod setup;
pub mod status;
mod typed_line;
pub mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::command_line;

/// Deposits passport photos at the city's gateway.
#[derive(Parser)]
#[command(name = "lichtbild-studio", version, after_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Setup(setup::Arguments),
    Enrol(enrol::Arguments),
    Push(push::Arguments),
    #[command(name = "receipt")]
    Print(print_receipt::Arguments),
    Check(check::Arguments),
    Watch(watch::Arguments),
    Photos(photos::list::Arguments),
    Withdraw(photos::withdraw::Arguments),
    Status(status::Arguments),
    Renew(renew::Arguments),
}

/// Runs the program. clap ends it with exit code 2 if the arguments are wrong.
pub fn main() -> ExitCode {
    let (Ok(exit) | Err(exit)) = match command_line::parse::<Arguments>().command {
        Command::Setup(arguments) => setup::run(&arguments),
        Command::Enrol(arguments) => enrol::run(&arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Print(arguments) => print_receipt::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Photos(arguments) => photos::list::run(&arguments),
        Command::Withdraw(arguments) => photos::withdraw::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Renew(arguments) => renew::run(&arguments),
    };
    exit.into()
}
