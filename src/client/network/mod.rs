//! Connection to the gateway: the HTTP proxy, and verification of the server's certificate.

pub mod connect_probe;
pub mod proxy;
pub mod server_verifier;
