//! Storage: one contract, and one store that keeps it, in a file or on a server.
//!
//! The steps of the flows are written once, in `sql`, for both databases: what two copies of a statement would drift apart in
//! cannot differ. `sqlite` and `postgres` hold what only one of them needs: how it is opened, its schema, and its locks.
//!
//! ```text
//! sql -> store (the contract) -> requests, error
//! sql -> sqlite, postgres (the drivers) -> rollback_guard, location, error
//! ```

mod advice;
pub mod audit_log;
pub mod collection_requests;
pub mod deadline;
mod driver_error;
pub mod enrolment_requests;
mod error;
pub mod location;
pub mod maintenance;
mod missing_setting;
mod postgres;
pub mod requests;
mod rollback_guard;
mod sql;
mod sqlite;
pub mod store;
#[cfg(test)]
mod tests;

pub use audit_log::AuditLog;
pub use error::{InactiveReason, StoreError};
pub use location::DatabaseLocation;
pub use sql::{NextGeneration, OngoingMigration, RowKeys, Snapshot, SqlStore};
pub use store::Store;
