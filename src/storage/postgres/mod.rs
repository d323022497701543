//! What PostgreSQL alone needs: the store of a fleet, any number of gateways over one database. The statements are those of
//! [`sql`](super::sql).

mod locks;
mod notifications;
mod open;
mod retry;

use sqlx::postgres::PgPool;

use super::rollback_guard::RollbackGuard;

pub(super) use locks::{Lock, try_lock_sweep};
pub(super) use notifications::{ChangeListener, notify_nodes};
pub(super) use retry::with_retry;

/// A database on a server. Clones share their connections.
#[derive(Debug, Clone)]
pub(super) struct PostgresDatabase {
    pub(super) pool: PgPool,
    pub(super) changes: ChangeListener,
    pub(super) guard: RollbackGuard,
}

impl PostgresDatabase {
    /// Ends all work on the database.
    pub(super) async fn close(&self) {
        self.changes.close();
        self.pool.close().await;
    }
}
