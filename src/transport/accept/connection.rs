//! One connection, from the accepted socket to its end.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Poll, ready};

use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{self, Instant};
use tower::Service;

use super::connection_handle::{CancelCause, ConnectionHandle};
use super::connection_registry::{LogLine, MadeWay, Owner, RegistryEntry, RegistryError};
use super::handshake::{Arrival, RefusedClient, accept_tls, classify_tls_error};
use super::handshake_slots::HandshakeSlot;
use super::listener_context::ListenerContext;
use super::peer::{Admission, Peer, PeerCertificate};
use super::peer_device::PeerDevice;
use crate::transport::http::closing::{Socket, close_lingering, reset};
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::exchange::{ObservedBody, TrackedBody};
use crate::transport::http::header_spelling::{SpelledStream, SpellingRequest, StandardSpelling};
use crate::transport::http::held_until_sent::HeldUntilSent;
use crate::transport::http::progress_stream::ProgressStream;
use crate::transport::http::resumable::Resumable;
use crate::transport::http::resumed_stream::ResumedStream;
use crate::transport::metrics::{HandshakeFailure, TimeLimit};
use crate::transport::tls::ServerTls;
use crate::transport::tls::certificate_fault::CertificateFault;
use crate::transport::tls::revocation::RevokedCertificates;

/// Serves a connection without TLS until its slot is needed for another.
pub(super) async fn serve_plain(socket: TcpStream, remote_address: SocketAddr, context: ListenerContext) {
    let (slot, _) = context.anonymous_slots.acquire(remote_address);
    let progress = ConnectionProgress::starting_at(Instant::now(), &context.limits);
    let io = ProgressStream::new(socket, progress.clone());
    serve_anonymous(io, remote_address, Admission::WithinLimit, slot, progress, context).await;
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
    let tls = current.borrow().clone();
    let progress = ConnectionProgress::starting_at(Instant::now(), &context.limits);
    let mut shutdown = context.shutdown.clone();
    let handshake = accept_tls(ProgressStream::new(socket, progress.clone()), arrival, &tls, &context);
    let stream = tokio::select! {
        stream = handshake => stream,
        () = shutdown.draining() => None,
        () = slot.evicted() => {
            context.metrics.handshake_failed(HandshakeFailure::Evicted).inc();
            None
        }
    };
    let Some(stream) = stream else { return };
    let chain: Arc<[_]> = stream.get_ref().1.peer_certificates().unwrap_or_default().into();
    let Some(leaf) = chain.first().cloned() else {
        if tls.requests_client_certificates() {
            context.metrics.without_certificate.inc();
            let (anonymous_slot, _) = context.anonymous_slots.acquire(remote_address);
            drop(slot);
            return serve_anonymous(
                stream,
                remote_address,
                Admission::NoCertificate,
                anonymous_slot,
                progress,
                context,
            )
            .await;
        }
        return serve_anonymous(stream, remote_address, Admission::WithinLimit, slot, progress, context).await;
    };
    let credential = match tls.admit(&chain) {
        Ok(credential) => credential,
        Err(error) => {
            let refused = RefusedClient { remote_address, device: tls.device_of_refused(&chain) };
            refused.count_and_log(classify_tls_error(&error), &error, &context);
            let (anonymous_slot, _) = context.anonymous_slots.acquire(remote_address);
            drop(slot);
            let admission = Admission::CertificateRejected(CertificateFault::of(&error, &leaf));
            return serve_anonymous(stream, remote_address, admission, anonymous_slot, progress, context).await;
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
    if tls.revoked.as_ref().is_some_and(is_revoked) || !(now.is_same(&tls) || now.accepts(&chain)) {
        entry.handle.cancel();
    }
    let certificate = PeerCertificate::with_credential(leaf, credential);
    let peer = context.peer(remote_address, Some(certificate), entry.handle.clone(), entry.admission);
    if let PeerDevice::Named { device_id, .. } = device {
        peer.note_device(device_id);
    }
    serve_requests(stream, peer, progress, context).await;
}

/// Serves a caller without an accepted certificate until its slot is needed for another, so that one address cannot fill the listener
/// with requests that never end.
async fn serve_anonymous<S>(
    stream: S,
    remote_address: SocketAddr,
    admission: Admission,
    slot: HandshakeSlot,
    progress: ConnectionProgress,
    context: ListenerContext,
) where
    S: AsyncRead + AsyncWrite + Socket + Unpin,
{
    progress.handshake_done(Instant::now());
    let peer = context.peer(remote_address, None, ConnectionHandle::default(), admission);
    let (listener, metrics) = (context.listener, Arc::clone(&context.metrics));
    tokio::select! {
        () = serve_requests(stream, peer, progress, context) => {}
        () = slot.evicted() => {
            metrics.rejected.inc();
            tracing::debug!(listener, "connection without a certificate closed for a newer one");
        }
    }
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

async fn serve_requests<S>(io: S, peer: Peer, progress: ConnectionProgress, context: ListenerContext)
where
    S: AsyncRead + AsyncWrite + Socket + Unpin,
{
    let (limits, metrics) = (Arc::clone(&context.limits), Arc::clone(&context.metrics));
    let (listener, ended) = (context.listener, peer.clone());
    let device = || ended.device_id().map(tracing::field::display);
    let (io, ending) = run_http(io, peer, progress, context).await;
    match ending {
        ConnectionEnd::Finished => close_lingering(io, limits.linger).await,
        ConnectionEnd::TimedOut(limit) => {
            metrics.timed_out(limit).inc();
            tracing::debug!(listener, device = device(), limit = limit.as_str(), "connection timed out");
            match limit {
                TimeLimit::WriteStall => reset(io),
                TimeLimit::Handshake | TimeLimit::Headers | TimeLimit::Idle => close_lingering(io, limits.linger).await,
            }
        }
        ConnectionEnd::Cancelled(CancelCause::RightLost) => {
            metrics.cancelled.inc();
            tracing::info!(
                listener,
                device = device(),
                "connection closed: its certificate is revoked or no longer trusted"
            );
            reset(io);
        }
        // Counted and logged in `register`. Lingering would occupy the place for longer.
        ConnectionEnd::Cancelled(CancelCause::MadeWay) => reset(io),
        // Counted and logged by the sandbox.
        ConnectionEnd::Cancelled(CancelCause::Injected) => reset(io),
    }
}

/// Reason why the HTTP side of a connection ended.
pub(super) enum ConnectionEnd {
    /// One of the sides closed it, or the input was not HTTP.
    Finished,
    TimedOut(TimeLimit),
    Cancelled(CancelCause),
}

/// Runs HTTP/1.1 until the connection ends, and returns the socket.
///
/// Deadlines change only inside the poll of hyper's connection (bytes, requests, responses), so one timer, polled after it, is enough.
///
/// hyper's buffers keep the last request and response, with photo and code, until the next ones overwrite them. So after each exchange
/// hyper's connection is replaced over the same socket, and its buffers are freed.
pub(super) async fn run_http<S>(
    io: S,
    peer: Peer,
    progress: ConnectionProgress,
    context: ListenerContext,
) -> (S, ConnectionEnd)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let ListenerContext { limits, router, mut shutdown, .. } = context;
    // A device over its limit and a caller without an accepted certificate get one response.
    let keep_alive = peer.admission() == Admission::WithinLimit;
    let handle = peer.connection().clone();
    let spelling = SpellingRequest::default();
    let mut service = service_fn({
        let (progress, spelling) = (progress.clone(), spelling.clone());
        move |mut request: Request<Incoming>| {
            let answering = progress.begin_response();
            request.extensions_mut().insert(peer.clone());
            let (progress, spelling) = (progress.clone(), spelling.clone());
            let answer = router.clone().call(request.map(|body| Body::new(ObservedBody::new(body, progress.clone()))));
            Box::pin(async move {
                let mut response: Response<Body> = answer.await?;
                if let Some(held) = response.extensions_mut().remove::<HeldUntilSent>() {
                    progress.hold(held);
                }
                if response.extensions_mut().remove::<Resumable>().is_some() {
                    progress.response_is_resumable(Instant::now());
                }
                if response.extensions_mut().remove::<StandardSpelling>().is_some() {
                    spelling.make();
                }
                Ok::<_, Infallible>(response.map(|body| TrackedBody::new(body, answering)))
            })
        }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    // `deadlines` has a limit that distinguishes a slow head from an idle connection.
    builder.keep_alive(keep_alive).header_read_timeout(None).max_header_size(limits.max_head_bytes);

    let mut stop = pin!(shutdown.draining());
    let mut stopping = false;
    let mut cancelled = pin!(handle.cancelled());
    let mut timer = pin!(time::sleep(limits.headers));
    let mut io = ResumedStream::new(SpelledStream::new(io, spelling), progress.clone());
    loop {
        let mut connection = builder.serve_connection(TokioIo::new(io), service);
        let ending = poll_fn(|cx| {
            if let Poll::Ready(cause) = cancelled.as_mut().poll(cx) {
                return Poll::Ready(Some(ConnectionEnd::Cancelled(cause)));
            }
            if !stopping && stop.as_mut().poll(cx).is_ready() {
                stopping = true;
                Pin::new(&mut connection).graceful_shutdown();
            }
            if let Poll::Ready(finished) = connection.poll_without_shutdown(cx) {
                if let Err(error) = finished {
                    tracing::debug!(%error, "connection ended early");
                }
                return Poll::Ready(Some(ConnectionEnd::Finished));
            }
            if !stopping && progress.is_exchange_complete() {
                // hyper decides: an idle connection ends at once, and one that still expects a request's body does not. If that body stayed
                // unread, the next connection would take it for a request.
                Pin::new(&mut connection).graceful_shutdown();
                match connection.poll_without_shutdown(cx) {
                    Poll::Ready(Ok(())) if progress.is_exchange_complete() => return Poll::Ready(None),
                    Poll::Ready(_) => return Poll::Ready(Some(ConnectionEnd::Finished)),
                    Poll::Pending => {}
                }
            }
            let Some((deadline, limit)) = progress.deadline(&limits) else { return Poll::Pending };
            if timer.deadline() != deadline {
                timer.as_mut().reset(deadline);
            }
            ready!(timer.as_mut().poll(cx));
            Poll::Ready(Some(ConnectionEnd::TimedOut(limit)))
        })
        .await;
        let parts = connection.into_parts();
        io = parts.io.into_inner();
        if let Some(ending) = ending {
            return (io.into_inner().into_inner(), ending);
        }
        service = parts.service;
        io.put_back(&parts.read_buf);
        progress.buffers_replaced(!parts.read_buf.is_empty(), Instant::now());
    }
}
