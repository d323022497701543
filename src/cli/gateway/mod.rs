//! `lichtbild-gateway`: the server and its administration.

mod approve;
mod audit;
mod bind;
mod confirm_clock;
mod demo;
mod device;
mod device_list;
mod failure;
mod init;
mod invite;
mod letter;
mod output;
mod party;
mod profile;
mod release;
mod serve;
mod setting;
mod span;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::domain::party::Role;
use failure::Failure;

/// Carries passport photos from photo studios to the registration office.
#[derive(Parser)]
#[command(name = "lichtbild-gateway", version, about, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage, 3 the transfer log is not whole \
                          (`audit verify`).";

#[derive(Subcommand)]
enum Command {
    /// Make a new gateway: keys, authorities, server certificate, database and configuration.
    Init(init::Arguments),
    /// Run the gateway.
    Serve(ConfigFile),
    /// See the main job done: a portrait goes from a studio to an office, over mutual TLS.
    Demo(demo::Arguments),
    /// Invite, add, list, suspend or resume studios; release photos of revoked devices.
    #[command(subcommand)]
    Studio(StudioCommand),
    /// Invite, add, list, suspend or resume offices.
    #[command(subcommand)]
    Office(party::Command),
    /// Invite, approve, add, list or revoke devices of studios and offices.
    #[command(subcommand)]
    Device(device::Command),
    /// List and show photo profiles, or check one of your own.
    #[command(subcommand)]
    Profile(profile::Command),
    /// Verify the transfer log, or export it.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Confirm that this machine's clock is right, after a gateway has rested for more than a month.
    ///
    /// Until then it erases nothing: a wrong clock would have it erase everything.
    ConfirmClock(confirm_clock::Arguments),
    /// Issue a new server certificate with the gateway's own server authority; a running gateway takes it up by itself.
    RenewServerCertificate(init::RenewArguments),
}

#[derive(Subcommand)]
enum StudioCommand {
    #[command(flatten)]
    Party(party::Command),
    /// Let photos be collected that are held back because their device was revoked.
    Release(release::Arguments),
}

/// Which gateway is meant.
#[derive(Args, Clone)]
pub(super) struct ConfigFile {
    /// The gateway's configuration.
    #[arg(long, value_name = "FILE", default_value = "gateway.toml", env = "LICHTBILD_CONFIG", global = true)]
    config: PathBuf,
}

impl ConfigFile {
    /// The configuration in this file.
    fn at(config: PathBuf) -> Self {
        Self { config }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::new("cannot start threads", error).report(),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(arguments) => init::run(&arguments).await,
        Command::Serve(file) => serve::run(&file).await,
        Command::Demo(arguments) => demo::run(&arguments).await,
        Command::Studio(StudioCommand::Party(command)) => party::run(Role::Studio, command).await,
        Command::Studio(StudioCommand::Release(arguments)) => release::run(&arguments).await,
        Command::Office(command) => party::run(Role::Office, command).await,
        Command::Device(command) => device::run(command).await,
        Command::Profile(command) => profile::run(command),
        Command::Audit(command) => audit::run(command).await,
        Command::ConfirmClock(arguments) => confirm_clock::run(&arguments).await,
        Command::RenewServerCertificate(arguments) => init::renew(&arguments),
    }
}
