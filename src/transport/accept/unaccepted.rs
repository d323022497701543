//! A client whose handshake is done although its certificate is missing or not accepted.

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{self, Instant};
use tokio_rustls::server::TlsStream;

use super::connection_handle::ConnectionHandle;
use super::handshake::{RefusedClient, classify_tls_error};
use super::handshake_slots::HandshakeSlot;
use super::listener_context::ListenerContext;
use super::peer::Admission;
use super::requests::{ConnectionEnd, end, run_http, until_evicted};
use crate::transport::http::closing::close_lingering;
use crate::transport::http::deadlines::ConnectionProgress;
use crate::transport::http::progress_stream::ProgressStream;
use crate::transport::metrics::TimeLimit;
use crate::transport::tls::ServerTls;
use crate::transport::tls::certificate_fault::CertificateFault;
use crate::transport::tls::late_alert::{alert_for, seal_alert};

/// A client without an accepted certificate.
pub(super) struct UnacceptedClient {
    pub(super) remote_address: SocketAddr,
    /// Empty if the client sent no certificate.
    pub(super) chain: Arc<[CertificateDer<'static>]>,
    /// Reason why the certificate is not accepted.
    pub(super) error: rustls::Error,
    /// The settings of the handshake.
    pub(super) tls: ServerTls,
}

impl UnacceptedClient {
    /// Answers one request with an explanation. Where the listener explains to browsers only, another client gets an alert: when its first
    /// request shows that it is none, when it speaks HTTP/2, and when it sends no request in time. A head that cannot be read gets 400, 414
    /// or 431.
    pub(super) async fn serve(
        self,
        stream: TlsStream<ProgressStream<TcpStream>>,
        slot: HandshakeSlot,
        progress: ConnectionProgress,
        context: ListenerContext,
    ) {
        let admission = match self.chain.first() {
            Some(leaf) => Admission::CertificateRejected(CertificateFault::of(&self.error, leaf)),
            None => Admission::NoCertificate,
        };
        let is_alert_open = self.tls.can_alert_later();
        if admission != Admission::NoCertificate {
            self.count_refusal(&context);
        } else if !is_alert_open {
            context.metrics.without_certificate.inc();
        }
        let (anonymous_slot, _) = context.anonymous_slots.acquire(self.remote_address);
        drop(slot);
        progress.handshake_done(Instant::now());
        let peer = context.peer(self.remote_address, None, ConnectionHandle::default(), admission);
        let is_counted_later = admission == Admission::NoCertificate && is_alert_open;
        let requests = run_http(stream, peer.clone(), progress, context.clone());
        let Some((stream, ending)) = until_evicted(requests, &anonymous_slot, &context).await else {
            if is_counted_later {
                self.count_refusal(&context);
            }
            return;
        };
        let close = async {
            match ending {
                ConnectionEnd::AlertInstead | ConnectionEnd::TimedOut(TimeLimit::Headers) if is_alert_open => {
                    if is_counted_later {
                        self.count_refusal(&context);
                    }
                    if matches!(ending, ConnectionEnd::TimedOut(_)) {
                        context.metrics.timed_out(TimeLimit::Headers).inc();
                    }
                    self.alert(stream, &context).await;
                }
                _ => {
                    if is_counted_later {
                        context.metrics.without_certificate.inc();
                    }
                    end(stream, ending, &peer, &context).await;
                }
            }
        };
        until_evicted(close, &anonymous_slot, &context).await;
    }

    fn count_refusal(&self, context: &ListenerContext) {
        let refused =
            RefusedClient { remote_address: self.remote_address, device: self.tls.device_of_refused(&self.chain) };
        refused.count_and_log(classify_tls_error(&self.error), &self.error, context);
    }

    async fn alert(&self, stream: TlsStream<ProgressStream<TcpStream>>, context: &ListenerContext) {
        let linger = context.limits.linger;
        let (mut socket, connection) = stream.into_inner();
        match seal_alert(connection, alert_for(&self.error)) {
            // An error of the socket means that the client has left.
            Ok(record) => _ = time::timeout(linger, socket.write_all(&record)).await,
            Err(error) => tracing::debug!(listener = context.listener, %error, "connection closed without an alert"),
        }
        close_lingering(socket, linger).await;
    }
}
