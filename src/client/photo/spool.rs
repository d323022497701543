//! Spool of an unfinished deposit: a photo's `Idempotency-Key`, which is on the disk before the first byte is sent.
//!
//! After an interruption (power, network, a killed program), the next push of the same photo finds the key and requests the same receipt. A
//! spool is removed when the receipt is on the disk or the photo is refused, never by age.
//!
//! *Refused, but possibly stored.* A refusal is about its own try only. An earlier try may have stored the photo without an answer, and the
//! gateway may have become stricter since. So the spool says, even before the first byte is sent, that a try may be unanswered, until all
//! tries of a push were answered.
//!
//! *The photo changed.* The old spool belongs to other bytes, which may be deposited although the code is not known. The gateway would
//! refuse its key for the new bytes, so these get another key. The old spool is renamed and the user is told: if the old file is restored,
//! it still gives that receipt.
//!
//! *The declaration about the person* is stored too, so that a try whose answer was lost is repeated unchanged. If a push has another
//! declaration, that one is sent. It counts only if the photo is not stored yet; a stored photo keeps its first declaration.
//!
//! *Concurrent pushes.* The spool is created atomically, so that both pushes use one key. If a spool is made just after another push
//! removed its own, the receipt shows this (`Spool::is_completed_by`). Two cases are not covered: concurrent pushes of a photo that *also*
//! changed during an unfinished push may end with two keys and two valid codes, and of two concurrent pushes the refused one does not know
//! whether the other was answered.

use std::io;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::{Deserialize, Serialize};
use uuid::Builder;

use super::photo_file::PhotoFile;
use super::stored_receipt::{StoredReceipt, StoredReceiptError};
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::client::progress::{ProgressCallback, ProgressEvent};
use crate::clock::{Clock, Timestamp};
use crate::domain::digest::Sha256Digest;
use crate::domain::id::PhotoId;
use crate::domain::photo::declaration::Declaration;
use crate::domain::photo::idempotency::IdempotencyKey;
use crate::entropy::{Entropy, EntropyError, random_bytes};
use crate::json_object;

/// Appended to the complete name of the photo.
pub const SUFFIX: &str = ".lichtbild-spool";
const VERSION: u32 = 1;

/// Policy for a photo that already has a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatPolicy {
    /// The push gives the stored receipt.
    ReturnReceipt,
    /// The photo gets a second deposit with a second code.
    DepositAgain,
}

/// An unfinished deposit.
#[derive(Debug)]
pub struct Spool {
    path: PathBuf,
    key: IdempotencyKey,
    earlier_attempts: EarlierAttempts,
    file: SpoolFile,
}

/// Result of the tries before this push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlierAttempts {
    /// No try, or all tries were answered and stored nothing.
    NothingStored,
    /// A try may have stored the photo without an answer.
    MaybeStored,
}

#[derive(Debug, Serialize, Deserialize)]
struct SpoolFile {
    version: u32,
    idempotency_key: String,
    sha256: Sha256Digest,
    gateway: String,
    created_at: Timestamp,
    /// Deposit of the receipt that this spool replaces (`--again`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supersedes: Option<PhotoId>,
    /// About the person in the photo.
    #[serde(default, skip_serializing_if = "Declaration::is_ordinary")]
    declaration: Declaration,
    /// True if a try may have stored the photo without an answer. A file without this field counts as true.
    #[serde(default = "default_perhaps_stored")]
    perhaps_stored: bool,
}

const fn default_perhaps_stored() -> bool {
    true
}

/// Next step of a push.
#[derive(Debug)]
pub enum PushPlan {
    /// Send the photo with this spool's key.
    Send(Spool),
    /// Give this receipt; nothing has to be sent.
    AlreadyDeposited(StoredReceipt),
}

/// Finds the photo's unfinished deposit or begins one, unless its receipt exists already.
///
/// # Errors
/// [`SpoolError`]: a file beside the photo cannot be read, parsed or written. Nothing was sent.
pub fn open_or_create(
    photo: &PhotoFile,
    repeat: RepeatPolicy,
    declared: Option<Declaration>,
    gateway: &Url,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    on_progress: ProgressCallback<'_>,
) -> Result<PushPlan, SpoolError> {
    let receipt = StoredReceipt::load(photo)?;
    if let Some(spool) = Spool::load(photo)? {
        if spool.file.sha256 != photo.sha256 {
            on_progress(ProgressEvent::SpoolRotated { rotated_to: spool.rotate()? });
        } else if receipt.as_ref().is_some_and(|receipt| spool.is_completed_by(receipt)) {
            spool.remove()?;
        } else {
            spool.report_resumption(gateway, on_progress);
            return Ok(PushPlan::Send(spool.prepare_to_send(declared)?));
        }
    }
    let supersedes = match (receipt, repeat) {
        (Some(receipt), RepeatPolicy::ReturnReceipt) => return Ok(PushPlan::AlreadyDeposited(receipt)),
        (Some(receipt), RepeatPolicy::DepositAgain) => Some(receipt.body.photo_id),
        (None, _) => None,
    };
    let spool = Spool::create(photo, gateway, supersedes, declared.unwrap_or_default(), clock, entropy)?;
    // Another push of this photo may have finished between the check for the receipt and the new spool.
    match StoredReceipt::load(photo)? {
        Some(receipt) if spool.is_completed_by(&receipt) => {
            spool.remove()?;
            Ok(PushPlan::AlreadyDeposited(receipt))
        }
        _ => Ok(PushPlan::Send(spool)),
    }
}

/// The receipt beside the photo, if there is no unfinished deposit of these bytes. [`open_or_create`] gives the same receipt.
///
/// # Errors
/// [`SpoolError`]: a file beside the photo cannot be read or parsed.
pub fn finished_deposit(photo: &PhotoFile) -> Result<Option<StoredReceipt>, SpoolError> {
    let Some(receipt) = StoredReceipt::load(photo)? else { return Ok(None) };
    let spool = Spool::load(photo)?.filter(|spool| spool.file.sha256 == photo.sha256);
    Ok(spool.is_none_or(|spool| spool.is_completed_by(&receipt)).then_some(receipt))
}

impl Spool {
    /// The same for every try.
    pub fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// The same for every try.
    pub fn declaration(&self) -> Declaration {
        self.file.declaration
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn earlier_attempts(&self) -> EarlierAttempts {
        self.earlier_attempts
    }

    /// Notes that all tries of this push were answered and that none stored the photo.
    ///
    /// # Errors
    /// [`SpoolError::Unwritable`]: the spool still says that the photo may be stored, which is safe.
    pub fn mark_nothing_stored(&mut self) -> Result<(), SpoolError> {
        match self.earlier_attempts {
            EarlierAttempts::NothingStored => self.write_maybe_stored(false),
            EarlierAttempts::MaybeStored => Ok(()),
        }
    }

    /// Removes the spool. The receipt is on the disk, or there will never be one.
    pub fn remove(&self) -> Result<(), SpoolError> {
        atomic_file::remove(&self.path).map_err(|source| SpoolError::unwritable(&self.path, source))
    }

    /// Reports whether `receipt`, of the same photo, belongs to this spool's deposit, and is not the receipt that this spool was made to
    /// replace.
    fn is_completed_by(&self, receipt: &StoredReceipt) -> bool {
        self.file.supersedes != Some(receipt.body.photo_id)
    }

    fn load(photo: &PhotoFile) -> Result<Option<Self>, SpoolError> {
        let path = photo.sidecar_path(SUFFIX);
        let bytes = match atomic_file::read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(source) => return Err(SpoolError::Unreadable { path, source }),
        };
        match parse(&bytes) {
            Some((file, key)) => {
                let earlier_attempts =
                    if file.perhaps_stored { EarlierAttempts::MaybeStored } else { EarlierAttempts::NothingStored };
                Ok(Some(Self { path, key, earlier_attempts, file }))
            }
            None => Err(SpoolError::Corrupt { path }),
        }
    }

    /// Makes a new spool, or takes the one that another push has just made.
    fn create(
        photo: &PhotoFile,
        gateway: &Url,
        supersedes: Option<PhotoId>,
        declaration: Declaration,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, SpoolError> {
        let path = photo.sidecar_path(SUFFIX);
        let now = clock.now();
        let key = new_key(now, entropy).map_err(SpoolError::Entropy)?;
        let file = SpoolFile {
            version: VERSION,
            idempotency_key: key.clone(),
            sha256: photo.sha256,
            gateway: gateway.to_string(),
            created_at: now,
            supersedes,
            declaration,
            perhaps_stored: true,
        };
        let json = serde_json::to_vec(&file).map_err(|error| SpoolError::unwritable(&path, error.into()))?;
        let key = IdempotencyKey::parse(&key).map_err(|_| SpoolError::Corrupt { path: path.clone() })?;
        loop {
            match atomic_file::write_new(&path, &json, FileMode::OwnerOnly) {
                Ok(()) => return Ok(Self { path, key, earlier_attempts: EarlierAttempts::NothingStored, file }),
                // The name is taken. The content shows whether by another push.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    atomic_file::sync_dir(&path).map_err(|source| SpoolError::unwritable(&path, source))?;
                }
                Err(source) => return Err(SpoolError::unwritable(&path, source)),
            }
            match Self::load(photo)? {
                Some(spool) if spool.file.sha256 == photo.sha256 => return Ok(spool),
                Some(_) => return Err(SpoolError::ConcurrentPush { path }),
                // The file was removed again: the other push has finished in between.
                None => {}
            }
        }
    }

    /// Writes and syncs the spool. It contains the declaration and says that a try may be unanswered.
    fn prepare_to_send(mut self, declared: Option<Declaration>) -> Result<Self, SpoolError> {
        let declaration = declared.unwrap_or(self.file.declaration);
        let as_before = declaration == self.file.declaration;
        self.file.declaration = declaration;
        if self.file.perhaps_stored && as_before {
            // The push that made the spool may have crashed before it synced the folder.
            atomic_file::sync_dir(&self.path).map_err(|source| SpoolError::unwritable(&self.path, source))?;
        } else {
            self.write_maybe_stored(true)?;
        }
        Ok(self)
    }

    fn write_maybe_stored(&mut self, perhaps_stored: bool) -> Result<(), SpoolError> {
        self.file.perhaps_stored = perhaps_stored;
        let unwritable = |source| SpoolError::unwritable(&self.path, source);
        let json = serde_json::to_vec(&self.file).map_err(|error| unwritable(error.into()))?;
        atomic_file::replace(&self.path, &json, FileMode::OwnerOnly).map_err(unwritable)
    }

    fn rotate(self) -> Result<PathBuf, SpoolError> {
        atomic_file::rotate(&self.path).map_err(|source| SpoolError::unwritable(&self.path, source))
    }

    fn report_resumption(&self, gateway: &Url, on_progress: ProgressCallback<'_>) {
        on_progress(ProgressEvent::Resuming { since: self.file.created_at });
        // The same key is used at another gateway. The photo may also be stored at the earlier one.
        if self.file.gateway != gateway.as_str() {
            on_progress(ProgressEvent::GatewayChanged { earlier: self.file.gateway.clone() });
        }
    }
}

/// A UUID of version 7 as text. Its 74 random bits make keys of different studios unique. The key is not a secret.
fn new_key(now: Timestamp, entropy: &dyn Entropy) -> Result<String, EntropyError> {
    let random: [u8; 10] = random_bytes(entropy)?;
    let milliseconds = u64::try_from(now.unix_milliseconds()).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid().hyphenated().to_string())
}

fn parse(bytes: &[u8]) -> Option<(SpoolFile, IdempotencyKey)> {
    let file: SpoolFile = json_object::from_slice(bytes).ok()?;
    let key = IdempotencyKey::parse(&file.idempotency_key).ok()?;
    (file.version == VERSION).then_some((file, key))
}

/// Reason why a push could not begin.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    #[error("{path}: cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    /// The file is not a spool, or was written by a newer version. A new key could mean a second deposit, so a person has to decide.
    #[error("{path}: is not a spool of this version")]
    Corrupt { path: PathBuf },
    #[error("{path}: cannot be written")]
    Unwritable { path: PathBuf, source: io::Error },
    /// The photo changed while another push of it began. The path is that push's spool.
    #[error("{path}: belongs to another push")]
    ConcurrentPush { path: PathBuf },
    #[error("the stored receipt cannot be used")]
    Receipt(#[from] StoredReceiptError),
    #[error("no idempotency key could be made")]
    Entropy(#[source] EntropyError),
}

impl SpoolError {
    fn unwritable(path: &Path, source: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), source }
    }
}
