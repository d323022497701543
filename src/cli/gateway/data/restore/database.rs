//! The database of a backup, checked against the manifest before any statement is carried out that could change it.

use std::fs::File;
use std::path::Path;

use super::super::backup::manifest;
use super::super::backup::manifest::{BackedUpDatabase, Manifest};
use super::super::backup::signature::copy_with_digest;
use super::arguments::Arguments;
use crate::atomic_file::{FileMode, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::message::eprint;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

/// Copies the database; its bytes must be those that were backed up. What is checked is what is used: the copy.
pub(super) fn copy(arguments: &Arguments, database: &BackedUpDatabase, path: &Path) -> Result<(), CommandError> {
    let from = arguments.from.join(&database.file);
    let failed = |error| {
        CommandError::new(format!("cannot copy {}: see the cause; nothing is left behind", from.display()), error)
    };
    if !from.metadata().map_err(failed)?.is_file() {
        return Err(CommandError::plain(format!("{} is no regular file: take another backup", from.display())));
    }
    write_new(path, b"", FileMode::OwnerOnly).map_err(failed)?;
    let mut target = File::options().write(true).open(path).map_err(failed)?;
    let copied = copy_with_digest(&mut File::open(&from).map_err(failed)?, &mut target).map_err(failed)?;
    if database.sha256.is_none_or(|sha256| sha256 == copied) {
        return Ok(());
    }
    let changed = format!("{} is not the database that was backed up: it was changed or is damaged", from.display());
    if arguments.unsigned && arguments.despite_faults {
        eprint(format_args!("{changed}."));
        return Ok(());
    }
    Err(CommandError::plain(format!("{changed}; take another backup")))
}

/// Checks the copy as it lies there, before it is brought up to date: its schema and where its audit log ends.
pub(super) async fn check(path: &Path, manifest: &Manifest, database: &BackedUpDatabase) -> Result<(), CommandError> {
    let location = DatabaseLocation::File(path.to_owned());
    let unusable = |error: StoreError| crate::cli::gateway::admin_context::database_error(error, &location);
    let store = SqlStore::open_copy(&location).await.map_err(unusable)?;
    let checked = async {
        let faults = store.schema_differences().await.map_err(unusable)?;
        if !faults.is_empty() {
            return Err(CommandError::plain(
                "the database's schema is not what this program makes, and what it did not make could undo what is restored:",
            )
            .with_lines(faults)
            .with_advice("take another backup, of a gateway whose `verify` finds nothing of the kind"));
        }
        let end = store.log_head().await.map_err(unusable)?;
        if (end.sequence, end.sha256) != (database.log_rows, database.log_head) {
            return Err(CommandError::plain(format!(
                "the audit log ends with row {} ({}), but {} says that it ended with row {} ({}): rows were cut off, added or \
                 changed; take another backup",
                end.sequence,
                end.sha256,
                manifest::FILE_NAME,
                database.log_rows,
                database.log_head
            )));
        }
        let first = store.log_rows(0, 1).await.map_err(unusable)?;
        match (first.first().filter(|row| row.sequence == 1), manifest.log) {
            (Some(first), Some(log)) if first.sha256 != log => Err(CommandError::plain(format!(
                "the audit log begins with another row than {} says: it is another gateway's; take another backup",
                manifest::FILE_NAME
            ))),
            _ => Ok(()),
        }
    };
    let checked = checked.await;
    store.close().await;
    checked
}
