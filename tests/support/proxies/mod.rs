//! Proxies between a client and a gateway, or a gateway and its database.

pub mod breaking;
pub mod connect;
pub mod server_socket;
