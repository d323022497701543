//! ```text
//! checkpoint   last checkpoint -> walk from there to the end -> sign -> store
//! ```
//! A gateway vouches only for what it has walked along itself since it last did: it signs no log that somebody has tampered with in
//! the meantime.

use std::fmt;
use std::time::Duration;

use super::Gateway;
use super::walk::{WalkError, walk_to_end};
use crate::domain::chain::{ChainFault, ChainWalk, Link, Wrong};
use crate::domain::checkpoint::Checkpoint;
use crate::domain::digest::Sha256Digest;
use crate::identity::checkpoint_key::{CheckpointError, CheckpointKey};
use crate::identity::error::IdentityError;
use crate::storage::StoreError;

/// Whether a checkpoint is due: `every` so often, by whichever node it was signed.
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
/// [`CheckpointFailure`]; then nothing is signed.
pub async fn checkpoint(
    gateway: &Gateway,
    key: &CheckpointKey,
    name: &str,
) -> Result<Option<Checkpoint>, CheckpointFailure> {
    let store = gateway.store.as_ref();
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
        return Err(not_as_signed(head, begin).into());
    }
    let mut walk = ChainWalk::behind(begin, []);
    walk_to_end(store, &mut walk).await?;
    let log = match known_log {
        Some(log) => log,
        None => first_row(gateway).await?,
    };
    let (checkpoint, signed) = key.sign(walk.last(), name, log, gateway.now())?;
    // Another node may have been first; then its checkpoint says the same.
    let is_first = store.add_checkpoint(&checkpoint, &signed).await?;
    Ok(is_first.then_some(checkpoint))
}

fn not_as_signed(head: Link, signed: Link) -> ChainFault {
    if head.sequence < signed.sequence {
        ChainFault { sequence: head.sequence + 1, wrong: Wrong::Truncated { count: signed.sequence } }
    } else {
        ChainFault { sequence: head.sequence, wrong: Wrong::Rewritten { checkpoint: signed.sequence } }
    }
}

/// What names the log for ever.
async fn first_row(gateway: &Gateway) -> Result<Sha256Digest, CheckpointFailure> {
    let rows = gateway.store.log_rows(0, 1).await?;
    let missing = ChainFault { sequence: 1, wrong: Wrong::FrontCut };
    Ok(rows.first().filter(|row| row.sequence == 1).ok_or(missing)?.sha256)
}

/// Why nothing was signed.
#[derive(Debug)]
pub enum CheckpointFailure {
    /// The log is not as it was written.
    Fault(ChainFault),
    /// The last checkpoint is not one of this key.
    LastCheckpoint(CheckpointError),
    /// It could not be signed.
    Sign(IdentityError),
    /// The store cannot be used.
    Store(StoreError),
}

impl fmt::Display for CheckpointFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(
                f,
                "the transfer log is not as it was written ({fault}), and no checkpoint vouches for it: \
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

impl std::error::Error for CheckpointFailure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sign(source) => Some(source),
            Self::Store(source) => Some(source),
            Self::Fault(_) | Self::LastCheckpoint(_) => None,
        }
    }
}

impl From<ChainFault> for CheckpointFailure {
    fn from(fault: ChainFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<WalkError> for CheckpointFailure {
    fn from(error: WalkError) -> Self {
        match error {
            WalkError::Fault(fault) => Self::Fault(fault),
            WalkError::Store(error) => Self::Store(error),
        }
    }
}

impl From<CheckpointError> for CheckpointFailure {
    fn from(error: CheckpointError) -> Self {
        Self::LastCheckpoint(error)
    }
}

impl From<IdentityError> for CheckpointFailure {
    fn from(error: IdentityError) -> Self {
        Self::Sign(error)
    }
}

impl From<StoreError> for CheckpointFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
