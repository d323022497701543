//! Driver for SQLite: one file with a write-ahead log; a commit is on the disk before it is answered. The statements of
//! the store are in `storage::sql`, for both databases.
//!
//! ```text
//! open, copy, scrub -> database
//! ```

mod copy;
mod database;
mod open;
mod scrub;

pub(super) use database::SqliteDatabase;
