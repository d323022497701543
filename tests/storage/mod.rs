//! The store on both databases: its contract, the audit log, erasure, backup and migration.

pub mod audit_log;
#[cfg(unix)]
mod backup_and_migration;
mod expiry;
#[cfg(unix)]
mod reconciliation;
pub mod secrecy;
#[cfg(unix)]
mod sql_store;
