//! One connection, from the accepted socket to its requests.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::connection_handle::ConnectionHandle;
use super::connection_registry::{LogLine, MadeWay, Owner, RegistryEntry, RegistryError};
use super::handshake::{AcceptedTls, Arrival, accept_tls};
use super::handshake_slots::HandshakeSlot;
use super::listener_context::ListenerContext;
use super::peer::{Admission, PeerCertificate};
use super::peer_device::PeerDevice;
use super::requests::{serve_requests, until_evicted};
use super::unaccepted::UnacceptedClient;
use crate::transport::http::closing::Socket;
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::progress_stream::ProgressStream;
use crate::transport::metrics::HandshakeFailure;
use crate::transport::tls::ServerTls;
use crate::transport::tls::revocation::RevokedCertificates;

/// Serves a connection without TLS until its slot is needed for another.
pub(super) async fn serve_plain(socket: TcpStream, remote_address: SocketAddr, context: ListenerContext) {
    let (slot, _) = context.anonymous_slots.acquire(remote_address);
    let progress = ConnectionProgress::starting_at(Instant::now(), &context.limits);
    let io = ProgressStream::new(socket, progress.clone());
    serve_anonymous(io, remote_address, slot, progress, context).await;
}

/// Runs the TLS handshake, takes a place in the registry or an anonymous slot, and serves the connection.
///
/// `slot` is held during the handshake only; on a listener that does not ask for certificates, until the connection ends.
pub(super) async fn serve_tls(
    socket: TcpStream,
    arrival: Arrival,
    current: watch::Receiver<ServerTls>,
    slot: HandshakeSlot,
    context: ListenerContext,
) {
    let remote_address = arrival.remote_address;
    let loaded = current.borrow().clone();
    let progress = ConnectionProgress::starting_at(Instant::now(), &context.limits);
    let mut shutdown = context.shutdown.clone();
    let handshake = accept_tls(ProgressStream::new(socket, progress.clone()), arrival, &loaded, &context);
    let accepted = tokio::select! {
        accepted = handshake => accepted,
        () = shutdown.draining() => None,
        () = slot.evicted() => {
            context.metrics.handshake_failed(HandshakeFailure::Evicted).inc();
            None
        }
    };
    let Some(AcceptedTls { stream, tls }) = accepted else { return };
    if !tls.requests_client_certificates() {
        return serve_anonymous(stream, remote_address, slot, progress, context).await;
    }
    let chain: Arc<[_]> = stream.get_ref().1.peer_certificates().unwrap_or_default().into();
    let (leaf, credential) = match (tls.admit(&chain), chain.first()) {
        (Ok(credential), Some(leaf)) => (leaf.clone(), credential),
        (Ok(_), None) => return,
        (Err(error), _) => {
            let client = UnacceptedClient { remote_address, chain, error, tls };
            return client.serve(stream, slot, progress, context).await;
        }
    };
    progress.handshake_done(Instant::now());
    drop(slot);
    let (device, key_sha256) = PeerDevice::of(&leaf, &credential);
    let owner = Owner { listener: context.listener, device, credential, key_sha256, chain: Arc::clone(&chain) };
    let Some(entry) = context.register(owner.clone(), progress.clone()) else { return };
    // The certificate may have been revoked after the check in the handshake and before the entry in the registry.
    let is_revoked = |revoked: &RevokedCertificates| owner.is_revoked(|digest| revoked.contains(digest));
    // A reload may have replaced the trusted CAs since the handshake began.
    let now = current.borrow().clone();
    if tls.revoked.as_ref().is_some_and(is_revoked) || !(now.is_same(&loaded) || now.accepts(&chain)) {
        entry.handle.cancel();
    }
    let certificate = PeerCertificate::with_credential(leaf, credential);
    let peer = context.peer(remote_address, Some(certificate), entry.handle.clone(), entry.admission);
    if let PeerDevice::Named { device_id, .. } = device {
        peer.note_device(device_id);
    }
    serve_requests(stream, peer, progress, context).await;
}

/// Serves a caller on a listener that asks for no certificate.
async fn serve_anonymous<S>(
    stream: S,
    remote_address: SocketAddr,
    slot: HandshakeSlot,
    progress: ConnectionProgress,
    context: ListenerContext,
) where
    S: AsyncRead + AsyncWrite + Socket + Unpin,
{
    progress.handshake_done(Instant::now());
    let peer = context.peer(remote_address, None, ConnectionHandle::default(), Admission::WithinLimit);
    let requests = serve_requests(stream, peer, progress, context.clone());
    until_evicted(requests, &slot, &context).await;
}

impl ListenerContext {
    /// Adds the connection of a known device to the registry; counts and logs a connection that is closed for it.
    fn register(&self, owner: Owner, progress: ConnectionProgress) -> Option<RegistryEntry> {
        let device = owner.device;
        let party = || device.party_id().map(tracing::field::display);
        match self.connections.register(owner, progress, &self.limits) {
            Ok(entry) => {
                if let Some(MadeWay { device: greedy, has_most }) = entry.made_way {
                    self.metrics.rejected.inc();
                    if !has_most {
                        tracing::debug!(listener = self.listener, device = %greedy, "listener full, idle connection closed");
                    } else if self.connections.is_log_due(greedy, LogLine::MadeWay) {
                        let party = greedy.party_id().map(tracing::field::display);
                        tracing::warn!(
                            listener = self.listener,
                            device = %greedy,
                            party,
                            "listener full, closed a connection of the device with the most connections"
                        );
                    }
                }
                if entry.admission == Admission::OverLimit {
                    self.metrics.over_device_limit.inc();
                    if self.connections.is_log_due(device, LogLine::OverLimit) {
                        tracing::info!(
                            listener = self.listener,
                            %device,
                            party = party(),
                            "device over its connection limit"
                        );
                    }
                }
                Some(entry)
            }
            Err(error) => {
                let (counter, line) = match error {
                    RegistryError::DeviceOverLimit => (&self.metrics.over_device_limit, LogLine::FarOverLimit),
                    RegistryError::ListenerFull => (&self.metrics.rejected, LogLine::ListenerFull),
                };
                counter.inc();
                if self.connections.is_log_due(device, line) {
                    tracing::warn!(listener = self.listener, %device, party = party(), "connection closed: {error}");
                }
                None
            }
        }
    }
}
