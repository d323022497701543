//! Operations on a database as a whole, for an administrator and not for a caller: opened, verified, restored, migrated.
//!
//! Every other statement of the store finds its rows by an index (`tests/storage/sql_store/query_plans.rs`). These read all there is, page by page,
//! because that is what they are for; or are of one database alone.

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
