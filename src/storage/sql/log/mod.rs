//! Statements about the audit log.

pub mod audit_log;
pub mod audit_writer;
mod commit;
mod purge;
pub mod row_mapping;
