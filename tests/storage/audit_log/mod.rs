//! The audit log: a row for each change, in the change's own transaction, chained to the one before; vouched for, read by auditors,
//! and shortened when its time is over.

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
