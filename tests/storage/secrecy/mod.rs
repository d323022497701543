//! Secrets that are neither in the files nor in the log.

mod declared;
mod erased;
mod files;
pub mod log;
#[cfg(all(target_os = "linux", feature = "failpoints"))]
mod memory;
mod secret_patterns;
