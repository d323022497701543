//! Addresses of the four listeners of a running gateway.

use std::net::SocketAddr;

/// Addresses that a running gateway listens at.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// Studio software.
    pub studio: SocketAddr,
    /// Fachverfahren and clerks' browsers.
    pub office: SocketAddr,
    /// Devices without a certificate.
    pub enrolment: SocketAddr,
    /// Monitoring.
    pub ops: SocketAddr,
}
