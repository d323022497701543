//! Time and size limits of HTTP/1.1 connections, and how they end.

pub mod alert_instead;
pub mod closing;
pub mod deadlines;
pub mod exchange;
pub mod header_spelling;
pub mod held_until_sent;
pub mod limits;
pub(in crate::transport) mod plain_http;
pub mod progress_stream;
pub mod resumable;
pub mod resumed_stream;
pub mod shutdown;
