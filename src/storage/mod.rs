//! What is remembered, and the promise that it is: one contract, and a store that keeps it, in a file or on a server.
//!
//! The steps of the flows are written once, in `sql`, for both databases: what two copies of a statement would drift apart in
//! cannot differ. `sqlite` and `postgres` hold what only one of them needs: how it is opened, its schema, and its locks.

mod advice;
pub mod contract;
mod driver_error;
pub mod enrolment_steps;
mod guard;
pub mod inspection;
pub mod location;
pub mod patience;
mod postgres;
mod sql;
mod sqlite;
pub mod steps;
pub mod transfer_log;

pub use contract::{InactiveReason, Store, StoreError};
pub use location::DatabaseLocation;
pub use sql::{NextGeneration, OngoingMigration, RowKeys, Snapshot, SqlStore};
pub use transfer_log::AuditLog;
