//! `backup`

pub mod manifest;
pub mod signature;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::manifest::{BackedUpDatabase, BackedUpFile, Manifest};
use self::signature::{copy_with_digest, signing_key};
use super::new_folder::NewFolder;
use crate::atomic_file::FileMode;
use crate::cli::gateway::admin_context::{database_error, read_key_file};
use crate::cli::gateway::command_error::{CommandError, cannot_read};
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::{language, phrase};
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_indented, print_json, shown};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::checkpoint::Checkpoint;
use crate::failpoint;
use crate::flows::admin::verify::{VerifiedLog, verify_log};
use crate::identity::signing::checkpoint_key::CheckpointKey;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};
use crate::texts::text;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    to: PathBuf,
    #[arg(long, value_name = "WHICH", default_value = "without")]
    keys: KeySelection,
    #[arg(long)]
    unsigned: bool,
    #[command(flatten)]
    common: CommonOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeySelection {
    Without,
    Only,
    With,
}

/// Makes a folder from which `restore` makes a gateway again. The gateway may run meanwhile.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config_file = &arguments.common.file.config;
    let config = Config::load(config_file)?;
    if arguments.keys != KeySelection::Only && matches!(config.database, DatabaseLocation::Server(_)) {
        return Err(server_backup_error(&config.database));
    }
    let key = if arguments.unsigned { None } else { Some(signing_key(&config.audit.key)?) };
    let target = NewFolder::create(&arguments.to)?;
    let now = SystemClock.now();
    let mut manifest = Manifest::new(now, key.as_ref().map(|key| key.verifier().sha256()));
    let folder = config_file.parent().unwrap_or(Path::new(""));
    let mut copied = DatabaseCopy { log_is_whole: true, schema_differences: Vec::new() };
    if arguments.keys != KeySelection::Only {
        let text = fs::read(config_file).map_err(cannot_read(config_file))?;
        target.write(manifest::CONFIG_FILE_NAME, &text, FileMode::OwnerOnly)?;
        manifest.config_sha256 = Some(Sha256Digest::of(&text));
        copied = copy_database(&config, folder, &target, &mut manifest, now).await?;
    } else {
        let keys = read_key_file(&config.key_file)?;
        manifest.key_file_fingerprint = Some(keys.fingerprint());
    }
    for named in config.referenced_files(folder) {
        let is_wanted = match arguments.keys {
            KeySelection::Without => !named.is_secret,
            KeySelection::Only => named.is_secret,
            KeySelection::With => true,
        };
        let sha256 = if is_wanted { copy_file(&named.path, &named.path_in_folder, &target)? } else { None };
        manifest.files.push(BackedUpFile {
            key: named.key,
            file: named.path_in_folder,
            is_secret: named.is_secret,
            sha256,
        });
    }
    write_manifest(&manifest, key.as_ref(), &target)?;
    failpoint::reached("backup.before_name");
    target.commit()?;
    report(arguments, &manifest, &copied)
}

fn write_manifest(manifest: &Manifest, key: Option<&CheckpointKey>, target: &NewFolder) -> Result<(), CommandError> {
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| CommandError::new(phrase!("gateway-backup-manifest"), error))?;
    if let Some(key) = key {
        target.write(signature::FILE_NAME, &key.sign_document(manifest::FORMAT, &text)?, FileMode::OwnerOnly)?;
    }
    target.write(manifest::FILE_NAME, &text, FileMode::OwnerOnly)
}

struct DatabaseCopy {
    log_is_whole: bool,
    /// Objects of the schema that `restore` refuses.
    schema_differences: Vec<String>,
}

async fn copy_database(
    config: &Config,
    folder: &Path,
    target: &NewFolder,
    manifest: &mut Manifest,
    now: Timestamp,
) -> Result<DatabaseCopy, CommandError> {
    let unusable = |error| database_error(error, &config.database);
    let inside = config.database_path_in_folder(folder).unwrap_or_else(|| "lichtbild.sqlite".into());
    target.write(&inside, b"", FileMode::OwnerOnly)?;
    let path = target.path_for(&inside)?;
    let store = SqlStore::open_for_backup(&config.database).await.map_err(unusable)?;
    let copied = store.copy_into(&path, now).await;
    store.close().await;
    copied.map_err(unusable)?;

    let copy = SqlStore::open_copy(&DatabaseLocation::File(path.clone())).await.map_err(unusable)?;
    let found = inspect_copy(&copy, manifest).await;
    copy.close().await;
    let (log, schema_differences) = found.map_err(unusable)?;
    let sha256 = File::open(&path).and_then(|mut file| copy_with_digest(&mut file, &mut io::sink()));
    let sha256 = sha256.map_err(|error| CommandError::new(phrase!("gateway-backup-copy-unreadable"), error))?;
    let (log_rows, log_head) = (log.last.sequence, log.last.sha256);
    manifest.database = Some(BackedUpDatabase { file: inside, sha256: Some(sha256), log_rows, log_head });
    Ok(DatabaseCopy { log_is_whole: log.error.is_none(), schema_differences })
}

async fn inspect_copy(copy: &SqlStore, manifest: &mut Manifest) -> Result<(VerifiedLog, Vec<String>), StoreError> {
    // An older schema does not say where the log begins.
    let begin = copy.log_anchor().await.unwrap_or(ChainLink::START);
    manifest.log = log_id(copy, begin).await?;
    manifest.key_file_fingerprint = copy.bound_key_file().await?;
    let schema_differences = match copy.schema_differences().await {
        // The schema of a newer program is checked by that program.
        Err(StoreError::NewerSchema { .. }) => Vec::new(),
        differences => differences?,
    };
    Ok((verify_log(copy, begin, |_| {}).await?, schema_differences))
}

/// The log's identifier: the digest of its very first row, taken from a checkpoint if that row was purged.
async fn log_id(copy: &SqlStore, begin: ChainLink) -> Result<Option<Sha256Digest>, StoreError> {
    if begin == ChainLink::START {
        return Ok(copy.log_rows(0, 1).await?.first().map(|row| row.sha256));
    }
    let latest = copy.latest_checkpoint().await?;
    Ok(latest.and_then(|signed| Checkpoint::parse(&signed.document).ok()).map(|checkpoint| checkpoint.log))
}

/// Copies a file that the configuration names, if it exists: keys of CAs may be kept elsewhere.
fn copy_file(path: &Path, inside: &Path, target: &NewFolder) -> Result<Option<Sha256Digest>, CommandError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(CommandError::new(phrase!("gateway-backup-unreadable", file = path.display()), error));
        }
    };
    target.write(inside, &bytes, FileMode::OwnerOnly)?;
    Ok(Some(Sha256Digest::of(&bytes)))
}

fn report(arguments: &Arguments, manifest: &Manifest, copied: &DatabaseCopy) -> Result<(), CommandError> {
    let to = arguments.to.display();
    if arguments.common.json {
        print_json(&serde_json::json!({
            "backup": arguments.to,
            "holds": manifest,
            "log_is_whole": copied.log_is_whole,
            "schema_faults": copied.schema_differences,
        }))?;
    } else {
        print(format!("{to}"))?;
        if let Some(database) = &manifest.database {
            print_indented(&phrase!(
                "gateway-backup-database",
                file = shown(database.file.display()),
                time = local_time(manifest.taken_at)
            ))?;
            print_indented(&text!(
                language(),
                "gateway-backup-log",
                rows = database.log_rows,
                head = database.log_head.to_string()
            ))?;
        }
        let files = manifest.files.iter().filter(|file| file.sha256.is_some()).count();
        print_indented(&phrase!("gateway-backup-files", files = files))?;
        let signature = match manifest.key {
            Some(key) => phrase!("gateway-backup-signed", key = key),
            None => phrase!("gateway-backup-unsigned"),
        };
        print_indented(&signature)?;
    }
    print_missing(arguments, manifest);
    print_storage_advice(arguments.keys);
    if !copied.log_is_whole {
        eprint(phrase!("gateway-backup-broken-log"));
    }
    if !copied.schema_differences.is_empty() {
        eprint(phrase!("gateway-backup-schema"));
        copied.schema_differences.iter().for_each(|difference| eprint(format_args!("  {difference}")));
    }
    Ok(())
}

fn print_missing(arguments: &Arguments, manifest: &Manifest) {
    for file in manifest.files.iter().filter(|file| file.sha256.is_none()) {
        let file_name = format!("{} ({})", file.file.display(), file.key);
        let missing = if file.is_secret == (arguments.keys == KeySelection::Without) && file.is_secret {
            phrase!("gateway-backup-without-secret", file = file_name)
        } else if file.is_secret == (arguments.keys == KeySelection::Only) || arguments.keys == KeySelection::With {
            phrase!("gateway-backup-without", file = file_name)
        } else {
            continue;
        };
        eprint(format_args!("  {missing}"));
    }
}

fn print_storage_advice(keys: KeySelection) {
    eprint(match keys {
        KeySelection::Without => phrase!("gateway-backup-keep-keys"),
        KeySelection::Only => phrase!("gateway-backup-lock-keys"),
        KeySelection::With => phrase!("gateway-backup-lock-all"),
    });
    eprint(phrase!("gateway-backup-not-included"));
}

/// A server's database is backed up by the server's own programs.
fn server_backup_error(database: &DatabaseLocation) -> CommandError {
    let steps = phrase!("gateway-backup-server-steps");
    CommandError::plain(phrase!("gateway-backup-server", database = database))
        .with_lines(steps.lines())
        .with_advice(phrase!("gateway-backup-server-keys"))
}
