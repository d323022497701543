//! Statements about the audit log and about events, which a commit adds together.
//!
//! ```text
//! commit -> audit_writer, audit_log, event_writer
//! events -> due_events, event_writer
//!        -> told_once
//! ```

pub mod audit_log;
pub mod audit_writer;
mod commit;
mod due_events;
mod event_writer;
mod events;
mod purge;
pub mod row_mapping;
mod told_once;
