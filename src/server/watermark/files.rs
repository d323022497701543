//! The files in which the watermarks are: head files, checkpoints, and a checkpoint that an auditor keeps.

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

/// The files in which the watermarks are.
#[derive(Debug, Clone)]
pub struct WatermarkFiles {
    /// The head file beside the key file, and the witness on another mount.
    head_files: Vec<PathBuf>,
    checkpoints: PathBuf,
    audit_key: PathBuf,
    audit_public_key: PathBuf,
    /// A checkpoint that an auditor keeps.
    witness: Option<PathBuf>,
}

/// The watermarks as they were read.
#[derive(Debug, Default)]
pub struct LoadedWatermarks {
    /// Those that can be compared.
    pub known: KnownWatermarks,
    /// The files that could not be read, with the reason.
    pub faults: Vec<String>,
    pub(super) clock: Option<ClockAnchor>,
}

impl WatermarkFiles {
    /// The files that a configuration names.
    pub fn from_config(config: &Config) -> Self {
        Self {
            head_files: config.head_files(),
            checkpoints: config.audit.checkpoints.clone(),
            audit_key: config.audit.key.clone(),
            audit_public_key: config.audit.public_key.clone(),
            witness: None,
        }
    }

    /// The same, with the path of a checkpoint's text that an auditor keeps.
    #[must_use]
    pub fn with_witness(self, witness: Option<PathBuf>) -> Self {
        Self { witness, ..self }
    }

    /// Reads all watermarks. A file that is missing is no watermark; one that cannot be read is a fault.
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

    /// Whichever half of the key is there.
    fn verifier(&self) -> Option<CheckpointVerifier> {
        let public = std::fs::read_to_string(&self.audit_public_key).ok();
        let of_key = || CheckpointKey::from_pem(&read_secret(&self.audit_key).ok()?).ok();
        of_key().map(|key| key.verifier().clone()).or_else(|| CheckpointVerifier::from_pem(&public?))
    }

    /// Writes the head files for a position that was compared, or that an administrator has just accepted.
    ///
    /// # Errors
    /// The system's error for the first file that was not written; the others are.
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

    /// A file that is no head file makes room for one, and is kept. One that was written with another key file stays: it may be the watermark
    /// of another gateway.
    pub(super) fn rotate_invalid(&self, keys: &KeyFile) {
        for path in &self.head_files {
            let is_invalid = HeadFile::read(path, keys).is_err_and(|error| error.kind() == io::ErrorKind::InvalidData);
            if is_invalid && let Err(error) = atomic_file::rotate(path) {
                tracing::error!(path = %path.display(), %error, "an unreadable head file is still in its place");
            }
        }
    }

    /// Reads the head files, in their order.
    pub(super) fn read_heads(&self, keys: &KeyFile) -> Vec<io::Result<Option<HeadFile>>> {
        self.head_files.iter().map(|path| HeadFile::read(path, keys)).collect()
    }

    /// Writes a head into the files that are to have it, by what was read from them. One that is no head file is left alone: it may
    /// be another gateway's.
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

    /// Reads the checkpoint that an auditor keeps, where one was named: who names it does not want to start without it.
    ///
    /// # Errors
    /// The reason, for people.
    pub(in crate::server) fn check_witness(&self) -> Result<(), String> {
        let Some(witness) = &self.witness else { return Ok(()) };
        let Some(verifier) = self.verifier() else {
            let [public_key, key] = [&self.audit_public_key, &self.audit_key].map(|path| path.display());
            return Err(format!(
                "cannot compare with {}: neither {public_key} nor {key} can be read, which its signature is verified with",
                witness.display()
            ));
        };
        let unusable = |error| format!("cannot compare with {}: {error}", witness.display());
        read_witness(witness, &verifier).map(|_| ()).map_err(unusable)
    }

    /// Moves checkpoints aside that vouch for rows which were given up.
    ///
    /// # Errors
    /// The system's error.
    pub fn archive_superseded_checkpoints(&self, generation: &Generation, include_later: bool) -> io::Result<usize> {
        checkpoint_files::archive_superseded(&self.checkpoints, generation, include_later)
    }
}

fn read_witness(path: &Path, verifier: &CheckpointVerifier) -> Result<Checkpoint, String> {
    let signed = checkpoint_files::read_file(path).map_err(|error| error.to_string())?;
    verifier.verify(&signed).map_err(|error| error.to_string())
}
