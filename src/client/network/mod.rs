//! The way to the gateway: an HTTP proxy where there is one, and the certificate of the server at its end.

pub mod connect_probe;
pub mod proxy;
pub mod server_verifier;
