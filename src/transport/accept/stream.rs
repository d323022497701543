//! Serves a stream that is not a socket: tests and the fuzzer reach the HTTP stack of a connection without a network.

use std::sync::Arc;

use axum::Router;
use prometheus_client::registry::Registry;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::connection_registry::ConnectionRegistry;
use super::handshake_slots::HandshakeSlots;
use super::listener_context::ListenerContext;
use super::peer::Peer;
use super::requests::run_http;
use crate::transport::http::closing::close_lingering;
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::limits::ListenerLimits;
use crate::transport::http::shutdown::ShutdownTrigger;
use crate::transport::metrics::MetricFamilies;

const LISTENER: &str = "stream";

/// Serves HTTP/1.1 as on a connection of `peer`, without TLS, and closes the stream at the end.
pub async fn serve_stream<S>(stream: S, peer: Peer, router: Router, limits: ListenerLimits)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let linger = limits.linger;
    let progress = ConnectionProgress::starting_at(Instant::now(), &limits);
    progress.handshake_done(Instant::now());
    let context = ListenerContext {
        listener: LISTENER,
        logs_addresses: false,
        handshake_slots: HandshakeSlots::new(limits.max_handshakes, limits.max_handshakes_per_address),
        anonymous_slots: HandshakeSlots::new(limits.max_connections, limits.max_handshakes_per_address),
        limits: Arc::new(limits),
        metrics: MetricFamilies::new(&mut Registry::default()).of_listener(LISTENER),
        connections: ConnectionRegistry::default(),
        handshake_log: Arc::default(),
        device_handshake_log: Arc::default(),
        eviction_log: Arc::default(),
        router,
        shutdown: ShutdownTrigger::new().subscribe(),
    };
    let (stream, _) = run_http(stream, peer, progress, context).await;
    close_lingering(stream, linger).await;
}
