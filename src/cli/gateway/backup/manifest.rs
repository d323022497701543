//! What stands in a backup, told beside it in `backup.json`: `restore` takes nothing on trust that is not told there.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::gateway::failure::Failure;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;

pub(in crate::cli::gateway) const FILE: &str = "backup.json";
/// Where the configuration lies.
pub(in crate::cli::gateway) const CONFIG: &str = "gateway.toml";
const FORMAT: u32 = 1;

/// What stands in a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct Manifest {
    format: u32,
    program: String,
    pub(in crate::cli::gateway) taken_at: Timestamp,
    /// What the database is bound to, or the key file's own.
    pub(in crate::cli::gateway) key_file_fingerprint: Option<Sha256Digest>,
    pub(in crate::cli::gateway) database: Option<Database>,
    /// SHA-256 of the configuration, where it is there.
    pub(in crate::cli::gateway) config_sha256: Option<Sha256Digest>,
    /// Every file that the configuration names.
    pub(in crate::cli::gateway) files: Vec<KeptFile>,
}

/// The database of a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct Database {
    pub(in crate::cli::gateway) file: PathBuf,
    /// Where its transfer log ends: to be compared with what was written down elsewhere.
    pub(in crate::cli::gateway) log_rows: i64,
    pub(in crate::cli::gateway) log_head: Sha256Digest,
}

/// A file that the configuration names.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::gateway) struct KeptFile {
    /// The configuration's key.
    pub(in crate::cli::gateway) key: String,
    /// Where it lies, or would lie.
    pub(in crate::cli::gateway) file: PathBuf,
    pub(in crate::cli::gateway) is_secret: bool,
    /// SHA-256, where it is there.
    pub(in crate::cli::gateway) sha256: Option<Sha256Digest>,
}

impl Manifest {
    pub(super) fn new(taken_at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at,
            key_file_fingerprint: None,
            database: None,
            config_sha256: None,
            files: Vec::new(),
        }
    }

    /// Reads the one of a backup.
    pub(in crate::cli::gateway) fn read(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join(FILE);
        let shown = file.display();
        let text = fs::read(&file).map_err(|error| {
            Failure::new(format!("cannot read {shown}: name a folder that `lichtbild-gateway backup` has made"), error)
        })?;
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| {
            Failure::new(format!("{shown} is not what this program writes: it is damaged, or a newer one's"), error)
        })?;
        let files = manifest.files.iter().map(|kept| &kept.file);
        let stray =
            files.chain(manifest.database.as_ref().map(|database| &database.file)).find(|file| !is_inside(file));
        match stray {
            _ if manifest.format != FORMAT => {
                Err(Failure::plain(format!("{shown} is of format {}: use the program that wrote it", manifest.format)))
            }
            Some(stray) => Err(Failure::plain(format!(
                "{shown} names {}, which lies outside: this is no backup of this program",
                stray.display()
            ))),
            None => Ok(manifest),
        }
    }
}

fn is_inside(file: &Path) -> bool {
    file.components().all(|part| matches!(part, Component::Normal(_)))
}
