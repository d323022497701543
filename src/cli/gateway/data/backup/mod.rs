//! `backup`

pub mod manifest;
pub mod signature;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::manifest::{BackedUpDatabase, BackedUpFile, Manifest};
use self::signature::{copy_with_digest, signing_key};
use crate::atomic_file::{FileMode, PendingFolder, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Config;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::checkpoint::Checkpoint;
use crate::failpoint;
use crate::flows::admin::verify::{VerifiedLog, verify_log};
use crate::identity::signing::checkpoint_key::CheckpointKey;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::{DatabaseLocation, SqlStore, StoreError};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The folder to make; it must not exist.
    to: PathBuf,
    /// Include the key file and the private keys, or leave them out. A database, its key file and a citizen's code open that photo, so the
    /// two belong on different media: one backup without the keys, often, and one of the keys only, whenever they change.
    #[arg(long, value_name = "WHICH", default_value = "without")]
    keys: KeySelection,
    /// Do not sign it, for a gateway that has no audit key yet: `restore` takes it only if told to.
    #[arg(long)]
    unsigned: bool,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeySelection {
    /// Database, configuration and certificates
    Without,
    /// Key file and private keys
    Only,
    /// All in one folder, which is as good as the gateway itself
    With,
}

/// Makes a folder from which a gateway can be made again, while the gateway runs.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let config_file = &arguments.file.config;
    let config = Config::load(config_file)?;
    if arguments.keys != KeySelection::Only && matches!(config.database, DatabaseLocation::Server(_)) {
        return Err(server_backup_error(&config.database));
    }
    let key = if arguments.unsigned { None } else { Some(signing_key(&config.audit.key)?) };
    let cannot_write = |error: io::Error| cannot_write(&arguments.to, error);
    let draft = PendingFolder::create(&arguments.to).map_err(cannot_write)?;
    let now = SystemClock.now();
    let mut manifest = Manifest::new(now, key.as_ref().map(|key| key.verifier().sha256()));
    let folder = config_file.parent().unwrap_or(Path::new(""));
    let mut copied = DatabaseCopy { log_is_whole: true, schema_differences: Vec::new() };
    if arguments.keys != KeySelection::Only {
        let text = fs::read(config_file)
            .map_err(|error| CommandError::new(format!("cannot read {}: try again", config_file.display()), error))?;
        write_new(
            &draft.path_for(Path::new(manifest::CONFIG_FILE_NAME)).map_err(cannot_write)?,
            &text,
            FileMode::OwnerOnly,
        )
        .map_err(cannot_write)?;
        manifest.config_sha256 = Some(Sha256Digest::of(&text));
        copied = copy_database(&config, folder, &draft, &mut manifest, now).await?;
    } else {
        let keys = KeyFile::parse(&read_secret(&config.key_file)?)
            .map_err(|error| CommandError::plain(format!("{}: {error}", config.key_file.display())))?;
        manifest.key_file_fingerprint = Some(keys.fingerprint());
    }
    for named in config.referenced_files(folder) {
        let is_wanted = match arguments.keys {
            KeySelection::Without => !named.is_secret,
            KeySelection::Only => named.is_secret,
            KeySelection::With => true,
        };
        let sha256 =
            if is_wanted { copy_file(&named.path, &named.path_in_folder, &draft, cannot_write)? } else { None };
        manifest.files.push(BackedUpFile {
            key: named.key,
            file: named.path_in_folder,
            is_secret: named.is_secret,
            sha256,
        });
    }
    write_manifest(&manifest, key.as_ref(), &draft, cannot_write)?;
    failpoint::reached("backup.before_name");
    draft.commit_new().map_err(cannot_write)?;
    report(arguments, &manifest, &copied)
}

fn write_manifest(
    manifest: &Manifest,
    key: Option<&CheckpointKey>,
    draft: &PendingFolder,
    cannot_write: impl Fn(io::Error) -> CommandError + Copy,
) -> Result<(), CommandError> {
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| CommandError::new("what is in the backup cannot be written down", error))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = draft.path_for(Path::new(name)).map_err(cannot_write)?;
        write_new(&path, bytes, FileMode::OwnerOnly).map_err(cannot_write)
    };
    if let Some(key) = key {
        write(signature::FILE_NAME, &key.sign_document(manifest::FORMAT, &text)?)?;
    }
    write(manifest::FILE_NAME, &text)
}

/// Findings about the copy of the database.
struct DatabaseCopy {
    log_is_whole: bool,
    /// Objects of the schema that `restore` refuses.
    schema_differences: Vec<String>,
}

/// Copies the database, and finds out what is in the copy.
async fn copy_database(
    config: &Config,
    folder: &Path,
    draft: &PendingFolder,
    manifest: &mut Manifest,
    now: Timestamp,
) -> Result<DatabaseCopy, CommandError> {
    let unusable = |error| crate::cli::gateway::admin_context::database_error(error, &config.database);
    let inside = config.database_path_in_folder(folder).unwrap_or_else(|| "lichtbild.sqlite".into());
    let path = draft.path_for(&inside).and_then(|path| write_new(&path, b"", FileMode::OwnerOnly).map(|()| path));
    let path = path.map_err(|error| CommandError::new("cannot begin the copy of the database", error))?;
    let store = SqlStore::open_for_backup(&config.database).await.map_err(unusable)?;
    let copied = store.copy_into(&path, now).await;
    store.close().await;
    copied.map_err(unusable)?;

    let copy = SqlStore::open_copy(&DatabaseLocation::File(path.clone())).await.map_err(unusable)?;
    let found = inspect_copy(&copy, manifest).await;
    copy.close().await;
    let (log, schema_differences) = found.map_err(unusable)?;
    let sha256 = File::open(&path).and_then(|mut file| copy_with_digest(&mut file, &mut io::sink()));
    let sha256 = sha256.map_err(|error| CommandError::new("cannot read back the copy of the database", error))?;
    let (log_rows, log_head) = (log.last.sequence, log.last.sha256);
    manifest.database = Some(BackedUpDatabase { file: inside, sha256: Some(sha256), log_rows, log_head });
    Ok(DatabaseCopy { log_is_whole: log.error.is_none(), schema_differences })
}

async fn inspect_copy(copy: &SqlStore, manifest: &mut Manifest) -> Result<(VerifiedLog, Vec<String>), StoreError> {
    // A schema from before the log could be shortened has no word of where it begins.
    let begin = copy.log_anchor().await.unwrap_or(ChainLink::START);
    manifest.log = log_id(copy, begin).await?;
    manifest.key_file_fingerprint = copy.bound_key_file().await?;
    let schema_differences = match copy.schema_differences().await {
        // Of a newer program, which knows what it has made.
        Err(StoreError::NewerSchema { .. }) => Vec::new(),
        differences => differences?,
    };
    Ok((verify_log(copy, begin, |_| {}).await?, schema_differences))
}

/// The log's identifier: the digest of its very first row, taken from a checkpoint where that row is gone.
async fn log_id(copy: &SqlStore, begin: ChainLink) -> Result<Option<Sha256Digest>, StoreError> {
    if begin == ChainLink::START {
        return Ok(copy.log_rows(0, 1).await?.first().map(|row| row.sha256));
    }
    let latest = copy.latest_checkpoint().await?;
    Ok(latest.and_then(|signed| Checkpoint::parse(&signed.document).ok()).map(|checkpoint| checkpoint.log))
}

/// Copies a file that the configuration names, if it is there: keys of authorities may be kept elsewhere.
fn copy_file(
    path: &Path,
    inside: &Path,
    draft: &PendingFolder,
    cannot_write: impl Fn(io::Error) -> CommandError + Copy,
) -> Result<Option<Sha256Digest>, CommandError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(CommandError::new(
                format!("cannot read {}: run this as the gateway's user", path.display()),
                error,
            ));
        }
    };
    write_new(&draft.path_for(inside).map_err(cannot_write)?, &bytes, FileMode::OwnerOnly).map_err(cannot_write)?;
    Ok(Some(Sha256Digest::of(&bytes)))
}

fn report(arguments: &Arguments, manifest: &Manifest, copied: &DatabaseCopy) -> Result<(), CommandError> {
    let to = arguments.to.display();
    if arguments.json {
        print_json(&serde_json::json!({
            "backup": arguments.to,
            "holds": manifest,
            "log_is_whole": copied.log_is_whole,
            "schema_faults": copied.schema_differences,
        }))?;
    } else {
        print(format!("{to}"))?;
        if let Some(database) = &manifest.database {
            print(format!("  database      {} as of {}", database.file.display(), local_time(manifest.taken_at)))?;
            print(format!("  audit log     {} rows, the last one {}", database.log_rows, database.log_head))?;
        }
        let file_count = manifest.files.iter().filter(|file| file.sha256.is_some()).count();
        print(format!("  files         {file_count} that the configuration names"))?;
        match manifest.key {
            Some(key) => print(format!("  signed by     the audit key of SHA-256 {key}"))?,
            None => print("  signed by     no key: `restore` takes it with --unsigned only")?,
        }
    }
    print_missing(arguments, manifest);
    print_storage_advice(arguments.keys);
    if !copied.log_is_whole {
        eprint("The chain of the audit log does not hold: `lichtbild-gateway verify` says where.");
    }
    if !copied.schema_differences.is_empty() {
        eprint(
            "`restore` will refuse this backup, for its database is not as this program makes it; put it right and take another one:",
        );
        copied.schema_differences.iter().for_each(|difference| eprint(format_args!("  {difference}")));
    }
    Ok(())
}

fn print_missing(arguments: &Arguments, manifest: &Manifest) {
    for file in manifest.files.iter().filter(|file| file.sha256.is_none()) {
        let why = if file.is_secret == (arguments.keys == KeySelection::Without) && file.is_secret {
            "a secret, not in this backup"
        } else if file.is_secret == (arguments.keys == KeySelection::Only) || arguments.keys == KeySelection::With {
            "not there"
        } else {
            continue;
        };
        eprint(format_args!("  without {} ({}): {why}", file.file.display(), file.key));
    }
}

fn print_storage_advice(keys: KeySelection) {
    match keys {
        KeySelection::Without => eprint(
            "Keep the keys elsewhere, on another medium: without the key file no photo opens any more, without the authorities' \
             keys no device is certified. `lichtbild-gateway backup FOLDER --keys only` copies them; again after each month's end, \
             so that the copy keeps no key that the gateway has destroyed.",
        ),
        KeySelection::Only => eprint(
            "Keep it under lock, away from the database and its backups, and destroy the copy before it: it holds keys that the \
             gateway destroys when their months are over.",
        ),
        KeySelection::With => eprint(
            "This folder is as good as the gateway itself: who has it needs nothing but a citizen's code to open that photo, and \
             can pose as the gateway. Encrypt it, or keep it under lock.",
        ),
    }
    eprint(
        "Not in it either: what starts the gateway (a systemd unit), the firewall, names and addresses of this machine.",
    );
}

fn cannot_write(to: &Path, error: io::Error) -> CommandError {
    let to = to.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            CommandError::plain(format!("{to} is there already and is not overwritten: name another folder"))
        }
        _ => CommandError::new(format!("cannot write {to}: see the cause; nothing of it is left behind"), error),
    }
}

/// A server's database is backed up by the server's own means.
fn server_backup_error(database: &DatabaseLocation) -> CommandError {
    CommandError::plain(format!("{database} is on a server, which has better means of its own."))
        .with_lines([
            "One consistent copy while the gateways run, with the server's own version of the programs:",
            "  pg_dump --format=custom --file=lichtbild.dump 'postgres://USER@HOST/DATABASE'",
            "and back, into an empty database:",
            "  createdb --owner=USER NEW",
            "  pg_restore --no-owner --exit-on-error --single-transaction --dbname='postgres://USER@HOST/NEW' lichtbild.dump",
            "  lichtbild-gateway quarantine hold        (with `database` naming NEW, before any gateway starts)",
            "Losing nothing at all takes the whole server: pg_basebackup --wal-method=stream, and its log archived all the time.",
        ])
    .with_advice("for the keys: lichtbild-gateway backup FOLDER --keys only; every node's folder has the rest")
}
