//! From a TCP connection to a served one: accept, handshake, admission by device, requests.

mod connection;
pub mod connection_handle;
pub mod connection_registry;
mod handshake;
mod handshake_slots;
pub mod listener;
pub mod peer;
