//! Driver for SQLite: one file, write-ahead log, every commit on the disk before it is answered. The statements of the store are not
//! here: they are the same for both databases.
//!
//! ```text
//! open, copy, scrub -> database
//! ```

mod copy;
mod database;
mod open;
mod scrub;

pub(super) use database::SqliteDatabase;
