//! The files of a backup, which are copied into the new folder if they are the ones that the manifest names.

use std::path::Path;

use super::super::backup::manifest;
use super::super::backup::manifest::{BackedUpFile, Manifest};
use super::super::backup::signature::read_regular;
use super::super::new_folder::NewFolder;
use crate::atomic_file::FileMode;
use crate::cli::gateway::admin_context::read_key_file;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::config::Config;
use crate::config::files::replace_paths;
use crate::domain::digest::Sha256Digest;
use crate::sealing::KeyFile;

pub(super) fn copy_file(
    from: &Path,
    found: &BackedUpFile,
    target: &NewFolder,
    inside: &Path,
) -> Result<(), CommandError> {
    let bytes = read_verified(&from.join(&found.file), found.sha256)?;
    let audience = if found.is_secret { FileMode::OwnerOnly } else { FileMode::WorldReadable };
    target.write(inside, &bytes, audience)
}

/// Checks every file of a backup except its database: each must be unchanged, also those that are not used.
pub(super) fn check_files(folder: &Path, manifest: &Manifest) -> Result<(), CommandError> {
    for entry in manifest.files.iter().filter(|entry| entry.sha256.is_some()) {
        read_verified(&folder.join(&entry.file), entry.sha256)?;
    }
    Ok(())
}

/// Reads a file of a backup, which must be unchanged.
pub(super) fn read_verified(
    file: &Path,
    sha256: Option<Sha256Digest>,
) -> Result<zeroize::Zeroizing<Vec<u8>>, CommandError> {
    let shown = file.display().to_string();
    let bytes = read_regular(file)
        .map(zeroize::Zeroizing::new)
        .map_err(|error| CommandError::new(phrase!("gateway-restore-unreadable", file = shown), error))?;
    if Some(Sha256Digest::of(&bytes)) != sha256 {
        return Err(CommandError::plain(phrase!("gateway-restore-other-file", file = shown)));
    }
    Ok(bytes)
}

/// Writes the configuration, with paths into the new folder.
pub(super) fn configuration(from: &Path, manifest: &Manifest, target: &NewFolder) -> Result<Config, CommandError> {
    let file = from.join(manifest::CONFIG_FILE_NAME);
    let text = read_verified(&file, manifest.config_sha256)?;
    let text = String::from_utf8_lossy(&text);
    let mut paths: Vec<_> = manifest.files.iter().map(|entry| (entry.key.clone(), entry.file.clone())).collect();
    paths.extend(manifest.database.iter().map(|database| ("database".to_owned(), database.file.clone())));
    let faulty = |fault: String| {
        CommandError::plain(phrase!("gateway-restore-configuration", file = file.display(), error = fault))
    };
    let text = replace_paths(&text, &paths).map_err(faulty)?;
    let config = Config::parse(&text).map_err(faulty)?;
    target.write(manifest::CONFIG_FILE_NAME, text.as_bytes(), FileMode::OwnerOnly)?;
    Ok(config)
}

/// Reads the key file of the folder `from`, if there is one; it must be the one that the database is bound to.
pub(super) fn key_file(manifest: &Manifest, target: &NewFolder, from: &Path) -> Result<Option<KeyFile>, CommandError> {
    let Some(entry) = manifest.files.iter().find(|entry| entry.key == "key_file") else { return Ok(None) };
    let path = target.path_for(&entry.file)?;
    if !path.exists() {
        return Ok(None);
    }
    let key_file = read_key_file(&path)?;
    match manifest.key_file_fingerprint {
        Some(bound) if bound != key_file.fingerprint() => {
            Err(CommandError::plain(phrase!("gateway-restore-other-key-file", folder = from.display())))
        }
        _ => Ok(Some(key_file)),
    }
}
