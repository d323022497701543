//! The TLS handshake, with a time limit and refusals that the client can read.

use std::error::Error;
use std::io;
use std::net::SocketAddr;

use rustls::CertificateError;
use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{self, Instant};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use super::listener_context::ListenerContext;
use crate::identity::issue::ClientSubject;
use crate::transport::http::closing::{Socket, close_lingering};
use crate::transport::http::plain_http::{self, PlainHttpError};
use crate::transport::http::progress_stream::ProgressStream;
use crate::transport::metrics::{HandshakeFailure, TimeLimit};
use crate::transport::proxy_protocol::header;
use crate::transport::tls::ServerTls;
use crate::transport::tls::client_certificates::WeakKeyError;
use crate::transport::tls::presented_device::with_presented_device;

/// An accepted connection before its handshake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    /// The client's own address, also behind a listed peer.
    pub(super) remote_address: SocketAddr,
    /// True if a PROXY header stated the address.
    pub(super) is_forwarded: bool,
    /// The handshake has to end before.
    pub(super) deadline: Instant,
}

/// A connection after its handshake.
pub(super) struct AcceptedTls {
    pub(super) stream: TlsStream<ProgressStream<TcpStream>>,
    /// The settings of the handshake.
    pub(super) tls: ServerTls,
}

/// Runs the handshake. On failure it counts and logs the reason, waits until the alert is sent, and returns `None`.
pub(super) async fn accept_tls(
    stream: ProgressStream<TcpStream>,
    arrival: Arrival,
    tls: &ServerTls,
    context: &ListenerContext,
) -> Option<AcceptedTls> {
    let limits = &context.limits;
    let Arrival { remote_address, is_forwarded, deadline } = arrival;
    // `into_fallible` returns the socket after a refusal. If it were dropped with unread bytes, the kernel would send a reset, and the
    // client would report "connection reset" instead of "certificate revoked".
    let accept = async {
        // The bytes stay unread. Errors are left to the handshake.
        let mut first = [0; header::SIGNATURE_BYTES];
        let count = stream.tcp().peek(&mut first).await.unwrap_or(0);
        let first = &first[..count];
        if header::is_recognised(first) {
            let error = io::Error::other(UnexpectedProxyHeaderError { is_second: is_forwarded });
            return Err((error, Some(stream)));
        }
        if plain_http::is_recognised(first) {
            return Err((io::Error::other(PlainHttpError), Some(stream)));
        }
        shake_hands(stream, tls).await
    };
    let (outcome, device) = with_presented_device(time::timeout_at(deadline, accept)).await;
    match outcome {
        Ok(Ok((stream, tls))) => Some(AcceptedTls { stream, tls }),
        Ok(Err((error, stream))) => {
            RefusedClient { remote_address, device }.count_and_log(classify(&error), &error, context);
            let mut stream = stream?;
            if PlainHttpError::is_cause_of(&error) {
                plain_http::answer(&mut stream, limits.linger).await;
            }
            close_lingering(stream, limits.linger).await;
            None
        }
        Err(_) => {
            count_late_handshake(remote_address, context);
            None
        }
    }
}

/// Chooses the settings by the client's first message where they depend on it. The socket comes back with an error.
async fn shake_hands<S>(stream: S, tls: &ServerTls) -> Result<(TlsStream<S>, ServerTls), (io::Error, Option<S>)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (handshake, tls) = if tls.depends_on_client() {
        let mut hello = LazyConfigAcceptor::new(Acceptor::default(), stream);
        let start = (&mut hello).await.map_err(|error| (error, hello.take_io()))?;
        let tls = tls.for_client(&start.client_hello()).clone();
        (start.into_stream(tls.config.clone()), tls)
    } else {
        (TlsAcceptor::from(tls.config.clone()).accept(stream), tls.clone())
    };
    let stream = handshake.into_fallible().await.map_err(|(error, stream)| (error, Some(stream)))?;
    Ok((stream, tls))
}

/// Counts and logs a connection whose handshake did not end before its deadline.
pub(super) fn count_late_handshake(remote_address: SocketAddr, context: &ListenerContext) {
    context.metrics.timed_out(TimeLimit::Handshake).inc();
    let remote_address = context.logged(remote_address).map(tracing::field::display);
    let (listener, limit) = (context.listener, TimeLimit::Handshake.as_str());
    tracing::debug!(listener, remote_address, limit, "connection timed out");
}

/// A PROXY header in the place of the TLS handshake. Nothing of it is read, so a client cannot claim an address.
#[derive(Debug, thiserror::Error)]
#[error(
    "the client sends a PROXY header that nothing permits: list the address of a load balancer in listen.proxy_protocol_from"
)]
struct UnexpectedProxyHeaderError {
    is_second: bool,
}

/// A client whose certificate or handshake was not accepted.
pub(super) struct RefusedClient {
    pub(super) remote_address: SocketAddr,
    /// The device of its certificate, if one of the gateway's own CAs issued it.
    pub(super) device: Option<ClientSubject>,
}

impl RefusedClient {
    pub(super) fn count_and_log(&self, failure: HandshakeFailure, error: &dyn Error, context: &ListenerContext) {
        let ListenerContext { listener, metrics, .. } = context;
        let remote_address = context.logged(self.remote_address).map(tracing::field::display);
        metrics.handshake_failed(failure).inc();
        if failure == HandshakeFailure::PeerLeft {
            // Port scans and health checks of load balancers would fill the log.
            tracing::debug!(listener, remote_address, "client closed the connection during the handshake");
            return;
        }
        // Unknown clients can cause any number of refused handshakes: all are counted, but few are logged.
        let pace = if self.device.is_some() { &context.device_handshake_log } else { &context.handshake_log };
        if pace.is_due(Instant::now()) {
            tracing::info!(
                listener,
                remote_address,
                device = self.device.map(|subject| tracing::field::display(subject.device_id)),
                party = self.device.map(|subject| tracing::field::display(subject.party_id)),
                reason = failure.as_str(),
                "handshake refused"
            );
        }
        tracing::debug!(listener, remote_address, %error, "cause of the refused handshake");
    }
}

fn classify(error: &io::Error) -> HandshakeFailure {
    if PlainHttpError::is_cause_of(error) {
        return HandshakeFailure::PlainHttp;
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(UnexpectedProxyHeaderError { is_second: true }) => return HandshakeFailure::ProxyHeaderRepeated,
        Some(UnexpectedProxyHeaderError { is_second: false }) => return HandshakeFailure::ProxyHeaderUnlisted,
        None => {}
    }
    let Some(tls_error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        // No TLS error: the connection itself ended.
        return HandshakeFailure::PeerLeft;
    };
    classify_tls_error(tls_error)
}

pub(super) fn classify_tls_error(error: &rustls::Error) -> HandshakeFailure {
    match error {
        rustls::Error::NoCertificatesPresented => HandshakeFailure::NoCertificate,
        rustls::Error::InvalidCertificate(error) => classify_certificate(error),
        rustls::Error::PeerIncompatible(_) | rustls::Error::NoApplicationProtocol => HandshakeFailure::NothingInCommon,
        rustls::Error::AlertReceived(_) => HandshakeFailure::RefusedByPeer,
        _ => HandshakeFailure::Other,
    }
}

fn classify_certificate(error: &CertificateError) -> HandshakeFailure {
    match error {
        CertificateError::UnknownIssuer => HandshakeFailure::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => HandshakeFailure::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => HandshakeFailure::NotYetValid,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            HandshakeFailure::WrongPurpose
        }
        CertificateError::Revoked => HandshakeFailure::Revoked,
        CertificateError::Other(other) if other.0.is::<WeakKeyError>() => HandshakeFailure::WeakKey,
        _ => HandshakeFailure::BadCertificate,
    }
}
