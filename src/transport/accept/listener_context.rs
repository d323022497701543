//! Context that every connection of a listener needs.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;

use super::connection_handle::ConnectionHandle;
use super::connection_registry::ConnectionRegistry;
use super::handshake_slots::HandshakeSlots;
use super::log_pace::LogPace;
use super::peer::{Admission, Peer, PeerCertificate};
use crate::transport::http::limits::ListenerLimits;
use crate::transport::http::shutdown::ShutdownSignal;
use crate::transport::metrics::TransportMetrics;

/// One for each listener; cheap to clone.
#[derive(Clone)]
pub(super) struct ListenerContext {
    /// The listener's name, for the log.
    pub(super) listener: &'static str,
    /// True if the log may contain remote addresses.
    pub(super) logs_addresses: bool,
    pub(super) limits: Arc<ListenerLimits>,
    pub(super) metrics: Arc<TransportMetrics>,
    /// Slots for callers without a certificate, on a listener that asks for one and on one without TLS: known devices have places
    /// of their own in the registry.
    pub(super) anonymous_slots: HandshakeSlots,
    pub(super) connections: ConnectionRegistry,
    /// Pace of lines about refused handshakes of anybody.
    pub(super) handshake_log: Arc<LogPace>,
    /// The same of those that name a device: nobody else keeps them out of the log.
    pub(super) device_handshake_log: Arc<LogPace>,
    pub(super) router: Router,
    pub(super) shutdown: ShutdownSignal,
}

impl ListenerContext {
    /// A remote address as the log may have it.
    pub(super) fn logged(&self, remote_address: SocketAddr) -> Option<SocketAddr> {
        self.logs_addresses.then_some(remote_address)
    }

    /// The peer of a connection.
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
