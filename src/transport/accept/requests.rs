//! The requests of one connection, from its handshake to its end.

use std::convert::Infallible;
use std::future::{self, Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, ready};

use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{self, Instant};
use tower::Service;

use super::connection_handle::CancelCause;
use super::handshake_slots::HandshakeSlot;
use super::listener_context::ListenerContext;
use super::peer::{Admission, Peer};
use crate::transport::http::alert_instead::AlertInstead;
use crate::transport::http::closing::{Socket, close_lingering, reset};
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::exchange::{ObservedBody, TrackedBody};
use crate::transport::http::header_spelling::{SpelledStream, SpellingRequest, StandardSpelling};
use crate::transport::http::held_until_sent::HeldUntilSent;
use crate::transport::http::resumable::Resumable;
use crate::transport::http::resumed_stream::ResumedStream;
use crate::transport::metrics::TimeLimit;

/// First bytes of a client that speaks HTTP/2 (RFC 9113, section 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Serves requests until the connection ends.
pub(super) async fn serve_requests<S>(io: S, peer: Peer, progress: ConnectionProgress, context: ListenerContext)
where
    S: AsyncRead + AsyncWrite + Socket + Unpin,
{
    let (io, ending) = run_http(io, peer.clone(), progress, context.clone()).await;
    end(io, ending, &peer, &context).await;
}

/// Serves a caller without an accepted certificate until its slot is needed for another, so that one address cannot fill the listener
/// with requests that never end. Returns `None` then.
pub(super) async fn until_evicted<T>(
    requests: impl Future<Output = T>,
    slot: &HandshakeSlot,
    context: &ListenerContext,
) -> Option<T> {
    tokio::select! {
        ended = requests => Some(ended),
        () = slot.evicted() => {
            context.metrics.rejected.inc();
            tracing::debug!(listener = context.listener, "connection without a certificate closed for a newer one");
            None
        }
    }
}

/// Counts, logs and closes a connection whose HTTP side has ended.
pub(super) async fn end<S>(io: S, ending: ConnectionEnd, peer: &Peer, context: &ListenerContext)
where
    S: AsyncRead + AsyncWrite + Socket + Unpin,
{
    let ListenerContext { listener, limits, metrics, .. } = context;
    let device = || peer.device_id().map(tracing::field::display);
    match ending {
        ConnectionEnd::Finished | ConnectionEnd::AlertInstead => close_lingering(io, limits.linger).await,
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
    /// The first response asks for it, or the client speaks HTTP/2 although HTTP/1.1 was agreed.
    AlertInstead,
    TimedOut(TimeLimit),
    Cancelled(CancelCause),
}

/// Runs HTTP/1.1 until the connection ends, and returns the socket.
///
/// Deadlines change only inside the poll of hyper's connection (bytes, requests, responses), so one timer, polled after it, is enough.
///
/// hyper answers a head that is no HTTP by 400, 414 or 431, but leaves the preface of HTTP/2 without an answer.
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
    let alert_instead = Arc::new(AtomicBool::new(false));
    let mut service = service_fn({
        let (progress, spelling, alert_instead) = (progress.clone(), spelling.clone(), Arc::clone(&alert_instead));
        move |mut request: Request<Incoming>| {
            let answering = progress.begin_response();
            request.extensions_mut().insert(peer.clone());
            let (progress, spelling, alert_instead) = (progress.clone(), spelling.clone(), Arc::clone(&alert_instead));
            let answer = router.clone().call(request.map(|body| Body::new(ObservedBody::new(body, progress.clone()))));
            Box::pin(async move {
                let mut response: Response<Body> = answer.await?;
                if response.extensions_mut().remove::<AlertInstead>().is_some() {
                    alert_instead.store(true, Ordering::Relaxed);
                    // The loop below drops this future.
                    return future::pending().await;
                }
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
            let finished = connection.poll_without_shutdown(cx);
            if alert_instead.load(Ordering::Relaxed) {
                return Poll::Ready(Some(ConnectionEnd::AlertInstead));
            }
            if let Poll::Ready(finished) = finished {
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
        if let Some(mut ending) = ending {
            if matches!(ending, ConnectionEnd::Finished) && parts.read_buf.starts_with(HTTP2_PREFACE) {
                ending = ConnectionEnd::AlertInstead;
            }
            return (io.into_inner().into_inner(), ending);
        }
        service = parts.service;
        io.put_back(&parts.read_buf);
        progress.buffers_replaced(!parts.read_buf.is_empty(), Instant::now());
    }
}
