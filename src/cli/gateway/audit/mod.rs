//! `audit verify` and `audit export`

pub mod checkpoint_reader;
mod export;
mod verify;

use clap::Subcommand;

use super::command_error::CommandError;

#[derive(Subcommand)]
pub(super) enum Command {
    Verify(verify::Arguments),
    Export(export::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Verify(arguments) => verify::run(&arguments).await,
        Command::Export(arguments) => export::run(&arguments).await,
    }
}
