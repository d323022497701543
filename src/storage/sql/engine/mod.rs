//! The store without its statements: connections, transactions, statements as such and columns. It knows both databases, and of their
//! tables nothing.
//!
//! ```text
//! sql_store -> connection -> statement <- columns
//! ```

pub mod columns;
pub mod connection;
pub mod sql_store;
pub mod statement;
