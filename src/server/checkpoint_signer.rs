//! Checkpoints of the audit log: signed when due, stored in the database, and written into a folder for auditors.
//!
//! Each is two files, `checkpoint-N.json` and `checkpoint-N.sig`, where N is the count of rows. They are written atomically, the
//! signature first, and never overwritten. Every node writes the checkpoints of all nodes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::checkpoint_files::{counts, file_names};
use super::reload::error_chain;
use super::secret_file::{SecretError, read_secret};
use super::watermark::WatermarkMonitor;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::flows::Gateway;
use crate::flows::maintenance::checkpoint::{checkpoint, is_due};
use crate::flows::maintenance::purge::{purge, shorten_log};
use crate::identity::signing::checkpoint_key::CheckpointKey;
use crate::storage::requests::PurgeReport;
use crate::transport::tls::trust_status::TrustStatus;

/// Bounds the time of one round, also for a new node that has no files yet.
const MAX_FILES_PER_ROUND: u32 = 100;

/// Longest time that a shutdown waits for its checkpoint.
const FINAL_CHECKPOINT_TIMEOUT: Duration = Duration::from_secs(5);

/// Names in `/readyz`.
const FAULT_NAME: &str = "audit-checkpoints";
const PUBLIC_KEY_FAULT_NAME: &str = "audit-public-key";

type CheckpointTaskError = Box<dyn std::error::Error + Send + Sync>;

/// Signs checkpoints and writes their files.
#[derive(Clone)]
pub(super) struct CheckpointSigner {
    gateway: Arc<Gateway>,
    watermarks: WatermarkMonitor,
    status: TrustStatus,
    /// The gateway's name in checkpoints.
    name: String,
    every: Duration,
    folder: PathBuf,
    key: PathBuf,
    public_key: PathBuf,
    /// The highest count with files in the folder; -1 before the folder was read.
    written: Arc<AtomicI64>,
}

impl CheckpointSigner {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        watermarks: WatermarkMonitor,
        config: &Config,
        status: TrustStatus,
    ) -> Self {
        Self {
            gateway,
            watermarks,
            status,
            name: config.listen.public_host.clone(),
            every: config.checkpoint_interval(),
            folder: config.audit.checkpoints.clone(),
            key: config.audit.key.clone(),
            public_key: config.audit.public_key.clone(),
            written: Arc::new(AtomicI64::new(-1)),
        }
    }

    /// Interval between checks for due checkpoints and for those of other nodes.
    pub(super) fn check_interval(&self) -> Duration {
        (self.every / 10).clamp(Duration::from_millis(100), Duration::from_secs(60))
    }

    /// Signs a checkpoint if it is due, and writes missing files.
    pub(super) async fn run(self) {
        let done = async {
            if is_due(&self.gateway, self.every).await? {
                self.sign().await?;
            }
            self.write_files().await
        };
        self.report_result(done.await);
        self.report_public_key();
    }

    /// The gateway signs without the public key, but auditors need it to verify checkpoints.
    fn report_public_key(&self) {
        let (public_key, key) = (self.public_key.display(), self.key.display());
        if self.public_key.exists() {
            self.status.clear_fault(PUBLIC_KEY_FAULT_NAME);
        } else if self.status.set_fault(
            PUBLIC_KEY_FAULT_NAME,
            format!(
                "{public_key} (audit.public_key) is missing: checkpoints and backups cannot be verified here. Copy it from another \
                 node or a backup, or make it again: openssl pkey -in {key} -pubout -out {public_key}"
            ),
        ) {
            tracing::warn!(file = %public_key, "public key of the audit log is missing: copy it from another node or a backup");
        }
    }

    /// Signs the last checkpoint before the gateway stops.
    pub(super) async fn finish(self) {
        let done = async {
            self.sign().await?;
            self.write_files().await
        };
        let late = |_| Err("timeout at shutdown".into());
        let done = tokio::time::timeout(FINAL_CHECKPOINT_TIMEOUT, done).await.unwrap_or_else(late);
        self.report_result(done);
    }

    /// Purges rows past their retention at `now`, a plausible time of the clock.
    pub(super) async fn purge(&self, now: Timestamp) -> Result<PurgeReport, CheckpointTaskError> {
        if self.key.exists() {
            shorten_log(&self.gateway, self.read_key()?.verifier(), now).await?;
        }
        Ok(purge(&self.gateway, now).await?)
    }

    async fn sign(&self) -> Result<(), CheckpointTaskError> {
        // The chain of a rolled-back log is intact: only the watermarks outside the database show the rollback.
        self.watermarks.compare_all().await?;
        // The key is in memory only for one signature.
        let key = self.key().await?;
        if let Some(checkpoint) = checkpoint(&self.gateway, &key, &self.name).await? {
            tracing::info!(rows = checkpoint.count, head = %checkpoint.head, "signed a checkpoint of the audit log");
        }
        Ok(())
    }

    /// The key. It is made if no checkpoint was ever signed, as after an upgrade from a version without checkpoints.
    async fn key(&self) -> Result<CheckpointKey, CheckpointTaskError> {
        if !self.key.exists() {
            if self.gateway.store.latest_checkpoint().await?.is_some() {
                return Err(format!(
                    "{} is missing, although checkpoints were signed with it: copy it from another node or a backup",
                    self.key.display()
                )
                .into());
            }
            create_checkpoint_key(&self.key, &self.public_key)?;
            tracing::warn!(
                key = %self.key.display(),
                public_key = %self.public_key.display(),
                "made the key that signs checkpoints of the audit log: copy both files to every other node now, and give the \
                 public key to the auditors"
            );
        }
        Ok(self.read_key()?)
    }

    fn read_key(&self) -> Result<CheckpointKey, SecretError> {
        read_checkpoint_key(&self.key)
    }

    async fn write_files(&self) -> Result<(), CheckpointTaskError> {
        atomic_file::make_folder(&self.folder, FileMode::WorldReadable)
            .map_err(|error| format!("cannot make {}: {error}", self.folder.display()))?;
        let latest = self.gateway.store.latest_checkpoint().await?;
        let latest = latest.map_or(Ok(0), |signed| Checkpoint::parse(&signed.document).map(|latest| latest.count))?;
        let written = self.written.load(Ordering::Relaxed);
        // Files with higher counts belong to a log that was rolled back, and may have been archived.
        if written < 0 || written > latest {
            self.written.store(last_written(&self.folder)?, Ordering::Relaxed);
        }
        for signed in self.gateway.store.checkpoints(self.written.load(Ordering::Relaxed), MAX_FILES_PER_ROUND).await? {
            let count = Checkpoint::parse(&signed.document)?.count;
            write(&self.folder, count, &signed)
                .map_err(|error| format!("cannot write checkpoint {count} into {}: {error}", self.folder.display()))?;
            self.written.store(count, Ordering::Relaxed);
        }
        Ok(())
    }

    fn report_result(&self, done: Result<(), CheckpointTaskError>) {
        match done {
            Ok(()) => {
                self.status.clear_fault(FAULT_NAME);
            }
            Err(error) => {
                if self.status.set_fault(FAULT_NAME, error_chain(error.as_ref())) {
                    tracing::error!(
                        error = error.as_ref() as &dyn std::error::Error,
                        "cannot sign or write a checkpoint, retrying"
                    );
                }
            }
        }
    }
}

/// Makes a key pair and writes both files. An existing key is an error and stays.
pub fn create_checkpoint_key(key: &Path, public_key: &Path) -> Result<(), io::Error> {
    let signing_key = CheckpointKey::generate().map_err(io::Error::other)?;
    atomic_file::write_new(key, signing_key.to_pem().as_bytes(), FileMode::OwnerOnly)?;
    atomic_file::replace(public_key, signing_key.verifier().to_pem().as_bytes(), FileMode::WorldReadable)
}

/// Reads the private key.
pub fn read_checkpoint_key(file: &Path) -> Result<CheckpointKey, SecretError> {
    CheckpointKey::from_pem(&read_secret(file)?).map_err(|error| SecretError::Unreadable {
        file: file.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error),
    })
}

fn write(folder: &Path, count: i64, signed: &SignedCheckpoint) -> io::Result<()> {
    let [document, signature] = file_names(count).map(|name| folder.join(name));
    // The signature first: a reader that finds the document finds its signature too.
    write_once(&signature, &signed.signature)?;
    write_once(&document, &signed.document)
}

/// Another node that shares the folder may have written the same file.
fn write_once(file: &Path, bytes: &[u8]) -> io::Result<()> {
    match atomic_file::write_new(file, bytes, FileMode::WorldReadable) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::read(file)? == bytes => Ok(()),
        done => done,
    }
}

fn last_written(folder: &Path) -> io::Result<i64> {
    Ok(counts(folder)?.last().copied().unwrap_or(0))
}
