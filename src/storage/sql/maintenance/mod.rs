//! Operations of administrators on a whole database: open, verify, restore, migrate.
//!
//! Every other statement of the store finds its rows by an index (`tests/storage/sql_store/query_plans.rs`). These
//! statements read whole tables page by page, or are specific to one database.

mod inspect;
mod log_position;
mod open;
mod replay;
mod restore;
mod schema_check;
mod snapshot;
mod store_migration;
mod tables;

pub use restore::NextGeneration;
pub use snapshot::Snapshot;
pub use store_migration::OngoingMigration;
