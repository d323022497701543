//! Addresses of the listeners of a running gateway.

use std::net::SocketAddr;

/// Addresses of the listeners; the port is the real one if the configuration says 0.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    pub studio: SocketAddr,
    pub office: SocketAddr,
    pub enrolment: SocketAddr,
    pub ops: SocketAddr,
}
