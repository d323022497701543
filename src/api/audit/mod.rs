//! The audit log for auditors' devices, on the office listener: read, and nothing else.

pub mod checkpoints;
pub mod log;
