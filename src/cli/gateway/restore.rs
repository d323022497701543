//! `restore`

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::backup::manifest::{self, KeptFile, Manifest};
use super::failure::Failure;
use super::output::give;
use super::verify::tell;
use crate::clock::{SystemClock, Timestamp};
use crate::config::Config;
use crate::config::files::with_paths;
use crate::domain::chain::ChainRow;
use crate::domain::digest::Sha256Digest;
use crate::domain::soundness::Findings;
use crate::durable::{Audience, FolderDraft, write_new};
use crate::failpoint;
use crate::flows::restore::restore;
use crate::flows::verify::{Proofs, verify_with};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;
use crate::storage::inspection::{Replayed, Restored};
use crate::storage::{DatabaseLocation, RowKeys, SqlStore, StoreError};

#[derive(Args)]
pub(super) struct Arguments {
    /// The folder that `backup` made.
    from: PathBuf,
    /// The folder to make; it must not exist.
    #[arg(long, value_name = "NEW")]
    dir: PathBuf,
    /// The folder that `backup --keys only` made, where the keys are not in the backup.
    #[arg(long, value_name = "FOLDER")]
    keys: Option<PathBuf>,
    /// An export of the transfer log (JSON Lines) that goes on where the backup ends: what it tells is carried out.
    #[arg(long, value_name = "FILE")]
    log_since: Option<PathBuf>,
    /// Restore it although something is wrong with the database, if there is nothing better.
    #[arg(long)]
    despite_faults: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Makes a gateway out of a backup.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let manifest = Manifest::read(&arguments.from)?;
    let Some(database) = &manifest.database else {
        return Err(Failure::plain(format!(
            "{} holds keys only: name the backup with the database, and this one with --keys",
            arguments.from.display()
        )));
    };
    let cannot_write = |error: io::Error| cannot_write(&arguments.dir, error);
    let draft = FolderDraft::begin(&arguments.dir).map_err(cannot_write)?;
    let mut missing = Vec::new();
    let keys =
        arguments.keys.as_deref().map(|folder| Ok::<_, Failure>((folder, Manifest::read(folder)?))).transpose()?;
    for kept in &manifest.files {
        let of_keys = keys.as_ref().and_then(|(folder, manifest)| {
            let same = manifest.files.iter().find(|other| other.key == kept.key && other.sha256.is_some());
            same.map(|other| (*folder, other))
        });
        match of_keys.or(Some((arguments.from.as_path(), kept))).filter(|(_, kept)| kept.sha256.is_some()) {
            Some((folder, found)) => copy_file(folder, found, &draft, &kept.file, cannot_write)?,
            None => missing.push(kept),
        }
    }
    let key_file = key_file(&manifest, &draft, keys.as_ref().map(|(folder, _)| *folder), cannot_write)?;
    configuration(&arguments.from, &manifest, &draft, cannot_write)?;
    let place = draft.place(&database.file).map_err(cannot_write)?;
    copy_large(&arguments.from.join(&database.file), &place)?;
    failpoint::reached("restore.copied");

    let location = DatabaseLocation::File(place);
    let unusable = |error: StoreError| super::setting::unusable(error, &location);
    let row_keys = key_file.as_ref().map_or(RowKeys::None, |keys| RowKeys::new(keys.row_key()));
    let store = SqlStore::open_in_any_use(&location).await.map_err(unusable)?.with_row_keys(row_keys);
    let made = make_up(&store, key_file.as_ref(), &manifest, arguments).await;
    store.close().await;
    let made = made?;
    failpoint::reached("restore.before_name");
    draft.keep_new().map_err(cannot_write)?;
    report(arguments, &missing, &made)
}

/// What a restore has come to.
struct Made {
    /// The moment up to which the gateway knows what happened.
    knows_until: Timestamp,
    replayed: Replayed,
    findings: Findings,
    restored: Restored,
}

async fn make_up(
    store: &SqlStore,
    key_file: Option<&KeyFile>,
    manifest: &Manifest,
    arguments: &Arguments,
) -> Result<Made, Failure> {
    let taken_at = store.backup_taken_at().await?.unwrap_or(manifest.taken_at);
    let replayed = match &arguments.log_since {
        None => Replayed::default(),
        Some(file) => replay(store, file, &arguments.from).await?,
    };
    if replayed.rows > 0 && key_file.is_none() {
        // How much came out of the export is noted in a row of the log, which is not believed without its digest.
        return Err(Failure::plain("--log-since needs the key file: name the backup of the keys with --keys"));
    }
    let findings = check(store, key_file, replayed.rows, arguments).await?;
    let knows_until = replayed.until.map_or(taken_at, |until| until.max(taken_at));
    let restored = restore(store, &SystemClock, knows_until, replayed.rows).await?;
    Ok(Made { knows_until, replayed, findings, restored })
}

/// Carries out what an export of the transfer log tells.
async fn replay(store: &SqlStore, file: &Path, from: &Path) -> Result<Replayed, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("cannot read {shown}: check its path"), error))?;
    let rows: Result<Vec<ChainRow>, _> = text.lines().map(serde_json::from_str).collect();
    let rows = rows.map_err(|error| {
        Failure::new(
            format!("{shown} is no export of the transfer log: make one with `lichtbild-gateway audit export`"),
            error,
        )
    })?;
    let config = fs::read_to_string(from.join(manifest::CONFIG)).map_err(|error| error.to_string());
    let config = config.and_then(|text| Config::parse(&text)).map_err(Failure::plain)?;
    store.replay(&rows, config.rules().settle_within).await.map_err(|error| match error {
        StoreError::Damaged(what) => Failure::plain(format!(
            "{shown} does not go on where the backup ends ({what}): export from the day of the backup on, and from the same gateway"
        )),
        error => error.into(),
    })
}

/// The key file, where it is there, which must be the one that the database is bound to.
fn key_file(
    manifest: &Manifest,
    draft: &FolderDraft,
    keys: Option<&Path>,
    cannot_write: impl Fn(io::Error) -> Failure,
) -> Result<Option<KeyFile>, Failure> {
    let Some(kept) = manifest.files.iter().find(|kept| kept.key == "key_file") else { return Ok(None) };
    let place = draft.place(&kept.file).map_err(cannot_write)?;
    if !place.exists() {
        return Ok(None);
    }
    let from = keys.map_or_else(|| "the backup".to_owned(), |folder| folder.display().to_string());
    let key_file = KeyFile::parse(&read_secret(&place)?)
        .map_err(|error| Failure::plain(format!("the key file of {from}: {error}")))?;
    match manifest.key_file_fingerprint {
        Some(bound) if bound != key_file.fingerprint() => Err(Failure::plain(format!(
            "the key file of {from} is another gateway's: no photo of this backup would open; find the one that belongs to it"
        ))),
        _ => Ok(Some(key_file)),
    }
}

async fn check(
    store: &SqlStore,
    keys: Option<&KeyFile>,
    replayed_rows: u64,
    arguments: &Arguments,
) -> Result<Findings, Failure> {
    if let (Some(keys), Some(bound)) = (keys, store.bound_key_file().await?)
        && keys.fingerprint() != bound
    {
        return Err(Failure::plain(
            "the key file is not the one that the database is bound to: no photo in it would open; find the right one",
        ));
    }
    let findings = verify_with(store, Proofs { keys, replayed_rows, ..Proofs::default() }).await?;
    if !findings.are_sound() && !arguments.despite_faults {
        tell(&findings)?;
        return Err(Failure::plain(
            "the backup's database is not sound: take another backup, or restore it with --despite-faults if there is none",
        ));
    }
    Ok(findings)
}

fn copy_file(
    from: &Path,
    found: &KeptFile,
    draft: &FolderDraft,
    inside: &Path,
    cannot_write: impl Fn(io::Error) -> Failure + Copy,
) -> Result<(), Failure> {
    let bytes = read_kept(&from.join(&found.file), found.sha256)?;
    let audience = if found.is_secret { Audience::Owner } else { Audience::Everybody };
    write_new(&draft.place(inside).map_err(cannot_write)?, &bytes, audience).map_err(cannot_write)
}

/// Reads a file of a backup, which must be the one that was written.
fn read_kept(file: &Path, sha256: Option<Sha256Digest>) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    let shown = file.display();
    let bytes = fs::read(file).map(zeroize::Zeroizing::new).map_err(|error| {
        Failure::new(format!("cannot read {shown}, which belongs to the backup: take another backup"), error)
    })?;
    if Some(Sha256Digest::of(&bytes)) != sha256 {
        return Err(Failure::plain(format!(
            "{shown} is not the file that was backed up: it was changed or is damaged; take another backup"
        )));
    }
    Ok(bytes)
}

/// The configuration, with paths that lead into the new folder.
fn configuration(
    from: &Path,
    manifest: &Manifest,
    draft: &FolderDraft,
    cannot_write: impl Fn(io::Error) -> Failure + Copy,
) -> Result<(), Failure> {
    let file = from.join(manifest::CONFIG);
    let text = read_kept(&file, manifest.config_sha256)?;
    let text = String::from_utf8_lossy(&text);
    let mut paths: Vec<_> = manifest.files.iter().map(|kept| (kept.key.clone(), kept.file.clone())).collect();
    paths.extend(manifest.database.iter().map(|database| ("database".to_owned(), database.file.clone())));
    let text = with_paths(&text, &paths).map_err(|fault| Failure::plain(format!("{}: {fault}", file.display())))?;
    write_new(&draft.place(Path::new(manifest::CONFIG)).map_err(cannot_write)?, text.as_bytes(), Audience::Owner)
        .map_err(cannot_write)
}

/// Copies what does not fit into memory; its owner's alone.
fn copy_large(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed =
        |error| Failure::new(format!("cannot copy {}: see the cause; nothing is left behind", from.display()), error);
    write_new(to, b"", Audience::Owner).map_err(failed)?;
    let mut target = File::options().write(true).open(to).map_err(failed)?;
    io::copy(&mut File::open(from).map_err(failed)?, &mut target).map_err(failed)?;
    Ok(())
}

fn report(arguments: &Arguments, missing: &[&KeptFile], made: &Made) -> Result<(), Failure> {
    let dir = arguments.dir.display();
    let Made { knows_until, replayed, findings, restored } = made;
    if arguments.json {
        give(serde_json::json!({
            "gateway": arguments.dir,
            "knows_until": knows_until,
            "replayed": replayed,
            "photos_held_back": restored.photos,
            "invitations_ended": restored.invitations,
            "missing": missing,
            "findings": findings,
        }))?;
    } else {
        give(format!("A gateway as of {knows_until} stands in {dir}."))?;
        if replayed.rows > 0 {
            give(format!("  made up for        {} rows of the log", replayed.rows))?;
            give(format!("    photos erased    {}", replayed.erased))?;
            give(format!("    devices revoked  {}", replayed.revoked))?;
            give(format!("    photos lost      {} (deposited since the backup)", replayed.lost))?;
        }
        give(format!("  photos held back   {}", restored.photos))?;
        give(format!("  invitations ended  {}", restored.invitations))?;
        give(format!("  transfer log       {} rows, the last one {}", findings.log_rows, findings.log_head))?;
        for kept in missing {
            give(format!("  missing            {} ({})", kept.file.display(), kept.key))?;
        }
    }
    let needed = missing.iter().any(|kept| kept.key == "key_file" || kept.key == "certificates.server_key");
    eprintln!("What happened after {knows_until} is not known to it. Before it serves:");
    if needed {
        eprintln!("- Put the missing keys in their places (mode 0600): without the key file nothing opens.");
    }
    eprintln!("- Make sure that the old gateway never starts again: two of them would each hand out the same photo.");
    eprintln!(
        "- Revoke again whom you revoked since, suspend again whom you suspended: `device revoke`, `studio suspend`."
    );
    eprintln!(
        "- Devices that enrolled since the backup are unknown: invite them again. Receipts given out since lead to nothing."
    );
    eprintln!("- Give the folder to the user that the gateway runs as (chown -R).");
    eprintln!(
        "- Photos are held back, for they may have been used since: `restored list` shows them, `restored release` frees those \
         that were not (docs/operation.md, \"After a restore\")."
    );
    eprintln!("Next: cd {dir} && lichtbild-gateway verify && lichtbild-gateway serve");
    Ok(())
}

fn cannot_write(dir: &Path, error: io::Error) -> Failure {
    let dir = dir.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            Failure::plain(format!("{dir} is there already and is not overwritten: choose another --dir"))
        }
        _ => Failure::new(format!("cannot write {dir}: see the cause; nothing of it is left behind"), error),
    }
}
