//! Walking along the transfer log, page by page: the memory it takes is that of one page, however long the log is.

use std::fmt;

use crate::domain::chain::{ChainFault, ChainWalk};
use crate::storage::{StoreError, TransferLog};

/// Rows that are read at once.
pub const PAGE: u32 = 1_000;

/// Goes on from where `walk` is to the end of the log, as it is by then.
///
/// # Errors
/// [`WalkError`].
pub async fn walk_to_end(log: &dyn TransferLog, walk: &mut ChainWalk) -> Result<(), WalkError> {
    loop {
        let rows = log.log_rows(walk.last().sequence, PAGE).await.map_err(WalkError::Store)?;
        for row in &rows {
            walk.step(row).map_err(WalkError::Fault)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// Why a walk did not come to the end.
#[derive(Debug)]
pub enum WalkError {
    /// The log is not as it was written.
    Fault(ChainFault),
    /// It cannot be read just now.
    Store(StoreError),
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(_) => f.write_str("the transfer log is not as it was written"),
            Self::Store(_) => f.write_str("the transfer log could not be read"),
        }
    }
}

impl std::error::Error for WalkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fault(source) => Some(source),
            Self::Store(source) => Some(source),
        }
    }
}
