//! Refusals that programs get as a TLS alert.

/// A response extension: the response is not sent, and the connection ends with the alert with which a handshake refuses the client's
/// certificate. For the first request of a connection without an accepted certificate.
#[derive(Debug, Clone, Copy)]
pub struct AlertInstead;
