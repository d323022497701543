//! Engine below all statements: connections, transactions, parameters and columns of either database. It names no table.
//!
//! ```text
//! sql_store -> connection -> statement -> values
//!                         -> event_signal
//! ```

pub mod connection;
mod event_signal;
pub mod sql_store;
pub mod statement;
pub mod values;
