//! Proxies between a client and a gateway, or a gateway and its database.

pub mod breaking;
pub mod connect;
#[cfg(unix)]
pub mod load_balancer;
pub mod server_socket;
