//! What PostgreSQL alone needs: the store of a fleet, any number of gateways over one database. The statements are those of
//! [`sql`](super::sql).

mod attempt;
mod changes;
mod locks;
mod open;

use sqlx::postgres::PgPool;

use super::guard::RollbackGuard;

pub(super) use attempt::with_retry;
pub(super) use changes::{ChangeListener, notify_nodes};
pub(super) use locks::{Lock, try_lock_sweep};

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
