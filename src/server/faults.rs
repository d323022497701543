//! Place for faults between the network and the handlers of a gateway.

use axum::Router;

use crate::transport::accept::listener::ConnectionGate;

/// Injects faults, so that vendors can test how their software repeats requests. `serve` passes none: only the demo has an implementation. The
/// listener for monitoring is left alone.
pub trait FaultInjector: Send + Sync {
    /// Adds the faults of requests around the handlers of a listener, inside the layer that writes problems.
    fn around_handlers(&self, router: Router) -> Router;

    /// The gate that decides which new connections of a listener are closed at once.
    fn connection_gate(&self, listener: &'static str) -> ConnectionGate;
}
