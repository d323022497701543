//! Verifies the chain of the audit log page by page, so that memory does not depend on the length of the log.

use crate::domain::log::chain::{ChainError, ChainVerifier};
use crate::storage::{SqlStore, StoreError};

/// Rows of one page.
pub const LOG_PAGE_ROWS: u32 = 1_000;

/// Verifies the log from the position of `chain` to its end.
pub async fn verify_to_end(log: &SqlStore, chain: &mut ChainVerifier) -> Result<(), ChainVerifierError> {
    loop {
        let rows = log.log_rows(chain.last().sequence, LOG_PAGE_ROWS).await?;
        for row in &rows {
            chain.verify_row(row)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// Reason why the chain was not verified to its end.
#[derive(Debug, thiserror::Error)]
pub enum ChainVerifierError {
    #[error("the audit log was changed")]
    BrokenChain(#[from] ChainError),
    #[error("cannot read the audit log")]
    Store(#[from] StoreError),
}
