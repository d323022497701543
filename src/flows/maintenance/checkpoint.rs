//! ```text
//! checkpoint   last checkpoint -> walk from there to the end -> sign -> store
//! ```
//! A gateway vouches only for what it has walked along itself since it last did: it signs no log that somebody has tampered with in
//! the meantime.

use std::fmt;
use std::time::Duration;

use super::chain_verifier::{ChainVerifierError, verify_to_end};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::{ChainError, ChainErrorKind, ChainLink, ChainVerifier};
use crate::domain::log::checkpoint::Checkpoint;
use crate::flows::gateway::Gateway;
use crate::identity::error::IdentityError;
use crate::identity::signing::checkpoint_key::{CheckpointKey, VerifyCheckpointError};
use crate::storage::StoreError;

/// Reports whether a checkpoint is due: once in each interval `every`, on whichever node the last one was signed.
///
/// # Errors
/// [`StoreError`] when the store cannot be asked.
pub async fn is_due(gateway: &Gateway, every: Duration) -> Result<bool, StoreError> {
    let latest = gateway.store.latest_checkpoint().await?;
    let latest = latest.and_then(|signed| Checkpoint::parse(&signed.document).ok());
    // One from the future was signed by a clock that was wrong.
    Ok(latest.is_none_or(|latest| latest.time + every <= gateway.now() || latest.time > gateway.now() + every))
}

/// Signs how far the log has come; `None` where nothing was added since the last time.
///
/// # Errors
/// [`SignCheckpointError`]; then nothing is signed.
pub async fn checkpoint(
    gateway: &Gateway,
    key: &CheckpointKey,
    name: &str,
) -> Result<Option<Checkpoint>, SignCheckpointError> {
    let store = &gateway.store;
    let latest = store.latest_checkpoint().await?;
    let latest = latest.map(|signed| key.verifier().verify(&signed)).transpose()?;
    let (begin, known_log) = match &latest {
        Some(latest) => (latest.link(), Some(latest.log)),
        None => (store.log_anchor().await?, None),
    };
    let head = store.log_head().await?;
    if head == begin {
        return Ok(None);
    }
    if head.sequence <= begin.sequence {
        return Err(head_mismatch(head, begin).into());
    }
    let mut chain = ChainVerifier::starting_after(begin, []);
    verify_to_end(store, &mut chain).await?;
    let log = match known_log {
        Some(log) => log,
        None => first_row_digest(gateway).await?,
    };
    let (checkpoint, signed) = key.sign(chain.last(), name, log, gateway.now())?;
    // Another node may have been first; then its checkpoint says the same.
    let is_first = store.add_checkpoint(&checkpoint, &signed).await?;
    Ok(is_first.then_some(checkpoint))
}

fn head_mismatch(head: ChainLink, signed: ChainLink) -> ChainError {
    if head.sequence < signed.sequence {
        ChainError { sequence: head.sequence + 1, kind: ChainErrorKind::Truncated { count: signed.sequence } }
    } else {
        ChainError { sequence: head.sequence, kind: ChainErrorKind::Rewritten { checkpoint: signed.sequence } }
    }
}

/// Digest of the first row, which identifies the log permanently.
async fn first_row_digest(gateway: &Gateway) -> Result<Sha256Digest, SignCheckpointError> {
    let rows = gateway.store.log_rows(0, 1).await?;
    let missing = ChainError { sequence: 1, kind: ChainErrorKind::BeginningRemoved };
    Ok(rows.first().filter(|row| row.sequence == 1).ok_or(missing)?.sha256)
}

/// Reason why no checkpoint was signed.
#[derive(Debug)]
pub enum SignCheckpointError {
    /// The log is not as it was written.
    BrokenChain(ChainError),
    /// The last checkpoint is not one of this key.
    LastCheckpoint(VerifyCheckpointError),
    /// It could not be signed.
    Sign(IdentityError),
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for SignCheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenChain(error) => write!(
                f,
                "the audit log is not as it was written ({error}), and no checkpoint vouches for it: \
                 `lichtbild-gateway audit verify` tells more"
            ),
            Self::LastCheckpoint(error) => write!(
                f,
                "the last checkpoint is not one of this gateway's key ({error}): every node needs the same key, copy the file \
                 from the node that signed it"
            ),
            Self::Sign(_) => f.write_str("the checkpoint could not be signed"),
            Self::Store(_) => f.write_str("the store could not be used"),
        }
    }
}

impl std::error::Error for SignCheckpointError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sign(source) => Some(source),
            Self::Store(source) => Some(source),
            Self::BrokenChain(_) | Self::LastCheckpoint(_) => None,
        }
    }
}

impl From<ChainError> for SignCheckpointError {
    fn from(error: ChainError) -> Self {
        Self::BrokenChain(error)
    }
}

impl From<ChainVerifierError> for SignCheckpointError {
    fn from(error: ChainVerifierError) -> Self {
        match error {
            ChainVerifierError::BrokenChain(error) => Self::BrokenChain(error),
            ChainVerifierError::Store(error) => Self::Store(error),
        }
    }
}

impl From<VerifyCheckpointError> for SignCheckpointError {
    fn from(error: VerifyCheckpointError) -> Self {
        Self::LastCheckpoint(error)
    }
}

impl From<IdentityError> for SignCheckpointError {
    fn from(error: IdentityError) -> Self {
        Self::Sign(error)
    }
}

impl From<StoreError> for SignCheckpointError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
