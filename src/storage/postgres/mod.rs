//! Driver for PostgreSQL: any number of gateways share one database. The statements of the store are in `storage::sql`,
//! for both databases.
//!
//! ```text
//! open -> database -> notifications -> primary_pool -> primary -> primary_choice -> host_state      locks
//!      -> session_settings                 ^
//!                                 retry ---+
//! ```

mod database;
mod host_state;
mod locks;
mod notifications;
mod open;
mod primary;
mod primary_choice;
mod primary_pool;
mod retry;
mod session_settings;

pub(super) use database::PostgresDatabase;
pub(super) use locks::{Lock, try_lock_sweep};
pub(super) use notifications::{NodeChannel, notify_nodes};
pub(super) use retry::with_retry;
