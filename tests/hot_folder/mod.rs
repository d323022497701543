//! The folder that photos are exported to: every photo ends in `sent/` or `refused/`, once.

mod arrived;
mod command;
mod erased;
#[cfg(feature = "failpoints")]
mod killed;
mod line;
mod refused;
mod sent;
mod shop;
