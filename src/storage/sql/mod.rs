//! The store: each step of a flow as statements that SQLite and PostgreSQL both understand.
//!
//! Both number their parameters `$1`, `$2`, …; times are milliseconds, identifiers are text, integers have 64 bits,
//! booleans are written `TRUE` and tested without a comparison. The [`connection`](engine::connection) covers the
//! differences: locks, notifications to other nodes, and the rows that a sweep skips.
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
