//! `audit verify` and `audit export`

pub mod checkpoint_reader;
mod export;
mod verify;

use clap::Subcommand;

use super::command_error::CommandError;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Walk along the audit log, or an export of it, and find whatever was changed, dropped, swapped, inserted or cut off.
    ///
    /// Ends with code 3 where something was, and names the first row that is wrong. Rows that were cut off at the end, or written
    /// anew up to the end, show against signed checkpoints only: those of the configuration's folder unless --checkpoint says
    /// otherwise, or those in the database where that folder is empty. Ends with code 4 where no checkpoint vouches for the log. Works
    /// while the gateway runs.
    Verify(verify::Arguments),
    /// Print the audit log as JSON Lines, which `audit verify --file` reads. Works while the gateway runs.
    Export(export::Arguments),
}

pub(super) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::Verify(arguments) => verify::run(&arguments).await,
        Command::Export(arguments) => export::run(&arguments).await,
    }
}
