//! `lichtbild-gateway`: the server and its administration.

mod admin_context;
mod audit;
mod command_error;
mod config_option;
mod data;
mod demo;
mod language;
mod message;
mod output;
mod parties;
mod rollback_text;
mod running;
mod span;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::cli::command_line;
use crate::domain::party::Role;
use crate::server::memory_dumps;
use crate::texts::language::Language;
use command_error::CommandError;
use config_option::CommonOptions;
use language::{phrase, set_language};
use message::eprint;

#[derive(Parser)]
#[command(name = "lichtbild-gateway", version)]
struct Arguments {
    // Read before clap parses, so that its messages are in that language too; listed last. clap does not know the environment variable,
    // because it would refuse an unknown value of it.
    #[arg(long, value_name = "de|en", hide_possible_values = true, global = true, display_order = 900)]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(running::init::Arguments),
    Serve(running::serve::Arguments),
    Demo(demo::Arguments),
    #[command(subcommand)]
    Studio(StudioCommand),
    #[command(subcommand)]
    Office(parties::party::Command),
    #[command(subcommand)]
    Device(parties::device::Command),
    #[command(subcommand)]
    Profile(running::profile::Command),
    Openapi(running::openapi::Arguments),
    #[command(subcommand)]
    Audit(audit::Command),
    ConfirmClock(CommonOptions),
    Backup(data::backup::Arguments),
    Restore(data::restore::Arguments),
    #[command(subcommand, visible_alias = "restored")]
    Quarantine(data::quarantine::Command),
    ConfirmRollback(CommonOptions),
    Verify(data::verify::Arguments),
    MigrateStore(data::migrate_store::Arguments),
    EraseReport(data::erase_report::Arguments),
    RenewServerCertificate(running::init::RenewArguments),
}

#[derive(Subcommand)]
enum StudioCommand {
    #[command(flatten)]
    Party(parties::party::Command),
    Release(parties::release::Arguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let requested = command_line::requested_language(language::VARIABLE);
    set_language(requested.as_ref().copied().unwrap_or_default());
    if let Err(value) = requested {
        eprint(phrase!("gateway-unknown-language", variable = language::VARIABLE, value = value));
    }
    if let Err(error) = memory_dumps::forbid() {
        eprint(phrase!("gateway-core-dumps", error = error));
    }
    let arguments: Arguments = command_line::parse_in(language::language(), &help_id);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return CommandError::new(phrase!("gateway-threads"), error).report(),
    };
    let done = runtime.block_on(run(arguments.command));
    // A thread may wait for a mount that never answers.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Id of the help of a command, see [`with_help`](super::help_texts::with_help).
fn help_id(command: &str) -> String {
    format!("gateway-help-{command}")
}

async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Init(arguments) => running::init::run(&arguments).await,
        Command::Serve(arguments) => running::serve::run(&arguments).await,
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::Studio(StudioCommand::Party(command)) => parties::party::run(Role::Studio, command).await,
        Command::Studio(StudioCommand::Release(arguments)) => parties::release::run(&arguments).await,
        Command::Office(command) => parties::party::run(Role::Office, command).await,
        Command::Device(command) => parties::device::run(command).await,
        Command::Profile(command) => running::profile::run(command),
        Command::Openapi(arguments) => running::openapi::run(&arguments),
        Command::Audit(command) => audit::run(command).await,
        Command::ConfirmClock(common) => running::confirm_clock::run(&common).await,
        Command::Backup(arguments) => data::backup::run(&arguments).await,
        Command::Restore(arguments) => data::restore::run(&arguments).await,
        Command::Quarantine(command) => data::quarantine::run(command).await,
        Command::ConfirmRollback(common) => data::confirm_rollback::run(&common).await,
        Command::Verify(arguments) => data::verify::run(&arguments).await,
        Command::MigrateStore(arguments) => data::migrate_store::run(&arguments).await,
        Command::EraseReport(arguments) => data::erase_report::run(&arguments).await,
        Command::RenewServerCertificate(arguments) => running::init::renew(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::help_texts::tests::assert_help_is_complete;

    #[test]
    fn every_command_and_argument_has_help_in_both_languages() {
        let catalogue = include_str!("../../texts/en/gateway.ftl");
        assert_help_is_complete(&Arguments::command(), catalogue, &help_id);
    }
}
