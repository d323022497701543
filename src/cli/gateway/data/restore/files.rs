//! The files of a backup on their way into the new folder: each has to be the one that the manifest names.

use std::io;
use std::path::Path;

use super::super::backup::manifest;
use super::super::backup::manifest::{BackedUpFile, Manifest};
use super::super::backup::signature::read_regular;
use crate::atomic_file::{FileMode, PendingFolder, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::config::Config;
use crate::config::files::replace_paths;
use crate::domain::digest::Sha256Digest;
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;

pub(super) fn copy_file(
    from: &Path,
    found: &BackedUpFile,
    draft: &PendingFolder,
    inside: &Path,
    cannot_write: impl Fn(io::Error) -> CommandError + Copy,
) -> Result<(), CommandError> {
    let bytes = read_verified(&from.join(&found.file), found.sha256)?;
    let audience = if found.is_secret { FileMode::OwnerOnly } else { FileMode::WorldReadable };
    write_new(&draft.path_for(inside).map_err(cannot_write)?, &bytes, audience).map_err(cannot_write)
}

/// Reads every file of a backup but its database: each must be the one that was written, also those that are not used.
pub(super) fn check_files(folder: &Path, manifest: &Manifest) -> Result<(), CommandError> {
    for entry in manifest.files.iter().filter(|entry| entry.sha256.is_some()) {
        read_verified(&folder.join(&entry.file), entry.sha256)?;
    }
    Ok(())
}

/// Reads a file of a backup, which must be the one that was written.
pub(super) fn read_verified(
    file: &Path,
    sha256: Option<Sha256Digest>,
) -> Result<zeroize::Zeroizing<Vec<u8>>, CommandError> {
    let shown = file.display();
    let bytes = read_regular(file).map(zeroize::Zeroizing::new).map_err(|error| {
        CommandError::new(format!("cannot read {shown}, which belongs to the backup: take another backup"), error)
    })?;
    if Some(Sha256Digest::of(&bytes)) != sha256 {
        return Err(CommandError::plain(format!(
            "{shown} is not the file that was backed up: it was changed or is damaged; take another backup"
        )));
    }
    Ok(bytes)
}

/// Puts the configuration there, with paths that lead into the new folder.
pub(super) fn configuration(
    from: &Path,
    manifest: &Manifest,
    draft: &PendingFolder,
    cannot_write: impl Fn(io::Error) -> CommandError + Copy,
) -> Result<Config, CommandError> {
    let file = from.join(manifest::CONFIG_FILE_NAME);
    let text = read_verified(&file, manifest.config_sha256)?;
    let text = String::from_utf8_lossy(&text);
    let mut paths: Vec<_> = manifest.files.iter().map(|entry| (entry.key.clone(), entry.file.clone())).collect();
    paths.extend(manifest.database.iter().map(|database| ("database".to_owned(), database.file.clone())));
    let faulty = |fault| CommandError::plain(format!("{}: {fault}", file.display()));
    let text = replace_paths(&text, &paths).map_err(faulty)?;
    let config = Config::parse(&text).map_err(faulty)?;
    write_new(
        &draft.path_for(Path::new(manifest::CONFIG_FILE_NAME)).map_err(cannot_write)?,
        text.as_bytes(),
        FileMode::OwnerOnly,
    )
    .map_err(cannot_write)?;
    Ok(config)
}

/// The key file, where it is there, which must be the one that the database is bound to.
pub(super) fn key_file(
    manifest: &Manifest,
    draft: &PendingFolder,
    keys: Option<&Path>,
    cannot_write: impl Fn(io::Error) -> CommandError,
) -> Result<Option<KeyFile>, CommandError> {
    let Some(entry) = manifest.files.iter().find(|entry| entry.key == "key_file") else { return Ok(None) };
    let path = draft.path_for(&entry.file).map_err(cannot_write)?;
    if !path.exists() {
        return Ok(None);
    }
    let from = keys.map_or_else(|| "the backup".to_owned(), |folder| folder.display().to_string());
    let key_file = KeyFile::parse(&read_secret(&path)?)
        .map_err(|error| CommandError::plain(format!("the key file of {from}: {error}")))?;
    match manifest.key_file_fingerprint {
        Some(bound) if bound != key_file.fingerprint() => Err(CommandError::plain(format!(
            "the key file of {from} is another gateway's: no photo of this backup would open; find the one that belongs to it"
        ))),
        _ => Ok(Some(key_file)),
    }
}
