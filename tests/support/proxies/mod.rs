//! Proxies between a client and a gateway.

pub mod breaking;
pub mod connect;
