//! Context that every connection of a listener needs.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::time::Instant;

use super::connection_handle::ConnectionHandle;
use super::connection_registry::ConnectionRegistry;
use super::handshake_slots::{HandshakeSlot, HandshakeSlots};
use super::log_pace::LogPace;
use super::peer::{Admission, Peer, PeerCertificate};
use crate::transport::http::limits::ListenerLimits;
use crate::transport::http::shutdown::ShutdownSignal;
use crate::transport::metrics::TransportMetrics;

/// One for each listener; cheap to clone.
#[derive(Clone)]
pub(super) struct ListenerContext {
    /// For the log.
    pub(super) listener: &'static str,
    /// True if the log may contain remote addresses.
    pub(super) logs_addresses: bool,
    pub(super) limits: Arc<ListenerLimits>,
    pub(super) metrics: Arc<TransportMetrics>,
    pub(super) handshake_slots: HandshakeSlots,
    /// Slots of callers without a certificate, on a listener that asks for certificates and on one without TLS. Known devices have places
    /// in the registry instead.
    pub(super) anonymous_slots: HandshakeSlots,
    pub(super) connections: ConnectionRegistry,
    /// Rate limit of lines about refused handshakes of unknown clients.
    pub(super) handshake_log: Arc<LogPace>,
    /// Rate limit of lines about refused handshakes of known devices, so that unknown clients cannot suppress them.
    pub(super) device_handshake_log: Arc<LogPace>,
    /// Rate limit of lines about evicted handshakes; the metrics count each.
    pub(super) eviction_log: Arc<LogPace>,
    pub(super) router: Router,
    pub(super) shutdown: ShutdownSignal,
}

impl ListenerContext {
    /// The address, unless the log must not contain addresses.
    pub(super) fn logged(&self, remote_address: SocketAddr) -> Option<SocketAddr> {
        self.logs_addresses.then_some(remote_address)
    }

    /// Takes one of these slots for a connection in its handshake, and logs if another connection lost it.
    pub(super) fn take_slot(&self, slots: &HandshakeSlots, remote_address: SocketAddr) -> HandshakeSlot {
        let (slot, evicted) = slots.acquire(remote_address);
        if evicted.is_some() && self.eviction_log.is_due(Instant::now()) {
            tracing::warn!(listener = self.listener, "too many simultaneous handshakes, closing the oldest ones");
        }
        slot
    }

    pub(super) fn peer(
        &self,
        remote_address: SocketAddr,
        certificate: Option<PeerCertificate>,
        connection: ConnectionHandle,
        admission: Admission,
    ) -> Peer {
        let logged = self.logged(remote_address);
        Peer::new(remote_address, certificate, connection, admission).with_logged_address(logged)
    }
}
