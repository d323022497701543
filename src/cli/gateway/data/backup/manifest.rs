//! The manifest of a backup, `backup.json`: every file with its digest. Signed as it lies there, see [`signature`](super::signature).

use std::fmt::Display;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::identity::signing::signed_document::DocumentFormat;
use crate::json_object;

pub(in crate::cli::gateway) const FILE_NAME: &str = "backup.json";
pub(in crate::cli::gateway) const CONFIG_FILE_NAME: &str = "gateway.toml";
pub(super) const FORMAT: DocumentFormat = DocumentFormat("lichtbild-backup/v1");
/// Format of versions without signatures.
const UNSIGNED_FORMAT: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct Manifest {
    format: ManifestFormat,
    program: String,
    pub(in crate::cli::gateway) taken_at: Timestamp,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo`) that it is signed with.
    #[serde(default)]
    pub(in crate::cli::gateway) key: Option<Sha256Digest>,
    /// The log's identifier, as in checkpoints: the digest of its very first row. `None` without the database, and for an empty log.
    #[serde(default)]
    pub(in crate::cli::gateway) log: Option<Sha256Digest>,
    pub(in crate::cli::gateway) key_file_fingerprint: Option<Sha256Digest>,
    pub(in crate::cli::gateway) database: Option<BackedUpDatabase>,
    /// `None` if the backup has no configuration.
    pub(in crate::cli::gateway) config_sha256: Option<Sha256Digest>,
    /// All files that the configuration names.
    pub(in crate::cli::gateway) files: Vec<BackedUpFile>,
}

/// Name of a format; unsigned backups of older versions have a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum ManifestFormat {
    Named(String),
    Numbered(u32),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct BackedUpDatabase {
    pub(in crate::cli::gateway) file: PathBuf,
    /// SHA-256; unknown where an older version made the backup.
    #[serde(default)]
    pub(in crate::cli::gateway) sha256: Option<Sha256Digest>,
    pub(in crate::cli::gateway) log_rows: i64,
    pub(in crate::cli::gateway) log_head: Sha256Digest,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct BackedUpFile {
    pub(in crate::cli::gateway) key: String,
    /// Path of the file in the backup, or the path it would have there.
    pub(in crate::cli::gateway) file: PathBuf,
    pub(in crate::cli::gateway) is_secret: bool,
    /// `None` if the backup does not have the file.
    pub(in crate::cli::gateway) sha256: Option<Sha256Digest>,
}

impl Manifest {
    pub(super) fn new(taken_at: Timestamp, key: Option<Sha256Digest>) -> Self {
        Self {
            format: ManifestFormat::Named(FORMAT.0.to_owned()),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            key,
            log: None,
            key_file_fingerprint: None,
            database: None,
            config_sha256: None,
            files: Vec::new(),
        }
    }

    /// Reads the text of a backup's manifest; `file` is named in errors.
    pub(super) fn parse(file: &Path, text: &[u8]) -> Result<Self, CommandError> {
        let shown = file.display().to_string();
        let manifest: Self = json_object::from_slice(text)
            .map_err(|error| CommandError::new(phrase!("gateway-manifest-damaged", file = shown), error))?;
        match &manifest.format {
            ManifestFormat::Named(name) if name == FORMAT.0 => {}
            ManifestFormat::Numbered(UNSIGNED_FORMAT) => {}
            ManifestFormat::Named(other) => return Err(unknown_format(file, other)),
            ManifestFormat::Numbered(other) => return Err(unknown_format(file, other)),
        }
        let files = manifest.files.iter().map(|entry| &entry.file);
        let stray =
            files.chain(manifest.database.as_ref().map(|database| &database.file)).find(|file| !is_inside(file));
        match stray {
            Some(stray) => {
                Err(CommandError::plain(phrase!("gateway-manifest-stray", file = shown, stray = stray.display())))
            }
            None => Ok(manifest),
        }
    }

    /// The file of this key, if it is in the backup.
    pub(in crate::cli::gateway) fn file(&self, key: &str) -> Option<&BackedUpFile> {
        self.files.iter().find(|entry| entry.key == key && entry.sha256.is_some())
    }
}

fn unknown_format(file: &Path, format: impl Display) -> CommandError {
    CommandError::plain(phrase!("gateway-manifest-format", file = file.display(), format = format))
}

fn is_inside(file: &Path) -> bool {
    file.components().all(|part| matches!(part, Component::Normal(_)))
}
