//! The accept loop.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use prometheus_client::registry::Registry;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time;

use super::connection::{serve_plain, serve_tls};
use super::connection_registry::ConnectionRegistry;
use super::forwarded::serve_forwarded;
use super::handshake::Arrival;
use super::handshake_slots::{HandshakeSlot, HandshakeSlots};
use super::listener_context::ListenerContext;
use super::log_pace::LogPace;
use crate::transport::http::limits::ListenerLimits;
use crate::transport::http::shutdown::ShutdownSignal;
use crate::transport::metrics::{MetricFamilies, TransportMetrics};
use crate::transport::proxy_protocol::header::canonical;
use crate::transport::proxy_protocol::listed_peers::ListedPeers;
use crate::transport::tls::ServerTls;

/// Pause after an accept error, so that the loop does not spin while the process is out of file descriptors.
const PAUSE_AFTER_ACCEPT_ERROR: Duration = Duration::from_millis(100);

/// Security of a listener: TLS or plain text.
#[derive(Debug, Clone)]
pub enum Security {
    /// A connection uses the configuration that is in the channel when it is accepted, and keeps it. A reload sends new certificates to
    /// the channel.
    Tls(watch::Receiver<ServerTls>),
    /// For monitoring on the loopback interface only.
    Plain,
}

impl Security {
    /// TLS that never changes.
    pub fn fixed(tls: ServerTls) -> Self {
        // A receiver keeps the last value after its sender is gone.
        Self::Tls(watch::Sender::new(tls).subscribe())
    }
}

/// Decides whether new connections are served; others are closed at once. Only the demo has one.
#[derive(Clone)]
pub struct ConnectionGate(Arc<dyn Fn() -> bool + Send + Sync>);

impl ConnectionGate {
    /// `admits` is asked once for each connection.
    pub fn new(admits: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(admits))
    }

    fn admits(&self) -> bool {
        (self.0)()
    }
}

impl fmt::Debug for ConnectionGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionGate(…)")
    }
}

/// A bound listener. Clients can connect before it serves; they wait in the operating system's queue.
#[derive(Debug)]
pub struct Listener {
    name: &'static str,
    socket: TcpListener,
    local_address: SocketAddr,
    security: Security,
    limits: ListenerLimits,
    connections: ConnectionRegistry,
    logs_addresses: bool,
    listed_peers: ListedPeers,
    metrics: Arc<TransportMetrics>,
    gate: Option<ConnectionGate>,
}

impl Listener {
    /// Binds `address` (port 0: any free one). `name` is for log lines.
    ///
    /// # Errors
    /// The operating system's error, for example if the address is in use or the port needs more permissions.
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
            listed_peers: ListedPeers::default(),
            metrics: MetricFamilies::new(&mut Registry::default()).of_listener(name),
            gate: None,
        })
    }

    /// Sets a registry that this listener shares with others.
    #[must_use]
    pub fn with_connections(mut self, connections: ConnectionRegistry) -> Self {
        self.connections = connections;
        self
    }

    /// Counts in these metrics instead of its own.
    #[must_use]
    pub fn with_metrics(mut self, metrics: &MetricFamilies) -> Self {
        self.metrics = metrics.of_listener(self.name);
        self
    }

    /// Sets whether remote addresses are logged; by default they are.
    #[must_use]
    pub fn with_logged_addresses(mut self, logs_addresses: bool) -> Self {
        self.logs_addresses = logs_addresses;
        self
    }

    /// Sets the load balancers that begin each connection with a PROXY header; by default there are none. A listener without TLS expects
    /// no header from them.
    #[must_use]
    pub fn with_listed_peers(mut self, listed_peers: ListedPeers) -> Self {
        self.listed_peers = listed_peers;
        self
    }

    /// Sets a gate for new connections; by default there is none.
    #[must_use]
    pub fn with_gate(mut self, gate: Option<ConnectionGate>) -> Self {
        self.gate = gate;
        self
    }

    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    pub fn connections(&self) -> ConnectionRegistry {
        self.connections.clone()
    }

    pub fn metrics(&self) -> Arc<TransportMetrics> {
        Arc::clone(&self.metrics)
    }

    /// Serves `router` until `shutdown` starts and every connection has ended; running requests get [`ListenerLimits::finish`] to end.
    ///
    /// Every request has a [`Peer`](super::peer::Peer) as an extension. A handler is dropped when its connection ends, so work that must
    /// not stop half-way runs in a task of its own. Handlers read bodies with [`read_body`](crate::api::body::read_body), which has the
    /// only time limit during a request.
    pub async fn serve(self, router: Router, mut shutdown: ShutdownSignal) {
        let Self {
            name,
            socket,
            local_address,
            security,
            limits,
            connections,
            logs_addresses,
            listed_peers,
            metrics,
            gate,
        } = self;
        let slots = |max| HandshakeSlots::new(max, limits.max_handshakes_per_address);
        let handshake_slots = slots(limits.max_handshakes);
        // All clients of a load balancer have its address until the header is read.
        let header_slots = HandshakeSlots::new(limits.max_handshakes, limits.max_handshakes);
        let anonymous_slots = match security {
            Security::Tls(_) => slots(limits.max_handshakes),
            Security::Plain => slots(limits.max_connections),
        };
        let finish = limits.finish;
        let context = ListenerContext {
            listener: name,
            logs_addresses,
            limits: Arc::new(limits),
            metrics: Arc::clone(&metrics),
            handshake_slots,
            anonymous_slots,
            connections,
            handshake_log: Arc::default(),
            device_handshake_log: Arc::default(),
            eviction_log: Arc::new(LogPace::once_a_minute()),
            router,
            shutdown: shutdown.clone(),
        };
        let mut open = JoinSet::new();
        let proxy_protocol_from = (!listed_peers.is_empty()).then(|| tracing::field::display(&listed_peers));
        tracing::info!(listener = name, address = %local_address, proxy_protocol_from, "listening");

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
                    metrics.accept_errors.inc();
                    if !is_of_one_connection(&error) {
                        tracing::warn!(listener = name, %error, "cannot accept a connection, retrying in 100 ms: is the limit of open files reached?");
                        time::sleep(PAUSE_AFTER_ACCEPT_ERROR).await;
                    }
                    continue;
                }
            };
            let remote_address = canonical(remote_address);
            metrics.accepted.inc();
            if gate.as_ref().is_some_and(|gate| !gate.admits()) {
                continue;
            }
            let logged_address = context.logged(remote_address).map(tracing::field::display);
            tracing::debug!(listener = name, remote_address = logged_address, "accepted");
            let guard = metrics.count_open();
            let first_step = match &security {
                Security::Tls(current) if listed_peers.contains(remote_address.ip()) => {
                    FirstStep::ProxyHeader(current.clone(), context.take_slot(&header_slots, remote_address))
                }
                Security::Tls(current) => {
                    FirstStep::Handshake(current.clone(), context.take_slot(&context.handshake_slots, remote_address))
                }
                Security::Plain => FirstStep::Request,
            };
            let context = context.clone();
            open.spawn(async move {
                let _guard = guard;
                serve(socket, remote_address, first_step, context).await;
            });
        }

        // Clients in the queue get a refusal at once and do not wait.
        drop(socket);
        tracing::info!(listener = name, open = open.len(), "stopped accepting");
        let all_ended = async {
            while let Some(ended) = open.join_next().await {
                log_panic(name, &metrics, ended);
            }
        };
        tokio::select! {
            () = all_ended => {}
            () = shutdown.aborting() => tracing::warn!(listener = name, "second stop signal, dropping open connections"),
            () = time::sleep(finish) => tracing::warn!(listener = name, "requests did not finish in time, dropping open connections"),
        }
        open.shutdown().await;
    }
}

/// First step of a connection, and the slot that the connection holds meanwhile.
enum FirstStep {
    ProxyHeader(watch::Receiver<ServerTls>, HandshakeSlot),
    Handshake(watch::Receiver<ServerTls>, HandshakeSlot),
    Request,
}

async fn serve(socket: TcpStream, remote_address: SocketAddr, first_step: FirstStep, context: ListenerContext) {
    // Responses are written in one piece, so Nagle's algorithm would only delay them. An error means that the peer has left.
    let _ = socket.set_nodelay(true);
    let deadline = time::Instant::now() + context.limits.handshake;
    match first_step {
        FirstStep::ProxyHeader(current, slot) => {
            serve_forwarded(socket, remote_address, deadline, (current, slot), context).await;
        }
        FirstStep::Handshake(current, slot) => {
            let arrival = Arrival { remote_address, is_forwarded: false, deadline };
            serve_tls(socket, arrival, current, slot, context).await;
        }
        FirstStep::Request => serve_plain(socket, remote_address, context).await,
    }
}

fn log_panic(name: &'static str, metrics: &TransportMetrics, ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        metrics.panicked.inc();
        tracing::error!(listener = name, "connection task panicked: this is a defect of the gateway, please report it");
    }
}

/// Reports whether an accept error concerns one connection only.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}
