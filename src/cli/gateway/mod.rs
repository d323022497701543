//! `lichtbild-gateway`: the server and its administration.

mod approve;
mod confirm_clock;
mod demo;
mod device;
mod device_list;
mod failure;
mod init;
mod invite;
mod output;
mod party;
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

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage.";

#[derive(Subcommand)]
enum Command {
    /// Make a new gateway: keys, authorities, server certificate, database and configuration.
    Init(init::Arguments),
    /// Run the gateway.
    Serve(ConfigFile),
    /// See the main job done: a portrait goes from a studio to an office, over mutual TLS.
    Demo(demo::Arguments),
    /// Invite, add, list, suspend or resume studios.
    #[command(subcommand)]
    Studio(party::Command),
    /// Invite, add, list, suspend or resume offices.
    #[command(subcommand)]
    Office(party::Command),
    /// Invite, approve, add, list or revoke devices of studios and offices.
    #[command(subcommand)]
    Device(device::Command),
    /// Confirm that this machine's clock is right, after a gateway has rested for more than a month.
    ///
    /// Until then it erases nothing: a wrong clock would have it erase everything.
    ConfirmClock(ConfigFile),
    /// Issue a new server certificate with the gateway's own server authority; restart the gateway afterwards.
    RenewServerCertificate(init::RenewArguments),
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
        Command::Studio(command) => party::run(Role::Studio, command).await,
        Command::Office(command) => party::run(Role::Office, command).await,
        Command::Device(command) => device::run(command).await,
        Command::ConfirmClock(file) => confirm_clock::run(&file).await,
        Command::RenewServerCertificate(arguments) => init::renew(&arguments),
    }
}
