//! `restore`
//!
//! ```text
//! signatures of the manifests -> digest of every file -> schema and end of the log -> (log since, asked) -> verify -> held back
//! ```

mod arguments;
mod database;
mod files;
mod log_since;
mod report;
mod signature_check;

use std::io;
use std::path::Path;

pub(in crate::cli::gateway) use self::arguments::Arguments;
use self::files::{check_files, configuration, copy_file, key_file};
use self::log_since::replay_export;
use self::report::{RestoreSummary, print_report};
use self::signature_check::{VerifiedBackup, verify_manifests};
use super::verify::print_integrity_report;
use crate::atomic_file::PendingFolder;
use crate::cli::gateway::command_error::CommandError;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::log::integrity::IntegrityReport;
use crate::failpoint;
use crate::flows::admin::quarantine::quarantine_as_of;
use crate::flows::admin::rollback;
use crate::flows::admin::verify::{VerificationInputs, verify_with};
use crate::sealing::KeyFile;
use crate::server::watermark::WatermarkFiles;
use crate::storage::{DatabaseLocation, RowKeys, SqlStore, StoreError};

/// Makes a gateway out of a backup.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let trusted = verify_manifests(arguments)?;
    let VerifiedBackup { manifest, keys, .. } = &trusted;
    let Some(database) = &manifest.database else {
        return Err(CommandError::plain(format!(
            "{} holds keys only: name the backup with the database, and this one with --keys",
            arguments.from.display()
        )));
    };
    check_files(&arguments.from, manifest)?;
    let cannot_write = |error: io::Error| cannot_write(&arguments.dir, error);
    let draft = PendingFolder::create(&arguments.dir).map_err(cannot_write)?;
    let mut missing = Vec::new();
    if let Some((folder, keys)) = keys {
        check_files(folder, keys)?;
    }
    for file in &manifest.files {
        let of_keys = keys.as_ref().and_then(|(folder, keys)| Some((folder.as_path(), keys.file(&file.key)?)));
        match of_keys.or(Some((arguments.from.as_path(), file))).filter(|(_, file)| file.sha256.is_some()) {
            Some((folder, found)) => copy_file(folder, found, &draft, &file.file, cannot_write)?,
            None => missing.push(file),
        }
    }
    let key_file = key_file(manifest, &draft, keys.as_ref().map(|(folder, _)| folder.as_path()), cannot_write)?;
    let config = configuration(&arguments.from, manifest, &draft, cannot_write)?;
    let path = draft.path_for(&database.file).map_err(cannot_write)?;
    database::copy(arguments, database, &path)?;
    database::check(&path, manifest, database).await?;
    failpoint::reached("restore.copied");

    let location = DatabaseLocation::File(path);
    let unusable = |error: StoreError| crate::cli::gateway::admin_context::database_error(error, &location);
    let row_keys = key_file.as_ref().map_or(RowKeys::None, |keys| RowKeys::new(keys.row_key()));
    let store = SqlStore::open_even_inactive(&location).await.map_err(unusable)?.with_row_keys(row_keys);
    let summary = restore_database(&store, key_file.as_ref(), &trusted, &config, arguments).await;
    store.close().await;
    let summary = summary?;
    failpoint::reached("restore.before_name");
    draft.commit_new().map_err(cannot_write)?;
    print_report(arguments, &trusted, &missing, &summary)
}

async fn restore_database(
    store: &SqlStore,
    key_file: Option<&KeyFile>,
    trusted: &VerifiedBackup,
    config: &Config,
    arguments: &Arguments,
) -> Result<RestoreSummary, CommandError> {
    let taken_at = store.backup_taken_at().await?.unwrap_or(trusted.manifest.taken_at);
    let settle_within = config.gateway_limits().settle_within;
    let (replayed, changed) = replay_export(store, &arguments.since, trusted, settle_within, arguments.json).await?;
    if replayed.rows > 0 && key_file.is_none() {
        // How much came out of the export is noted in a row of the log, which is not believed without its digest.
        return Err(CommandError::plain("--log-since needs the key file: name the backup of the keys with --keys"));
    }
    let report = check(store, key_file, replayed.rows, arguments).await?;
    let knows_until = replayed.until.map_or(taken_at, |until| until.max(taken_at));
    // Without the key file the generation cannot be sealed: should another node know more, it asks for a confirmation. The watermarks that
    // the configuration names by absolute paths are read only: a restore may be an exercise beside the gateway that runs.
    let restored = match key_file {
        Some(keys) => {
            let known = WatermarkFiles::from_config(config).read(keys).known;
            rollback::quarantine(store, &SystemClock, keys, &known, knows_until, replayed.rows).await?
        }
        None => quarantine_as_of(store, &SystemClock, knows_until, replayed.rows, None).await?,
    };
    Ok(RestoreSummary { knows_until, replayed, changed, report, restored })
}

async fn check(
    store: &SqlStore,
    keys: Option<&KeyFile>,
    replayed_rows: u64,
    arguments: &Arguments,
) -> Result<IntegrityReport, CommandError> {
    if let (Some(keys), Some(bound)) = (keys, store.bound_key_file().await?)
        && keys.fingerprint() != bound
    {
        return Err(CommandError::plain(
            "the key file is not the one that the database is bound to: no photo in it would open; find the right one",
        ));
    }
    let report = verify_with(
        store,
        VerificationInputs { keys, replayed_rows, now: Some(SystemClock.now()), ..VerificationInputs::default() },
    )
    .await?;
    if !report.is_ok() && !arguments.despite_faults {
        print_integrity_report(&report)?;
        return Err(CommandError::plain(
            "the backup's database is not sound: take another backup, or restore it with --despite-faults if there is none",
        ));
    }
    Ok(report)
}

fn cannot_write(dir: &Path, error: io::Error) -> CommandError {
    let dir = dir.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            CommandError::plain(format!("{dir} is there already and is not overwritten: choose another --dir"))
        }
        _ => CommandError::new(format!("cannot write {dir}: see the cause; nothing of it is left behind"), error),
    }
}
