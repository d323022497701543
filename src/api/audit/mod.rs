//! Read access to the audit log for auditors' devices, on the office listener.

pub mod checkpoints;
pub mod log;
