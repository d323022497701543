//! The accept loop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{self, Instant};

use super::connection::{serve_plain, serve_tls};
use super::connection_registry::ConnectionRegistry;
use super::handshake_slots::{HandshakeSlot, HandshakeSlots};
use super::listener_context::ListenerContext;
use crate::transport::http::limits::ListenerLimits;
use crate::transport::http::shutdown::ShutdownSignal;
use crate::transport::metrics::TransportMetrics;
use crate::transport::tls::ServerTls;

/// After an accept error: long enough not to spin while file descriptors are short, short enough not to be noticed.
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);

/// Least interval between two log lines about evicted handshakes; the metrics count each.
const EVICTION_LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Security of a listener: TLS or plain text.
#[derive(Debug, Clone)]
pub enum Security {
    /// TLS as the channel holds it at the moment a connection is accepted: whoever has loaded and checked new certificates
    /// sends them there, and open connections keep what they were opened with.
    Tls(watch::Receiver<ServerTls>),
    /// In the clear: for monitoring on the loopback interface only.
    Plain,
}

impl Security {
    /// TLS that never changes.
    pub fn fixed(tls: ServerTls) -> Self {
        // A receiver keeps the last value after its sender is gone.
        Self::Tls(watch::Sender::new(tls).subscribe())
    }
}

/// A bound listener that does not serve yet. Clients may connect already; they wait in the operating system's queue.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    socket: TcpListener,
    local_address: SocketAddr,
    security: Security,
    limits: ListenerLimits,
    connections: ConnectionRegistry,
    logs_addresses: bool,
    metrics: Arc<TransportMetrics>,
}

impl Listener {
    /// Binds `address` (port 0: any free one). `name` stands in log lines.
    ///
    /// # Errors
    /// The operating system's error: the address is taken, not this machine's, or not for this user to bind.
    pub async fn bind(
        name: &'static str,
        address: SocketAddr,
        security: Security,
        limits: ListenerLimits,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let local_address = socket.local_addr()?;
        let connections = ConnectionRegistry::default();
        Ok(Self {
            name,
            socket,
            local_address,
            security,
            limits,
            connections,
            logs_addresses: true,
            metrics: Arc::default(),
        })
    }

    /// Enters this listener's connections in a registry it shares with others.
    #[must_use]
    pub fn with_connections(mut self, connections: ConnectionRegistry) -> Self {
        self.connections = connections;
        self
    }

    /// Sets whether remote addresses are logged; by default they are.
    #[must_use]
    pub fn with_logged_addresses(mut self, logs_addresses: bool) -> Self {
        self.logs_addresses = logs_addresses;
        self
    }

    /// Address that the listener is bound to.
    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// The registry its connections are entered in.
    pub fn connections(&self) -> ConnectionRegistry {
        self.connections.clone()
    }

    /// Its counters.
    pub fn metrics(&self) -> Arc<TransportMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Serves `router` until `shutdown` says stop and every connection has ended, the running requests having had
    /// [`ListenerLimits::finish`] to come to theirs.
    ///
    /// Every request carries a [`Peer`](super::peer::Peer) as an extension. A handler is dropped when its connection ends,
    /// so what must not stop half-way has to run in a task of its own. Bodies are to be read with
    /// [`read_body`](crate::api::body::read_body): no other time limit holds while a request is being answered.
    pub async fn serve(self, router: Router, mut shutdown: ShutdownSignal) {
        let Self { name, socket, local_address, security, limits, connections, logs_addresses, metrics } = self;
        let slots = |max| HandshakeSlots::new(max, limits.max_handshakes_per_address);
        let handshake_slots = slots(limits.max_handshakes);
        let anonymous_slots = match security {
            Security::Tls(_) => slots(limits.max_handshakes),
            Security::Plain => slots(limits.max_connections),
        };
        let mut eviction_logged_at: Option<Instant> = None;
        let finish = limits.finish;
        let context = ListenerContext {
            listener: name,
            logs_addresses,
            limits: Arc::new(limits),
            metrics: Arc::clone(&metrics),
            anonymous_slots,
            connections,
            handshake_log: Arc::default(),
            device_handshake_log: Arc::default(),
            router,
            shutdown: shutdown.clone(),
        };
        let mut open = JoinSet::new();
        tracing::info!(listener = name, address = %local_address, "listening");

        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.draining() => break,
                Some(ended) = open.join_next(), if !open.is_empty() => {
                    log_panic(name, &metrics, ended);
                    continue;
                }
                accepted = socket.accept() => accepted,
            };
            let (socket, remote_address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    metrics.count_accept_error();
                    if !is_of_one_connection(&error) {
                        tracing::warn!(listener = name, %error, "cannot accept a connection, trying again");
                        time::sleep(PAUSE_AFTER_ACCEPT_ERROR).await;
                    }
                    continue;
                }
            };
            metrics.count_accepted();
            let logged_address = context.logged(remote_address).map(tracing::field::display);
            tracing::debug!(listener = name, remote_address = logged_address, "accepted");
            let guard = metrics.count_open();
            let secured = match &security {
                Security::Tls(current) => {
                    let (slot, evicted) = handshake_slots.acquire(remote_address);
                    if evicted.is_some() && eviction_logged_at.is_none_or(|at| at.elapsed() >= EVICTION_LOG_INTERVAL) {
                        eviction_logged_at = Some(Instant::now());
                        tracing::warn!(listener = name, "too many handshakes at once, the oldest make way");
                    }
                    Some((current.clone(), slot))
                }
                Security::Plain => None,
            };
            let context = context.clone();
            open.spawn(async move {
                let _guard = guard;
                serve(socket, remote_address, secured, context).await;
            });
        }

        // Nobody shall wait in a queue that is not served any more.
        drop(socket);
        tracing::info!(listener = name, open = open.len(), "stopped accepting");
        let all_ended = async {
            while let Some(ended) = open.join_next().await {
                log_panic(name, &metrics, ended);
            }
        };
        tokio::select! {
            () = all_ended => {}
            () = shutdown.aborting() => tracing::warn!(listener = name, "told to hurry, open connections dropped"),
            () = time::sleep(finish) => tracing::warn!(listener = name, "time to finish is over, open connections dropped"),
        }
        open.shutdown().await;
    }
}

async fn serve(
    socket: TcpStream,
    remote_address: SocketAddr,
    secured: Option<(watch::Receiver<ServerTls>, HandshakeSlot)>,
    context: ListenerContext,
) {
    // Answers are small and complete: waiting for more to send only delays them. Failing means the peer is gone already.
    let _ = socket.set_nodelay(true);
    match secured {
        Some((current, slot)) => serve_tls(socket, remote_address, current, slot, context).await,
        None => serve_plain(socket, remote_address, context).await,
    }
}

fn log_panic(name: &'static str, metrics: &TransportMetrics, ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        metrics.count_panicked();
        tracing::error!(listener = name, "a connection ended in a panic: this is a defect, please report it");
    }
}

/// Reports whether an accept error concerns only the connection that was about to be accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
