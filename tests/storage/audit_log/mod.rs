//! The audit log: each change has a row in its transaction, chained to the previous row; signed, read by auditors, and
//! shortened after its retention.

mod auditors;
mod chain;
mod checkpoints;
mod retention;
#[cfg(unix)]
pub mod running_gateway;
mod same_transaction;
mod tampering;
#[cfg(unix)]
mod verify_command;
