//! From a TCP connection to a served one: accept, handshake, admission by device, requests.
//!
//! `listener` is the accept loop. `forwarded` reads the PROXY header of a load balancer. `handshake_slots` limits connections without a known
//! peer. `handshake` runs TLS. `connection` takes a place for a connection, and `requests` serves it to its end. `unaccepted` serves a
//! client without an accepted certificate. `connection_registry` counts connections by device (`peer_device`) and cancels them by their
//! `connection_handle` when a certificate is revoked, or when the listener is full and another device is entitled to a place
//! (`fair_share`). `listener_context` has what all of them need, `peer` is the caller as the API sees it. `stream` serves a stream that is
//! not a socket.

mod connection;
pub mod connection_handle;
pub mod connection_registry;
mod fair_share;
mod forwarded;
mod handshake;
mod handshake_slots;
pub mod listener;
mod listener_context;
mod log_pace;
pub mod peer;
mod peer_device;
mod requests;
pub mod stream;
mod unaccepted;
