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

pub(in crate::cli::gateway) use self::arguments::Arguments;
use self::files::{check_files, configuration, copy_file, key_file};
use self::log_since::replay_export;
use self::report::{RestoreSummary, print_report};
use self::signature_check::{VerifiedBackup, verify_manifests};
use super::new_folder::NewFolder;
use super::verify::print_integrity_report;
use crate::cli::gateway::admin_context::database_error;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
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

pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let trusted = verify_manifests(arguments)?;
    let VerifiedBackup { manifest, keys, .. } = &trusted;
    let Some(database) = &manifest.database else {
        return Err(CommandError::plain(phrase!("gateway-restore-keys-only", folder = arguments.from.display())));
    };
    check_files(&arguments.from, manifest)?;
    let target = NewFolder::create(&arguments.dir)?;
    let mut missing = Vec::new();
    if let Some((folder, keys)) = keys {
        check_files(folder, keys)?;
    }
    for file in &manifest.files {
        let of_keys = keys.as_ref().and_then(|(folder, keys)| Some((folder.as_path(), keys.file(&file.key)?)));
        match of_keys.or(Some((arguments.from.as_path(), file))).filter(|(_, file)| file.sha256.is_some()) {
            Some((folder, found)) => copy_file(folder, found, &target, &file.file)?,
            None => missing.push(file),
        }
    }
    let keys_folder = keys.as_ref().map_or(arguments.from.as_path(), |(folder, _)| folder);
    let key_file = key_file(manifest, &target, keys_folder)?;
    let config = configuration(&arguments.from, manifest, &target)?;
    let path = target.path_for(&database.file)?;
    database::copy(arguments, database, &path)?;
    database::check(&path, manifest, database).await?;
    failpoint::reached("restore.copied");

    let location = DatabaseLocation::File(path);
    let unusable = |error: StoreError| database_error(error, &location);
    let row_keys = key_file.as_ref().map_or(RowKeys::None, |keys| RowKeys::new(keys.row_key()));
    let store = SqlStore::open_even_inactive(&location).await.map_err(unusable)?.with_row_keys(row_keys);
    let summary = restore_database(&store, key_file.as_ref(), &trusted, &config, arguments).await;
    store.close().await;
    let summary = summary?;
    failpoint::reached("restore.before_name");
    target.commit()?;
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
    let (replayed, changed) =
        replay_export(store, &arguments.since, trusted, settle_within, arguments.output.json).await?;
    if replayed.rows > 0 && key_file.is_none() {
        // The number of replayed rows is noted in a row of the log, which needs its digest.
        return Err(CommandError::plain(phrase!("gateway-restore-replay-key-file")));
    }
    let report = check(store, key_file, replayed.rows, arguments).await?;
    let knows_until = replayed.until.map_or(taken_at, |until| until.max(taken_at));
    // Without the key file the generation cannot be sealed: another node with a longer log asks for a confirmation. The
    // watermarks that the configuration names by absolute paths are read only: a restore may be an exercise while the real
    // gateway runs.
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
        return Err(CommandError::plain(phrase!("gateway-restore-not-bound")));
    }
    let report = verify_with(
        store,
        VerificationInputs { keys, replayed_rows, now: Some(SystemClock.now()), ..VerificationInputs::default() },
    )
    .await?;
    if !report.is_ok() && !arguments.despite_faults {
        print_integrity_report(&report)?;
        return Err(CommandError::plain(phrase!("gateway-restore-damaged")));
    }
    Ok(report)
}
