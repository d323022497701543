//! The audit log as it is read, vouched for and shortened. It is written by every step that changes something, with that change.

use async_trait::async_trait;

use super::error::StoreError;
use crate::clock::Timestamp;
use crate::domain::log::AuditEntry;
use crate::domain::log::chain::{ChainLink, ChainRow};
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};

/// The part of the storage contract that is about the log itself. Errors are those of [`Store`](super::Store).
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Rows behind a number, in their order; at most `limit`, and fewer only at the end of the log.
    async fn log_rows(&self, after: i64, limit: u32) -> Result<Vec<ChainRow>, StoreError>;
    /// Beginning of the log: [`ChainLink::START`], or the row behind which the log begins after older rows were purged.
    async fn log_anchor(&self) -> Result<ChainLink, StoreError>;
    /// The end of the log; [`ChainLink::START`] when it is empty.
    async fn log_head(&self) -> Result<ChainLink, StoreError>;
    /// Writes a checkpoint down. The first one of a count stays: `false` for another.
    async fn add_checkpoint(&self, checkpoint: &Checkpoint, signed: &SignedCheckpoint) -> Result<bool, StoreError>;
    /// The checkpoint that counts the most rows.
    async fn latest_checkpoint(&self) -> Result<Option<SignedCheckpoint>, StoreError>;
    /// The checkpoint that counts so many rows.
    async fn checkpoint(&self, count: i64) -> Result<Option<SignedCheckpoint>, StoreError>;
    /// Checkpoints that count more rows than `after`, in their order.
    async fn checkpoints(&self, after: i64, limit: u32) -> Result<Vec<SignedCheckpoint>, StoreError>;
    /// Lets the log begin behind a row that a checkpoint vouches for. `false`, and nothing changed, when it begins there or further
    /// on already, or another node is about it. The database itself refuses when the time of the rows up to there is not over.
    async fn move_log_anchor(&self, to: ChainLink, now: Timestamp, audit: AuditEntry) -> Result<bool, StoreError>;
    /// Erases what the law has kept long enough: tombstones with their collections, and rows of the log before its beginning. One
    /// batch; call again while it reports work.
    async fn purge(&self, now: Timestamp) -> Result<PurgeReport, StoreError>;
}

/// Counts of one purge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PurgeReport {
    /// Tombstones, each with its collections.
    pub tombstones: u64,
    /// Rows of the audit log.
    pub log_rows: u64,
}

impl PurgeReport {
    /// Reports whether another batch may be waiting.
    pub const fn has_changes(&self) -> bool {
        self.tombstones + self.log_rows > 0
    }
}
