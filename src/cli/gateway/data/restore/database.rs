//! The database of a backup, checked against the manifest before any statement that could change it.

use std::fs::File;
use std::path::Path;

use super::super::backup::manifest;
use super::super::backup::manifest::{BackedUpDatabase, Manifest};
use super::super::backup::signature::copy_with_digest;
use super::arguments::Arguments;
use crate::atomic_file::{FileMode, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

/// Copies the database, whose bytes must be those that were backed up. The copy is checked, since the copy is used.
pub(super) fn copy(arguments: &Arguments, database: &BackedUpDatabase, path: &Path) -> Result<(), CommandError> {
    let from = arguments.from.join(&database.file);
    let failed = |error| CommandError::new(phrase!("gateway-restore-no-copy", file = from.display()), error);
    if !from.metadata().map_err(failed)?.is_file() {
        return Err(CommandError::plain(phrase!("gateway-restore-no-file", file = from.display())));
    }
    write_new(path, b"", FileMode::OwnerOnly).map_err(failed)?;
    let mut target = File::options().write(true).open(path).map_err(failed)?;
    let copied = copy_with_digest(&mut File::open(&from).map_err(failed)?, &mut target).map_err(failed)?;
    if database.sha256.is_none_or(|sha256| sha256 == copied) {
        return Ok(());
    }
    let file = from.display().to_string();
    if arguments.unsigned && arguments.despite_faults {
        eprint(phrase!("gateway-restore-changed-database", file = file));
        return Ok(());
    }
    Err(CommandError::plain(phrase!("gateway-restore-other-database", file = file)))
}

/// Checks the schema of the copy and the end of its audit log, before the schema is brought up to date.
pub(super) async fn check(path: &Path, manifest: &Manifest, database: &BackedUpDatabase) -> Result<(), CommandError> {
    let location = DatabaseLocation::File(path.to_owned());
    let unusable = |error: StoreError| crate::cli::gateway::admin_context::database_error(error, &location);
    let store = SqlStore::open_copy(&location).await.map_err(unusable)?;
    let checked = async {
        let faults = store.schema_differences().await.map_err(unusable)?;
        if !faults.is_empty() {
            return Err(CommandError::plain(phrase!("gateway-restore-schema"))
                .with_lines(faults)
                .with_advice(phrase!("gateway-restore-schema-next")));
        }
        let end = store.log_head().await.map_err(unusable)?;
        if (end.sequence, end.sha256) != (database.log_rows, database.log_head) {
            return Err(CommandError::plain(phrase!(
                "gateway-restore-other-end",
                row = end.sequence,
                sha256 = end.sha256,
                manifest = manifest::FILE_NAME,
                expected = database.log_rows,
                digest = database.log_head
            )));
        }
        let first = store.log_rows(0, 1).await.map_err(unusable)?;
        match (first.first().filter(|row| row.sequence == 1), manifest.log) {
            (Some(first), Some(log)) if first.sha256 != log => {
                Err(CommandError::plain(phrase!("gateway-restore-other-log", manifest = manifest::FILE_NAME)))
            }
            _ => Ok(()),
        }
    };
    let checked = checked.await;
    store.close().await;
    checked
}
