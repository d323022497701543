//! What is done with a database as a whole, by an administrator and not for a caller: opened, looked through, put back, moved.
//!
//! Every other statement of the store finds its rows by an index (`tests/storage/plans.rs`). These read all there is, page by page,
//! because that is what they are for; or are of one database alone.

mod evidence;
mod inspect;
mod opening;
mod position;
mod relocate;
mod replay;
mod restore;
mod schema;
mod tables;

pub use evidence::Snapshot;
pub use relocate::OngoingMigration;
pub use restore::NextGeneration;
