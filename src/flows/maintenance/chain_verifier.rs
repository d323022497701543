//! Verifies the chain of the audit log, page by page: the memory it takes is that of one page, however long the log is.

use std::fmt;

use crate::domain::log::chain::{ChainError, ChainVerifier};
use crate::storage::{SqlStore, StoreError};

/// Rows that are read at once.
pub const LOG_PAGE_ROWS: u32 = 1_000;

/// Verifies the log from where `chain` is to its end, as it is by then.
///
/// # Errors
/// [`ChainVerifierError`].
pub async fn verify_to_end(log: &SqlStore, chain: &mut ChainVerifier) -> Result<(), ChainVerifierError> {
    loop {
        let rows = log.log_rows(chain.last().sequence, LOG_PAGE_ROWS).await.map_err(ChainVerifierError::Store)?;
        for row in &rows {
            chain.verify_row(row).map_err(ChainVerifierError::BrokenChain)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// The reason why the chain was not verified to its end.
#[derive(Debug)]
pub enum ChainVerifierError {
    /// The log is not as it was written.
    BrokenChain(ChainError),
    /// It cannot be read just now.
    Store(StoreError),
}

impl fmt::Display for ChainVerifierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenChain(_) => f.write_str("the audit log is not as it was written"),
            Self::Store(_) => f.write_str("the audit log could not be read"),
        }
    }
}

impl std::error::Error for ChainVerifierError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::BrokenChain(source) => Some(source),
            Self::Store(source) => Some(source),
        }
    }
}
