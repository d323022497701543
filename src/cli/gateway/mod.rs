//! `lichtbild-gateway`: the server and its administration.

mod admin_context;
mod audit;
mod command_error;
mod config_option;
mod data;
mod demo;
mod message;
mod output;
mod parties;
mod running;
mod span;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::cli::command_line;
use crate::domain::party::Role;
use crate::server::memory_dumps;
use command_error::CommandError;

/// Carries passport photos from photo studios to the registration office.
#[derive(Parser)]
#[command(name = "lichtbild-gateway", version, about, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage, 3 the audit log or the database is \
                          not whole (`audit verify`, `verify`).";

#[derive(Subcommand)]
enum Command {
    /// Make a new gateway: keys, authorities, server certificate, database and configuration.
    Init(running::init::Arguments),
    /// Run the gateway.
    Serve(running::serve::Arguments),
    /// See the main job done: a portrait goes from a studio to an office, over mutual TLS.
    Demo(demo::Arguments),
    /// Invite, add, list, suspend or resume studios; release photos of revoked devices.
    #[command(subcommand)]
    Studio(StudioCommand),
    /// Invite, add, list, suspend or resume offices.
    #[command(subcommand)]
    Office(parties::party::Command),
    /// Invite, approve, add, list or revoke devices of studios and offices.
    #[command(subcommand)]
    Device(parties::device::Command),
    /// List and show photo profiles, or check one of your own.
    #[command(subcommand)]
    Profile(running::profile::Command),
    /// Verify the audit log, or export it.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Confirm that this machine's clock is right, after it was set or a gateway has rested for more than a month.
    ///
    /// Until then nothing is erased: a wrong clock would erase everything.
    ConfirmClock(running::confirm_clock::Arguments),
    /// Copy database, configuration and certificates into a new folder while the gateway runs; or its keys, or both.
    Backup(data::backup::Arguments),
    /// Make a gateway out of a backup, in a new folder.
    ///
    /// Nothing of the backup is used before its signature has been verified, with a key from elsewhere if there is one.
    ///
    /// Changes after the backup was taken are not in it. So that no photo is handed out that has been used since, all are held
    /// back until `quarantine release`.
    Restore(data::restore::Arguments),
    /// List, release or hold photos that may have been used since the moment the database is of.
    #[command(subcommand, visible_alias = "restored")]
    Quarantine(data::quarantine::Command),
    /// Confirm that a database which went back in time is the one to go on with.
    ///
    /// Until then it is only read: photos in it may have been used since. The confirmation holds all of them back until `quarantine
    /// release`.
    ConfirmRollback(data::confirm_rollback::Arguments),
    /// Look the database through: pictures, collections, keys, audit log. Exit code 0 says that all is well.
    Verify(data::verify::Arguments),
    /// Move a gateway from a file to a PostgreSQL server, or the other way, while no gateway runs.
    MigrateStore(data::migrate_store::Arguments),
    /// Prove what became of a photo: what was erased of it, when and why, and what that means for backups.
    EraseReport(data::erase_report::Arguments),
    /// Issue a new server certificate with the gateway's own server authority; a running gateway takes it up by itself.
    RenewServerCertificate(running::init::RenewArguments),
}

#[derive(Subcommand)]
enum StudioCommand {
    #[command(flatten)]
    Party(parties::party::Command),
    /// Let photos be collected that are held back because their device was revoked.
    Release(parties::release::Arguments),
}

/// Runs the program.
pub fn main() -> ExitCode {
    if let Err(error) = memory_dumps::forbid() {
        message::eprint(format_args!(
            "warning: core dumps cannot be forbidden ({error}); they would hold photos, codes and keys: permit setrlimit and prctl, or \
             switch core dumps off for this service"
        ));
    }
    let arguments: Arguments = command_line::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return CommandError::new("cannot start threads", error).report(),
    };
    let done = runtime.block_on(run(arguments.command));
    // A thread may wait for a mount that never answers.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
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
        Command::Audit(command) => audit::run(command).await,
        Command::ConfirmClock(arguments) => running::confirm_clock::run(&arguments).await,
        Command::Backup(arguments) => data::backup::run(&arguments).await,
        Command::Restore(arguments) => data::restore::run(&arguments).await,
        Command::Quarantine(command) => data::quarantine::run(command).await,
        Command::ConfirmRollback(arguments) => data::confirm_rollback::run(&arguments).await,
        Command::Verify(arguments) => data::verify::run(&arguments).await,
        Command::MigrateStore(arguments) => data::migrate_store::run(&arguments).await,
        Command::EraseReport(arguments) => data::erase_report::run(&arguments).await,
        Command::RenewServerCertificate(arguments) => running::init::renew(&arguments),
    }
}
