//! From a TCP connection to a served one: accept, handshake, admission by device, requests.
//!
//! `listener` is the accept loop, `handshake_slots` bounds the connections without a known peer, `handshake` runs TLS (`plain_http` answers
//! clients that speak HTTP instead),
//! `connection` serves one connection to its end, `connection_registry` counts connections by device (`peer_device`) and cancels them
//! when a certificate is revoked, or when the listener is full and others have a better right to the place (`fair_share`);
//! `listener_context` is what they all need, `connection_handle` the signal for that, and `peer` is the caller as the API sees it.

mod connection;
pub mod connection_handle;
pub mod connection_registry;
mod fair_share;
mod handshake;
mod handshake_slots;
pub mod listener;
mod listener_context;
mod log_pace;
pub mod peer;
mod peer_device;
mod plain_http;
