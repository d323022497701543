//! Proxies between a client and a gateway, or a gateway and its database.

pub mod breaking;
pub mod connect;
#[cfg(unix)]
pub mod load_balancer;
#[cfg(unix)]
pub mod server_socket;
