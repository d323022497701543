//! What PostgreSQL alone needs: the store of a fleet, any number of gateways over one database. The statements are those of
//! [`sql`](super::sql).

mod attempt;
mod changes;
mod locks;
mod open;

use sqlx::postgres::PgPool;

use super::guard::Guard;

pub(super) use attempt::attempt;
pub(super) use changes::{Changes, announce};
pub(super) use locks::{Lock, may_sweep};

/// A database on a server. Clones share their connections.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) pool: PgPool,
    pub(super) changes: Changes,
    pub(super) guard: Guard,
}

impl Server {
    /// Ends all work on the database.
    pub(super) async fn close(&self) {
        self.changes.close();
        self.pool.close().await;
    }
}
