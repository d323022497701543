//! Connections, transactions, statements and rows: what every SQL statement is built on.

pub mod connection;
pub mod metadata;
pub mod row_mapping;
pub mod statement;
