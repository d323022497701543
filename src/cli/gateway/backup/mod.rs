//! `backup`

pub(super) mod manifest;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use self::manifest::{Database, KeptFile, Manifest};
use super::ConfigFile;
use super::failure::Failure;
use super::output::give;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::config::Config;
use crate::domain::chain::Link;
use crate::domain::digest::Sha256Digest;
use crate::durable::{Audience, FolderDraft, write_new};
use crate::failpoint;
use crate::flows::verify::walk_log;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::{DatabaseLocation, SqlStore, TransferLog};

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder to make; it must not exist.
    to: PathBuf,
    /// Whether the key file and the private keys are in it. A database, its key file and a citizen's code open that photo, so the
    /// two belong on different media: one backup without the keys, often, and one of the keys only, whenever they change.
    #[arg(long, value_name = "WHICH", default_value = "without")]
    keys: Keys,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Keys {
    /// Database, configuration and certificates
    Without,
    /// Key file and private keys
    Only,
    /// All in one folder, which is as good as the gateway itself
    With,
}

/// Makes a folder from which a gateway can be made again, while the gateway runs.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config_file = &arguments.file.config;
    let config = Config::load(config_file)?;
    if arguments.keys != Keys::Only && matches!(config.database, DatabaseLocation::Server(_)) {
        return Err(on_a_server(&config.database));
    }
    let cannot_write = |error: io::Error| cannot_write(&arguments.to, error);
    let draft = FolderDraft::begin(&arguments.to).map_err(cannot_write)?;
    let now = SystemClock.now();
    let mut manifest = Manifest::new(now);
    let folder = config_file.parent().unwrap_or(Path::new(""));
    let mut log_is_whole = true;
    if arguments.keys != Keys::Only {
        let text = fs::read(config_file)
            .map_err(|error| Failure::new(format!("cannot read {}: try again", config_file.display()), error))?;
        write_new(&draft.place(Path::new(manifest::CONFIG)).map_err(cannot_write)?, &text, Audience::Owner)
            .map_err(cannot_write)?;
        manifest.config_sha256 = Some(Sha256Digest::of(&text));
        log_is_whole = copy_database(&config, folder, &draft, &mut manifest, now).await?;
    } else {
        let keys = KeyFile::parse(&read_secret(&config.key_file)?)
            .map_err(|error| Failure::plain(format!("{}: {error}", config.key_file.display())))?;
        manifest.key_file_fingerprint = Some(keys.fingerprint());
    }
    for named in config.files(folder) {
        let is_wanted = match arguments.keys {
            Keys::Without => !named.is_secret,
            Keys::Only => named.is_secret,
            Keys::With => true,
        };
        let sha256 = if is_wanted { copy_file(&named.path, &named.inside, &draft, cannot_write)? } else { None };
        manifest.files.push(KeptFile { key: named.key, file: named.inside, is_secret: named.is_secret, sha256 });
    }
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Failure::new("what is in the backup cannot be written down", error))?;
    write_new(&draft.place(Path::new(manifest::FILE)).map_err(cannot_write)?, &text, Audience::Owner)
        .map_err(cannot_write)?;
    failpoint::reached("backup.before_name");
    draft.keep_new().map_err(cannot_write)?;
    report(arguments, &manifest, log_is_whole)
}

/// Copies the database; whether its transfer log's chain is whole.
async fn copy_database(
    config: &Config,
    folder: &Path,
    draft: &FolderDraft,
    manifest: &mut Manifest,
    now: Timestamp,
) -> Result<bool, Failure> {
    let unusable = |error| super::setting::unusable(error, &config.database);
    let inside = config.database_inside(folder).unwrap_or_else(|| "lichtbild.sqlite".into());
    let place = draft.place(&inside).and_then(|place| write_new(&place, b"", Audience::Owner).map(|()| place));
    let place = place.map_err(|error| Failure::new("cannot begin the copy of the database", error))?;
    let store = SqlStore::open_to_copy(&config.database).await.map_err(unusable)?;
    let copied = store.copy_into(&place, now).await;
    store.close().await;
    copied.map_err(unusable)?;

    let copy = SqlStore::open_copy(&DatabaseLocation::File(place)).await.map_err(unusable)?;
    // A schema from before the log could be shortened has no word of where it begins.
    let begin = copy.log_anchor().await.unwrap_or(Link::START);
    let log = walk_log(&copy, begin, |_| {}).await;
    let key_file = copy.bound_key_file().await;
    copy.close().await;
    let (log, key_file) = (log.map_err(unusable)?, key_file.map_err(unusable)?);
    manifest.key_file_fingerprint = key_file;
    manifest.database = Some(Database { file: inside, log_rows: log.last.sequence, log_head: log.last.sha256 });
    Ok(log.fault.is_none())
}

/// Copies a file that the configuration names, if it is there: keys of authorities may be kept elsewhere.
fn copy_file(
    path: &Path,
    inside: &Path,
    draft: &FolderDraft,
    cannot_write: impl Fn(io::Error) -> Failure + Copy,
) -> Result<Option<Sha256Digest>, Failure> {
    let bytes = match fs::read(path) {
        Ok(bytes) => zeroize::Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(format!("cannot read {}: run this as the gateway's user", path.display()), error));
        }
    };
    write_new(&draft.place(inside).map_err(cannot_write)?, &bytes, Audience::Owner).map_err(cannot_write)?;
    Ok(Some(Sha256Digest::of(&bytes)))
}

fn report(arguments: &Arguments, manifest: &Manifest, log_is_whole: bool) -> Result<(), Failure> {
    let to = arguments.to.display();
    if arguments.json {
        give(serde_json::json!({ "backup": arguments.to, "holds": manifest, "log_is_whole": log_is_whole }))?;
    } else {
        give(format!("{to}"))?;
        if let Some(database) = &manifest.database {
            give(format!("  database      {} as of {}", database.file.display(), manifest.taken_at))?;
            give(format!("  transfer log  {} rows, the last one {}", database.log_rows, database.log_head))?;
        }
        let kept = manifest.files.iter().filter(|file| file.sha256.is_some()).count();
        give(format!("  files         {kept} that the configuration names"))?;
    }
    for file in manifest.files.iter().filter(|file| file.sha256.is_none()) {
        let why = if file.is_secret == (arguments.keys == Keys::Without) && file.is_secret {
            "a secret, not in this backup"
        } else if file.is_secret == (arguments.keys == Keys::Only) || arguments.keys == Keys::With {
            "not there"
        } else {
            continue;
        };
        eprintln!("  without {} ({}): {why}", file.file.display(), file.key);
    }
    match arguments.keys {
        Keys::Without => eprintln!(
            "Keep the keys elsewhere, on another medium: without the key file no photo opens any more, without the authorities' \
             keys no device is certified. `lichtbild-gateway backup FOLDER --keys only` copies them; again after each month's end, \
             so that the copy keeps no key that the gateway has destroyed."
        ),
        Keys::Only => eprintln!(
            "Keep it under lock, away from the database and its backups, and destroy the copy before it: it holds keys that the \
             gateway destroys when their months are over."
        ),
        Keys::With => eprintln!(
            "This folder is as good as the gateway itself: who has it needs nothing but a citizen's code to open that photo, and \
             can pose as the gateway. Encrypt it, or keep it under lock."
        ),
    }
    eprintln!(
        "Not in it either: what starts the gateway (a systemd unit), the firewall, names and addresses of this machine."
    );
    if !log_is_whole {
        eprintln!("The chain of the transfer log does not hold: `lichtbild-gateway verify` says where.");
    }
    Ok(())
}

fn cannot_write(to: &Path, error: io::Error) -> Failure {
    let to = to.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            Failure::plain(format!("{to} is there already and is not overwritten: name another folder"))
        }
        _ => Failure::new(format!("cannot write {to}: see the cause; nothing of it is left behind"), error),
    }
}

/// A server's database is backed up by the server's own means.
fn on_a_server(database: &DatabaseLocation) -> Failure {
    Failure::plain(format!(
        "{database} is on a server, which has better means of its own.\n\
         One consistent copy while the gateways run, with the server's own version of the programs:\n  \
           pg_dump --format=custom --file=lichtbild.dump 'postgres://USER@HOST/DATABASE'\n\
         and back, into an empty database:\n  \
           createdb --owner=USER NEW\n  \
           pg_restore --no-owner --exit-on-error --single-transaction --dbname='postgres://USER@HOST/NEW' lichtbild.dump\n  \
           lichtbild-gateway quarantine hold        (with `database` naming NEW, before any gateway starts)\n\
         Losing nothing at all takes the whole server: pg_basebackup --wal-method=stream, and its log archived all the time."
    ))
    .with_advice("for the keys: lichtbild-gateway backup FOLDER --keys only; every node's folder has the rest")
}
