//! Storage: one store over SQLite or PostgreSQL.
//!
//! Each public method of [`SqlStore`] is one step of a flow and one transaction, its audit rows included. When a method returns, its
//! change is durable: a power failure loses nothing of it. A refused request changes nothing, except where the method says that it
//! adds an audit row. Every method fails with [`StoreError::Unavailable`] when the database cannot be read or written at the
//! moment, and with [`StoreError::Damaged`] when a row holds values that this program never writes.
//!
//! The methods and their statements are in `sql`, written once for both databases. `sqlite` and `postgres` hold what only one of
//! them needs: how it is opened, its schema and its locks.
//!
//! ```text
//! sql -> requests, error
//! sql -> sqlite, postgres (the drivers) -> rollback_guard, location, error
//! ```

mod advice;
pub mod collection_requests;
pub mod deadline;
mod driver_error;
pub mod enrolment_requests;
mod error;
pub mod location;
pub mod maintenance;
mod migrations;
mod missing_setting;
mod postgres;
mod primary_error;
pub mod requests;
mod rollback_guard;
mod server_hosts;
mod sql;
mod sqlite;
#[cfg(test)]
mod tests;

pub use error::{InactiveReason, StoreError};
pub use location::DatabaseLocation;
pub use sql::{NextGeneration, OngoingMigration, RowKeys, Snapshot, SqlStore};
