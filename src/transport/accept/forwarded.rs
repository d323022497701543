//! A connection from a listed peer, up to its TLS handshake: the PROXY header has the client's address.

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{self, Instant};

use super::connection::serve_tls;
use super::handshake::{Arrival, RefusedClient, count_late_handshake};
use super::handshake_slots::HandshakeSlot;
use super::listener_context::ListenerContext;
use crate::transport::metrics::HandshakeFailure;
use crate::transport::proxy_protocol::header::{ProxyHeaderError, read_header};
use crate::transport::tls::ServerTls;

/// Reads the PROXY header of a connection from `balancer`, and serves the client as if it had connected directly.
///
/// The connection holds the given slot until its header is read, and takes a slot of its client's address before it gives the other one
/// back. So one balancer has many clients in their handshakes, and one client behind it has no more than it would have without it.
pub(super) async fn serve_forwarded(
    mut socket: TcpStream,
    balancer: SocketAddr,
    deadline: Instant,
    (current, header_slot): (watch::Receiver<ServerTls>, HandshakeSlot),
    context: ListenerContext,
) {
    let mut shutdown = context.shutdown.clone();
    let read = tokio::select! {
        read = time::timeout_at(deadline, read_header(&mut socket)) => read,
        () = shutdown.draining() => return,
        () = header_slot.evicted() => {
            context.metrics.handshake_failed(HandshakeFailure::Evicted).inc();
            return;
        }
    };
    let client = match read {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => {
            // The connection does not linger, because no alert was sent that the reset could displace.
            let refused = RefusedClient { remote_address: balancer, device: None };
            return refused.count_and_log(classify(&error), &error, &context);
        }
        Err(_) => return count_late_handshake(balancer, &context),
    };
    let remote_address = client.unwrap_or(balancer);
    let (listener, logged) = (context.listener, |address| context.logged(address).map(tracing::field::display));
    tracing::debug!(
        listener,
        remote_address = logged(remote_address),
        balancer = logged(balancer),
        "PROXY header read"
    );
    let slot = context.take_slot(&context.handshake_slots, remote_address);
    drop(header_slot);
    let arrival = Arrival { remote_address, is_forwarded: true, deadline };
    serve_tls(socket, arrival, current, slot, context).await;
}

fn classify(error: &ProxyHeaderError) -> HandshakeFailure {
    match error {
        ProxyHeaderError::Missing => HandshakeFailure::ProxyHeaderMissing,
        // Health checks that only connect.
        ProxyHeaderError::Ended(_) => HandshakeFailure::PeerLeft,
        ProxyHeaderError::TooLong { .. }
        | ProxyHeaderError::Unreadable(_)
        | ProxyHeaderError::NotTcp
        | ProxyHeaderError::ImpossibleAddress => HandshakeFailure::ProxyHeaderInvalid,
    }
}
