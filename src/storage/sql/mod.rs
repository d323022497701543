//! The store: each step of the contract as statements that SQLite and PostgreSQL read alike, written once for both.
//!
//! Both number their parameters `$1`, `$2`, …; times are milliseconds, identifiers are text, whole numbers have 64 bits, truth is
//! written `TRUE` and tested without comparing. Where one needs more than the other, that is asked of the
//! [`connection`](engine::connection): locks, the notification of other nodes, and what a sweep leaves out.
//!
//! ```text
//! photo       -> party -> engine
//! maintenance -> photo, log, metadata -> engine
//! ```
//! Every transaction is committed by `log`, with its rows of the audit log.

mod engine;
mod log;
mod maintenance;
mod metadata;
mod party;
mod photo;

pub use engine::connection::RowKeys;
pub use engine::sql_store::SqlStore;
pub use maintenance::{NextGeneration, OngoingMigration, Snapshot};
