//! Files with watermarks: head files, checkpoints, and an auditor's checkpoint.

use std::io;
use std::path::{Path, PathBuf};

use super::super::checkpoint_files;
use super::super::secret_file::read_secret;
use super::head_file::HeadFile;
use crate::atomic_file;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::clock_jump::ClockAnchor;
use crate::domain::log::checkpoint::Checkpoint;
use crate::domain::log::watermark::{Generation, LogPosition};
use crate::flows::admin::rollback::KnownWatermarks;
use crate::identity::signing::checkpoint_key::{CheckpointKey, CheckpointVerifier};
use crate::sealing::KeyFile;

/// Paths of the files with watermarks.
#[derive(Debug, Clone)]
pub struct WatermarkFiles {
    /// The head file beside the key file, and the witness on another mount.
    head_files: Vec<PathBuf>,
    checkpoints: PathBuf,
    audit_key: PathBuf,
    audit_public_key: PathBuf,
    /// Document of an auditor's checkpoint.
    witness: Option<PathBuf>,
}

/// Watermarks from the files.
#[derive(Debug, Default)]
pub struct LoadedWatermarks {
    pub known: KnownWatermarks,
    /// Unreadable files with the reason.
    pub faults: Vec<String>,
    pub(super) clock: Option<ClockAnchor>,
}

impl WatermarkFiles {
    pub fn from_config(config: &Config) -> Self {
        Self {
            head_files: config.head_files(),
            checkpoints: config.audit.checkpoints.clone(),
            audit_key: config.audit.key.clone(),
            audit_public_key: config.audit.public_key.clone(),
            witness: None,
        }
    }

    /// Adds the document of an auditor's checkpoint.
    #[must_use]
    pub fn with_witness(self, witness: Option<PathBuf>) -> Self {
        Self { witness, ..self }
    }

    /// Reads all watermarks. A missing file is ignored; an unreadable one is a fault.
    pub fn read(&self, keys: &KeyFile) -> LoadedWatermarks {
        let mut read = LoadedWatermarks::default();
        for path in &self.head_files {
            match HeadFile::read(path, keys) {
                Ok(Some(head)) => {
                    read.known.watermarks.push(head.watermark());
                    read.clock = read.clock.or(head.clock);
                }
                Ok(None) => {}
                Err(error) => read.faults.push(format!("{}: {error}", path.display())),
            }
        }
        let Some(verifier) = self.verifier() else { return read };
        match checkpoint_files::find_newest(&self.checkpoints, &verifier) {
            Ok(newest) => {
                read.known.checkpoints.extend(newest.checkpoint);
                let folder = self.checkpoints.display();
                let bad = newest.invalid.iter();
                read.faults
                    .extend(bad.map(|count| format!("{folder}: checkpoint {count} is not signed with this key")));
            }
            Err(error) => read.faults.push(format!("{}: {error}", self.checkpoints.display())),
        }
        if let Some(witness) = &self.witness {
            match read_witness(witness, &verifier) {
                Ok(checkpoint) => read.known.checkpoints.push(checkpoint),
                Err(error) => read.faults.push(format!("{}: {error}", witness.display())),
            }
        }
        read
    }

    /// From the private key file, or from the public one if the private one cannot be read.
    fn verifier(&self) -> Option<CheckpointVerifier> {
        let public = std::fs::read_to_string(&self.audit_public_key).ok();
        let of_key = || CheckpointKey::from_pem(&read_secret(&self.audit_key).ok()?).ok();
        of_key().map(|key| key.verifier().clone()).or_else(|| CheckpointVerifier::from_pem(&public?))
    }

    /// Writes all head files for a position that was compared or that an administrator has accepted. The error is that of the first
    /// file that could not be written.
    pub fn write(&self, position: &LogPosition, keys: &KeyFile, clock: &dyn Clock) -> Result<(), String> {
        let (number, now) = (position.generation.number, clock.now());
        let mut failed = None;
        for path in &self.head_files {
            let read = HeadFile::read(path, keys);
            let done = match read {
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => Err(error),
                read => {
                    let anchor = read.ok().flatten().and_then(|head| head.clock);
                    HeadFile::new(number, position.head, position.server, anchor, now).write(path, keys)
                }
            };
            if let Err(error) = done {
                failed.get_or_insert(format!("cannot write {}: {error}", path.display()));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Renames invalid head files to make room. A head file of another key file stays: it may belong to another gateway.
    pub(super) fn rotate_invalid(&self, keys: &KeyFile) {
        for path in &self.head_files {
            let is_invalid = HeadFile::read(path, keys).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData);
            if is_invalid && let Err(error) = atomic_file::rotate(path) {
                tracing::error!(path = %path.display(), %error, "cannot rename an invalid head file: remove it");
            }
        }
    }

    pub(super) fn read_heads(&self, keys: &KeyFile) -> Vec<io::Result<Option<HeadFile>>> {
        self.head_files.iter().map(|path| HeadFile::read(path, keys)).collect()
    }

    /// Writes a head into the files for which `is_due` holds, given their content. Invalid head files stay: they may belong to another
    /// gateway.
    pub(super) fn write_head(
        &self,
        head: &HeadFile,
        read: &[io::Result<Option<HeadFile>>],
        keys: &KeyFile,
        is_due: impl Fn(Option<&HeadFile>) -> bool,
    ) -> Result<(), String> {
        let mut failed = None;
        for (path, read) in self.head_files.iter().zip(read) {
            let done = match read {
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                    Err(error.to_string())
                }
                read if is_due(read.as_ref().ok().and_then(Option::as_ref)) => {
                    head.write(path, keys).map_err(|error| error.to_string())
                }
                _ => Ok(()),
            };
            if let Err(error) = done {
                failed.get_or_insert(format!("cannot write {}: {error}", path.display()));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Checks that the auditor's checkpoint, if one is named, can be read. The gateway must not start without the comparison.
    pub(in crate::server) fn check_witness(&self) -> Result<(), String> {
        let Some(witness) = &self.witness else { return Ok(()) };
        let Some(verifier) = self.verifier() else {
            let [public_key, key] = [&self.audit_public_key, &self.audit_key].map(|path| path.display());
            return Err(format!(
                "cannot compare with {}: its signature needs {public_key} or {key}, and neither can be read",
                witness.display()
            ));
        };
        let unusable = |error| format!("cannot compare with {}: {error}", witness.display());
        read_witness(witness, &verifier).map(|_| ()).map_err(unusable)
    }

    /// Archives checkpoints of rows that were given up.
    pub fn archive_superseded_checkpoints(&self, generation: &Generation, include_later: bool) -> io::Result<usize> {
        checkpoint_files::archive_superseded(&self.checkpoints, generation, include_later)
    }
}

fn read_witness(path: &Path, verifier: &CheckpointVerifier) -> Result<Checkpoint, String> {
    let signed = checkpoint_files::read_file(path).map_err(|error| error.to_string())?;
    verifier.verify(&signed).map_err(|error| error.to_string())
}
