//! `migrate-store`

use std::path::{Path, PathBuf};

use clap::Args;

use super::verify::print_integrity_report;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::clock::SystemClock;
use crate::flows::admin::migrate_store::{MigrateStoreError, OnFaults, migrate_store};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::{DatabaseLocation, StoreError};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The database that is in use. No gateway may be running.
    from: DatabaseLocation,
    /// The database that takes its place: empty, of the other kind. A file is made.
    to: DatabaseLocation,
    /// The gateway's key file: with it, rows are compared with their digests on the way.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Move it although something is wrong with it.
    #[arg(long)]
    despite_faults: bool,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

fn read_keys(file: &Path) -> Result<KeyFile, CommandError> {
    KeyFile::parse(&read_secret(file)?).map_err(|error| CommandError::plain(format!("{}: {error}", file.display())))
}

/// Moves a gateway's rows from a file to a server, or the other way.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let Arguments { from, to, .. } = arguments;
    let kind = |location: &DatabaseLocation| matches!(location, DatabaseLocation::File(_));
    if kind(from) == kind(to) {
        return Err(CommandError::plain(format!(
            "{from} and {to} are of one kind: one has to be a file and the other postgres://user@host/database (a file is copied \
             by `backup` and `restore`, a server's database by pg_dump and pg_restore)"
        )));
    }
    let faults = if arguments.despite_faults { OnFaults::Accept } else { OnFaults::Abort };
    let keys = arguments.key_file.as_deref().map(read_keys).transpose()?;
    let relocated = migrate_store(from, to, &SystemClock, faults, keys.as_ref())
        .await
        .map_err(|error| to_command_error(error, arguments))?;
    if arguments.json {
        print_json(&serde_json::json!({ "tables": relocated.tables, "findings": relocated.report }))?;
    } else {
        for table in &relocated.tables {
            print(format!("{:<14} {:>9} rows  {}", table.name, table.rows, table.sha256))?;
        }
        print(format!("Moved to {to}: every row is there as it was."))?;
    }
    eprint(format_args!("{from} is out of use: no gateway starts on it any more."));
    eprint(format_args!(
        "Next: in every node's configuration  database = \"{to}\"  (with its password, or that in ~/.pgpass), then serve."
    ));
    eprint(
        "Then take a backup of the new one, and delete the old one: what is erased from now on is erased in the new one only.",
    );
    Ok(())
}

fn to_command_error(error: MigrateStoreError, arguments: &Arguments) -> CommandError {
    let Arguments { from, to, .. } = arguments;
    match error {
        MigrateStoreError::IntegrityCheckFailed(report) => match print_integrity_report(&report) {
            Err(failure) => failure,
            Ok(()) => CommandError::plain(format!(
                "{from} is not sound, and in use as before: mend it first, or move it as it is with --despite-faults"
            )),
        },
        MigrateStoreError::Store(StoreError::AlreadyExists) => CommandError::plain(format!(
            "{to} holds rows already: name an empty database (`createdb --owner USER NAME`), or a file that is not there"
        )),
        MigrateStoreError::Store(StoreError::Unavailable(cause)) => {
            let place = format!("{from} or {to} ({cause})");
            CommandError::plain(format!("cannot use {place}; nothing was moved: see the cause, then run it again"))
        }
        MigrateStoreError::Store(StoreError::Damaged(what)) => CommandError::plain(format!(
            "what was copied is not what was there ({what}); {from} is in use as before: empty {to} and try again"
        )),
        MigrateStoreError::Store(error) => CommandError::plain(format!("{from} to {to}: {error}")),
    }
}
