//! Secrets that are neither in the files nor in the log.

mod declared;
mod erased;
mod files;
pub mod log;
mod secret_patterns;
