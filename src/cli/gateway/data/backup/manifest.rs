//! The manifest of a backup, `backup.json`: every file with its digest. Signed as it lies there, see [`signature`](super::signature).

use std::fmt::Display;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::gateway::command_error::CommandError;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::identity::signing::signed_document::DocumentFormat;
use crate::json_object;

pub(in crate::cli::gateway) const FILE_NAME: &str = "backup.json";
/// Name of the configuration file in a backup.
pub(in crate::cli::gateway) const CONFIG_FILE_NAME: &str = "gateway.toml";
pub(super) const FORMAT: DocumentFormat = DocumentFormat("lichtbild-backup/v1");
/// Of versions that did not sign.
const UNSIGNED_FORMAT: u32 = 1;

/// List of everything that a backup contains.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct Manifest {
    format: ManifestFormat,
    program: String,
    pub(in crate::cli::gateway) taken_at: Timestamp,
    /// SHA-256 of the public key (`SubjectPublicKeyInfo`) that it is signed with.
    #[serde(default)]
    pub(in crate::cli::gateway) key: Option<Sha256Digest>,
    /// The log's identifier, as in checkpoints: the digest of its very first row; unknown without the database, and before there is
    /// a row.
    #[serde(default)]
    pub(in crate::cli::gateway) log: Option<Sha256Digest>,
    /// Fingerprint of the key file that the database is bound to, or of the key file itself.
    pub(in crate::cli::gateway) key_file_fingerprint: Option<Sha256Digest>,
    pub(in crate::cli::gateway) database: Option<BackedUpDatabase>,
    /// SHA-256 of the configuration, where it is there.
    pub(in crate::cli::gateway) config_sha256: Option<Sha256Digest>,
    /// Every file that the configuration names.
    pub(in crate::cli::gateway) files: Vec<BackedUpFile>,
}

/// A format's name, or the number of one that was not signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum ManifestFormat {
    Named(String),
    Numbered(u32),
}

/// The database of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct BackedUpDatabase {
    pub(in crate::cli::gateway) file: PathBuf,
    /// SHA-256; unknown where an older version made the backup.
    #[serde(default)]
    pub(in crate::cli::gateway) sha256: Option<Sha256Digest>,
    /// The end of its audit log.
    pub(in crate::cli::gateway) log_rows: i64,
    pub(in crate::cli::gateway) log_head: Sha256Digest,
}

/// A file that the configuration names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct BackedUpFile {
    /// The configuration's key.
    pub(in crate::cli::gateway) key: String,
    /// Path of the file in the backup, or the path it would have there.
    pub(in crate::cli::gateway) file: PathBuf,
    pub(in crate::cli::gateway) is_secret: bool,
    /// SHA-256, where it is there.
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

    /// Reads the text of a backup's manifest; `file` is told to people.
    pub(super) fn parse(file: &Path, text: &[u8]) -> Result<Self, CommandError> {
        let shown = file.display();
        let manifest: Self = json_object::from_slice(text).map_err(|error| {
            CommandError::new(
                format!("{shown} is not what this program writes: it is damaged, or a newer one's"),
                error,
            )
        })?;
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
            Some(stray) => Err(CommandError::plain(format!(
                "{shown} names {}, which lies outside: this is no backup of this program",
                stray.display()
            ))),
            None => Ok(manifest),
        }
    }

    /// The file of this key, where it is in the backup.
    pub(in crate::cli::gateway) fn file(&self, key: &str) -> Option<&BackedUpFile> {
        self.files.iter().find(|entry| entry.key == key && entry.sha256.is_some())
    }
}

fn unknown_format(file: &Path, format: impl Display) -> CommandError {
    CommandError::plain(format!("{} is of format {format}: use the program that wrote it", file.display()))
}

fn is_inside(file: &Path) -> bool {
    file.components().all(|part| matches!(part, Component::Normal(_)))
}
