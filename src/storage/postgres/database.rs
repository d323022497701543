//! A database on a server: its connections and its listener.

use super::notifications::ChangeListener;
use super::primary_pool::PrimaryPool;
use super::session_settings::RefusedSessions;
use crate::storage::rollback_guard::RollbackGuard;

/// Clones share their connections.
#[derive(Debug, Clone)]
pub(in crate::storage) struct PostgresDatabase {
    pub(in crate::storage) pool: PrimaryPool,
    pub(in crate::storage) changes: ChangeListener,
    pub(in crate::storage) guard: RollbackGuard,
    pub(in crate::storage) refused_sessions: RefusedSessions,
}

impl PostgresDatabase {
    /// Searches the primary among several hosts; `true` if another one is used since.
    pub(in crate::storage) async fn finds_other_primary(&self) -> bool {
        let number = self.pool.number();
        self.pool.search().await;
        self.pool.number() != number
    }

    pub(in crate::storage) async fn close(&self) {
        self.changes.close();
        self.pool.close().await;
    }
}
