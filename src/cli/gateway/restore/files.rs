//! The files of a backup on their way into the new folder: each has to be the one that the manifest names.

use std::io;
use std::path::Path;

use super::super::backup::manifest::{self, KeptFile, Manifest};
use super::super::backup::signature::read_regular;
use super::super::failure::Failure;
use crate::config::Config;
use crate::config::files::with_paths;
use crate::domain::digest::Sha256Digest;
use crate::durable::{Audience, FolderDraft, write_new};
use crate::sealing::KeyFile;
use crate::server::secret_file::read_secret;

pub(super) fn copy_file(
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

/// Reads every file of a backup but its database: each must be the one that was written, also those that are not used.
pub(super) fn check_all(folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    for kept in manifest.files.iter().filter(|kept| kept.sha256.is_some()) {
        read_kept(&folder.join(&kept.file), kept.sha256)?;
    }
    Ok(())
}

/// Reads a file of a backup, which must be the one that was written.
pub(super) fn read_kept(file: &Path, sha256: Option<Sha256Digest>) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    let shown = file.display();
    let bytes = read_regular(file).map(zeroize::Zeroizing::new).map_err(|error| {
        Failure::new(format!("cannot read {shown}, which belongs to the backup: take another backup"), error)
    })?;
    if Some(Sha256Digest::of(&bytes)) != sha256 {
        return Err(Failure::plain(format!(
            "{shown} is not the file that was backed up: it was changed or is damaged; take another backup"
        )));
    }
    Ok(bytes)
}

/// Puts the configuration there, with paths that lead into the new folder.
pub(super) fn configuration(
    from: &Path,
    manifest: &Manifest,
    draft: &FolderDraft,
    cannot_write: impl Fn(io::Error) -> Failure + Copy,
) -> Result<Config, Failure> {
    let file = from.join(manifest::CONFIG);
    let text = read_kept(&file, manifest.config_sha256)?;
    let text = String::from_utf8_lossy(&text);
    let mut paths: Vec<_> = manifest.files.iter().map(|kept| (kept.key.clone(), kept.file.clone())).collect();
    paths.extend(manifest.database.iter().map(|database| ("database".to_owned(), database.file.clone())));
    let faulty = |fault| Failure::plain(format!("{}: {fault}", file.display()));
    let text = with_paths(&text, &paths).map_err(faulty)?;
    let config = Config::parse(&text).map_err(faulty)?;
    write_new(&draft.place(Path::new(manifest::CONFIG)).map_err(cannot_write)?, text.as_bytes(), Audience::Owner)
        .map_err(cannot_write)?;
    Ok(config)
}

/// The key file, where it is there, which must be the one that the database is bound to.
pub(super) fn key_file(
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
