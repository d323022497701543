//! The key that a backup is verified with, and the verified manifests.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::backup::manifest::{BackedUpFile, Manifest};
use super::super::backup::signature::SignedManifest;
use super::arguments::Arguments;
use super::files::read_verified;
use crate::cli::gateway::audit::checkpoint_reader::parse_verifier;
use crate::cli::gateway::command_error::{CommandError, cannot_read};
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::domain::digest::Sha256Digest;
use crate::identity::signing::checkpoint_key::{CheckpointKey, CheckpointVerifier};

/// The manifests of a backup and of the folder with its keys.
pub(super) struct VerifiedBackup {
    pub(super) manifest: Manifest,
    pub(super) keys: Option<(PathBuf, Manifest)>,
    /// Key that they were verified with; `None` only if nothing is signed and no key was found.
    pub(super) verifier: Option<CheckpointVerifier>,
    pub(super) source: KeySource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeySource {
    /// A file that was given with `--audit-key`.
    Given,
    /// The folder with the keys, which is stored apart from the backup.
    Keys,
    Backup,
}

/// Verifies the signatures before anything else of the backup is used.
pub(super) fn verify_manifests(arguments: &Arguments) -> Result<VerifiedBackup, CommandError> {
    let backup = SignedManifest::read(&arguments.from)?;
    let keys = arguments.keys.as_deref().map(|folder| Ok::<_, CommandError>((folder, SignedManifest::read(folder)?)));
    let keys = keys.transpose()?;
    let (verifier, source) = trusted_key(arguments, &backup, keys.as_ref())?;
    if backup.is_signed() && verifier.is_none() {
        return Err(CommandError::plain(phrase!("gateway-restore-no-public-key", folder = arguments.from.display())));
    }
    let manifest = verify_manifest(&backup, &arguments.from, verifier.as_ref(), arguments)?;
    let keys = match keys {
        None => None,
        Some((folder, keys)) => {
            Some((folder.to_owned(), verify_manifest(&keys, folder, verifier.as_ref(), arguments)?))
        }
    };
    if let Some(verifier) = verifier.as_ref().filter(|_| source == KeySource::Backup && backup.is_signed()) {
        eprint(phrase!("gateway-restore-own-key", sha256 = verifier.sha256()));
    }
    Ok(VerifiedBackup { manifest, keys, verifier, source })
}

fn verify_manifest(
    signed: &SignedManifest,
    folder: &Path,
    verifier: Option<&CheckpointVerifier>,
    arguments: &Arguments,
) -> Result<Manifest, CommandError> {
    if !signed.is_signed() && arguments.unsigned {
        eprint(phrase!("gateway-restore-unsigned", folder = folder.display()));
        return signed.parse_unverified();
    }
    match verifier {
        Some(verifier) => signed.verify(verifier),
        None => Err(CommandError::plain(phrase!("gateway-restore-no-verifier", folder = folder.display()))),
    }
}

/// The key to verify with: the given one, else the one in the folder of the keys, else the backup's own.
fn trusted_key(
    arguments: &Arguments,
    backup: &SignedManifest,
    keys: Option<&(&Path, SignedManifest)>,
) -> Result<(Option<CheckpointVerifier>, KeySource), CommandError> {
    if let Some(file) = &arguments.audit_key {
        let text = fs::read_to_string(file).map_err(cannot_read(file))?;
        return Ok((Some(parse_verifier(file, &text)?), KeySource::Given));
    }
    if let Some((folder, signed)) = keys
        && let Some(verifier) = find_audit_key(folder, &signed.parse_unverified()?)?
    {
        return Ok((Some(verifier), KeySource::Keys));
    }
    Ok((find_audit_key(&arguments.from, &backup.parse_unverified()?)?, KeySource::Backup))
}

/// The audit key in a folder: the public key, or the private key, which contains it.
fn find_audit_key(folder: &Path, manifest: &Manifest) -> Result<Option<CheckpointVerifier>, CommandError> {
    let read = |entry: &BackedUpFile| {
        let file = folder.join(&entry.file);
        let text = read_verified(&file, entry.sha256)?;
        Ok::<_, CommandError>((file, zeroize::Zeroizing::new(String::from_utf8_lossy(&text).into_owned())))
    };
    if let Some(entry) = manifest.file("audit.key") {
        let (file, text) = read(entry)?;
        let key = CheckpointKey::from_pem(&text).map_err(|error| {
            CommandError::new(phrase!("gateway-restore-no-audit-key", file = file.display()), error)
        })?;
        return Ok(Some(key.verifier().clone()));
    }
    let Some(entry) = manifest.file("audit.public_key") else { return Ok(None) };
    let (file, text) = read(entry)?;
    parse_verifier(&file, &text).map(Some)
}

impl VerifiedBackup {
    pub(super) fn key_as_json(&self) -> serde_json::Value {
        let sha256: Option<Sha256Digest> = self.verifier.as_ref().map(CheckpointVerifier::sha256);
        serde_json::json!({ "sha256": sha256, "from": self.source })
    }
}
