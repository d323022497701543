//! What a thief of the files, or a reader of the log, does not find.

mod declared;
mod erased;
mod files;
pub mod log;
mod secret_patterns;
