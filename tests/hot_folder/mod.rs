//! The folder that photos are exported to: every photo ends in `sent/` or `refused/`, once.

skip_in!(postgres: "has no database");

mod arrived;
mod command;
mod erased;
#[cfg(feature = "failpoints")]
mod killed;
mod line;
mod refused;
mod renewed;
mod sent;
mod shop;
