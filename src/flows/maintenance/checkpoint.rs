//! ```text
//! checkpoint   last checkpoint -> verify the rows after it -> sign -> store
//! ```
//! A gateway verifies all rows after its last checkpoint before it signs the next one, so that it never signs a log that was changed.

use std::time::Duration;

use super::chain_verifier::{ChainVerifierError, verify_to_end};
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::{ChainError, ChainErrorKind, ChainLink, ChainVerifier};
use crate::domain::log::checkpoint::Checkpoint;
use crate::flows::gateway::Gateway;
use crate::identity::error::IdentityError;
use crate::identity::signing::checkpoint_key::{CheckpointKey, VerifyCheckpointError};
use crate::storage::StoreError;

/// True if a checkpoint is due: one in each interval `every`, signed by any node.
pub async fn is_due(gateway: &Gateway, every: Duration) -> Result<bool, StoreError> {
    let latest = gateway.store.latest_checkpoint().await?;
    let latest = latest.and_then(|signed| Checkpoint::parse(&signed.document).ok());
    // A checkpoint from the future was signed with a wrong clock.
    Ok(latest.is_none_or(|latest| latest.time + every <= gateway.now() || latest.time > gateway.now() + every))
}

/// Signs and stores a checkpoint; `None` if the log has no new rows, or if another node was first.
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
    // Another node may have been first; its checkpoint has the same content.
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
#[derive(Debug, thiserror::Error)]
pub enum SignCheckpointError {
    #[error("the audit log was changed, so no checkpoint is signed: run `lichtbild-gateway audit verify`")]
    BrokenChain(#[from] ChainError),
    #[error(
        "the last checkpoint was signed with another key: all nodes need the same key, copy the file from the node that signed it"
    )]
    LastCheckpoint(#[from] VerifyCheckpointError),
    #[error("cannot sign the checkpoint")]
    Sign(#[from] IdentityError),
    #[error("database error")]
    Store(#[from] StoreError),
}

impl From<ChainVerifierError> for SignCheckpointError {
    fn from(error: ChainVerifierError) -> Self {
        match error {
            ChainVerifierError::BrokenChain(error) => Self::BrokenChain(error),
            ChainVerifierError::Store(error) => Self::Store(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_without_new_rows_was_truncated_if_it_is_shorter_and_rewritten_if_it_is_not() {
        let link = |sequence, text: &[u8]| ChainLink { sequence, sha256: Sha256Digest::of(text) };
        let signed = link(7, b"signed");
        for (head, sequence, kind) in [
            (link(5, b"head"), 6, ChainErrorKind::Truncated { count: 7 }),
            (link(7, b"head"), 7, ChainErrorKind::Rewritten { checkpoint: 7 }),
        ] {
            assert_eq!(head_mismatch(head, signed), ChainError { sequence, kind });
        }
    }
}
