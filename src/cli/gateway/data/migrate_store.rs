//! `migrate-store`

use std::path::PathBuf;

use clap::Args;

use super::verify::print_integrity_report;
use crate::cli::gateway::admin_context::read_key_file;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::JsonOption;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint_lines;
use crate::cli::gateway::output::{print, print_json, shown};
use crate::clock::SystemClock;
use crate::flows::admin::migrate_store::{MigrateStoreError, OnFaults, migrate_store};
use crate::storage::{DatabaseLocation, StoreError};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    from: DatabaseLocation,
    to: DatabaseLocation,
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[arg(long)]
    despite_faults: bool,
    #[command(flatten)]
    output: JsonOption,
}

/// Moves a gateway's rows from a file to a server, or the other way.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let Arguments { from, to, .. } = arguments;
    let kind = |location: &DatabaseLocation| matches!(location, DatabaseLocation::File(_));
    if kind(from) == kind(to) {
        return Err(CommandError::plain(phrase!("gateway-migrate-one-kind", from = from, to = to)));
    }
    let faults = if arguments.despite_faults { OnFaults::Accept } else { OnFaults::Abort };
    let keys = arguments.key_file.as_deref().map(read_key_file).transpose()?;
    let relocated = migrate_store(from, to, &SystemClock, faults, keys.as_ref())
        .await
        .map_err(|error| to_command_error(error, arguments))?;
    if arguments.output.json {
        print_json(&serde_json::json!({ "tables": relocated.tables, "findings": relocated.report }))?;
    } else {
        for table in &relocated.tables {
            print(format!(
                "{:<14} {:>9} {}",
                table.name,
                table.rows,
                phrase!("gateway-migrate-rows", sha256 = table.sha256)
            ))?;
        }
        print(phrase!("gateway-migrated", to = to))?;
    }
    eprint_lines(phrase!("gateway-migrated-next", from = shown(from), to = shown(to)));
    Ok(())
}

fn to_command_error(error: MigrateStoreError, arguments: &Arguments) -> CommandError {
    let (from, to) = (arguments.from.to_string(), arguments.to.to_string());
    match error {
        MigrateStoreError::IntegrityCheckFailed(report) => match print_integrity_report(&report) {
            Err(failure) => failure,
            Ok(()) => CommandError::plain(phrase!("gateway-migrate-damaged", from = from)),
        },
        MigrateStoreError::Store(StoreError::AlreadyExists) => {
            CommandError::plain(phrase!("gateway-migrate-not-empty", to = to))
        }
        MigrateStoreError::Store(StoreError::Unavailable(cause)) => {
            CommandError::plain(phrase!("gateway-migrate-unavailable", from = from, to = to, cause = cause))
        }
        MigrateStoreError::Store(StoreError::Damaged(what)) => {
            CommandError::plain(phrase!("gateway-migrate-differs", from = from, to = to, what = what))
        }
        MigrateStoreError::Store(error) => {
            CommandError::plain(phrase!("gateway-migrate-failed", from = from, to = to, error = error))
        }
    }
}
