//! Statements about the audit log.

mod audit_log;
pub mod audit_writer;
mod purge;
