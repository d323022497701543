//! A listener with a small service behind it, and a client that speaks TLS by rustls and HTTP by hand.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use hyper::body::Frame;
use lichtbild::api::body::{BodyError, BodyLimits, read_body};
use lichtbild::api::caller::alert_programs;
use lichtbild::clock::{ManualClock, Timestamp};
use lichtbild::transport::accept::connection_registry::ConnectionRegistry;
use lichtbild::transport::accept::listener::{Listener, Security};
use lichtbild::transport::accept::peer::Peer;
use lichtbild::transport::http::held_until_sent::HeldUntilSent;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::http::resumable::Resumable;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::metrics::TransportMetrics;
use lichtbild::transport::tls::external_ca::{ExternalCa, RevocationCheck};
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, MissingCertificatePolicy, PemSource, ServerIdentity, ServerTls};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::pki::{Leaf, NOW, TestCa};

/// Much longer than any step here takes, even on a busy machine.
pub const GENEROUS_TIMEOUT: Duration = Duration::from_secs(20);

/// Larger than all buffers between server and client.
pub const LARGE: usize = 64 * 1024 * 1024;

/// A running listener.
pub struct TestListener {
    pub address: SocketAddr,
    pub studio_ca: TestCa,
    pub server_ca: TestCa,
    pub revoked: RevokedCertificates,
    pub connections: ConnectionRegistry,
    pub metrics: Arc<TransportMetrics>,
    pub stop: ShutdownTrigger,
    pub tls: watch::Sender<ServerTls>,
    pub service: Arc<TestServiceState>,
    pub serving: JoinHandle<()>,
}

/// A body with one piece that never ends.
struct OpenEndedBody {
    is_begun: bool,
}

impl HttpBody for OpenEndedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::convert::Infallible>>> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"begun")))))
    }
}

/// Counters of the test service, and the signals that hold its slow request back.
#[derive(Default)]
pub struct TestServiceState {
    served: AtomicUsize,
    pub begun: Notify,
    pub go_on: Notify,
    large_answers: AtomicUsize,
}

/// Value that a large answer needs until it is sent.
struct LargeAnswer(Arc<TestServiceState>);

impl LargeAnswer {
    fn new(state: Arc<TestServiceState>) -> Self {
        state.large_answers.fetch_add(1, Ordering::SeqCst);
        Self(state)
    }
}

impl Drop for LargeAnswer {
    fn drop(&mut self) {
        self.0.large_answers.fetch_sub(1, Ordering::SeqCst);
    }
}

impl TestServiceState {
    pub fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// Large answers that are not sent to their end.
    pub fn large_answers(&self) -> usize {
        self.large_answers.load(Ordering::SeqCst)
    }
}

impl TestListener {
    /// A listener that requires client certificates.
    pub async fn start(limits: ListenerLimits) -> Self {
        Self::start_with(limits, ListenerTrust::StudioCa).await
    }

    pub async fn start_with(limits: ListenerLimits, trust: ListenerTrust) -> Self {
        Self::start_behind(limits, trust, &[]).await
    }

    /// A listener that expects a PROXY header from these peers.
    pub async fn start_behind(limits: ListenerLimits, trust: ListenerTrust, listed: &[&str]) -> Self {
        let (studio_ca, server_ca) = (TestCa::new("Studio CA"), TestCa::new("Server CA"));
        let revoked = RevokedCertificates::default();
        let clock = test_clock();
        let identity = identity_of(&server_ca);
        let studios = trust_in(&studio_ca, &revoked);
        let plain = matches!(trust, ListenerTrust::NoTls);
        let alerts_programs = matches!(trust, ListenerTrust::StudioCaExplainedToBrowsers);
        let tls = match trust {
            ListenerTrust::StudioCa => ServerTls::with_client_certificates(identity, studios, clock).unwrap(),
            ListenerTrust::StudioCaExplained => {
                let studios = studios.with_missing_certificate(MissingCertificatePolicy::Explain);
                ServerTls::with_client_certificates(identity, studios, clock).unwrap()
            }
            ListenerTrust::StudioCaExplainedToBrowsers => {
                let studios = studios.with_missing_certificate(MissingCertificatePolicy::ExplainToBrowsers);
                ServerTls::with_client_certificates(identity, studios, clock).unwrap()
            }
            ListenerTrust::WithExternalCa { ca, next_update } => {
                let list = PemSource::new("foreign.crl", ca.revocation_list(&[], next_update));
                let roots = PemSource::new("foreign.pem", ca.certificate_pem);
                let external = ExternalCa::parse(&roots, &[list], RevocationCheck::Chain).unwrap();
                ServerTls::with_client_certificates(identity, studios.with_external_cas(vec![external]), clock).unwrap()
            }
            ListenerTrust::Anybody | ListenerTrust::NoTls => {
                ServerTls::without_client_certificates(identity, clock).unwrap()
            }
        };
        let tls = watch::Sender::new(tls);
        let security = if plain { Security::Plain } else { Security::Tls(tls.subscribe()) };
        let listener = Listener::bind("test", "127.0.0.1:0".parse().unwrap(), security, limits).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|entry| (*entry).to_owned()).collect();
        let listener = listener.with_listed_peers(listed.try_into().unwrap());
        let (address, metrics) = (listener.local_address(), listener.metrics());
        let connections = listener.connections();
        let (stop, service) = (ShutdownTrigger::new(), Arc::new(TestServiceState::default()));
        let mut router = router(Arc::clone(&service));
        if alerts_programs {
            router = router.layer(middleware::from_fn(alert_programs));
        }
        let serving = tokio::spawn(listener.serve(router, stop.subscribe()));
        Self { address, studio_ca, server_ca, revoked, connections, metrics, stop, tls, service, serving }
    }

    /// TLS settings of a client: all of rustls's features, and this certificate.
    pub fn client(&self, leaf: Option<&Leaf>) -> ClientConfig {
        self.client_with(leaf, aws_lc_rs::default_provider(), rustls::ALL_VERSIONS)
    }

    pub fn client_with(
        &self,
        leaf: Option<&Leaf>,
        provider: CryptoProvider,
        versions: &[&'static rustls::SupportedProtocolVersion],
    ) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.server_ca.certificate_pem.as_bytes()).unwrap()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        match leaf {
            Some(leaf) => {
                let key = PrivateKeyDer::from_pem_slice(leaf.key_pem.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![leaf.der.clone().into()], key).unwrap()
            }
            None => builder.with_no_client_auth(),
        }
    }

    pub async fn connect(&self, config: ClientConfig) -> io::Result<TlsStream<TcpStream>> {
        self.connect_shared(&Arc::new(config)).await
    }

    pub async fn connect_shared(&self, config: &Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
        handshake_over(TcpStream::connect(self.address).await?, config).await
    }

    /// A connection of an ordinary device.
    pub async fn device_connection(&self) -> TlsStream<TcpStream> {
        self.connect(self.client(Some(&self.studio_ca.device()))).await.unwrap()
    }

    /// The error that such a client gets; in TLS 1.3 only its first read shows it.
    pub async fn refusal(&self, config: ClientConfig) -> rustls::Error {
        let error = match self.connect(config).await {
            Err(error) => error,
            Ok(mut stream) => send_raw(&mut stream, "GET / HTTP/1.1").await.expect_err("the client was served"),
        };
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        inner.unwrap_or_else(|| panic!("not a TLS alert but {error:?}")).clone()
    }
}

/// Makes a TLS connection of a TCP connection.
pub async fn handshake_over(tcp: TcpStream, config: &Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::clone(config)).connect(name, tcp).await
}

/// Trust settings of the listener.
pub enum ListenerTrust {
    StudioCa,
    /// The listener accepts a client without a certificate, so that it gets an explanation.
    StudioCaExplained,
    /// It explains to browsers, and alerts programs.
    StudioCaExplainedToBrowsers,
    WithExternalCa {
        ca: Box<TestCa>,
        next_update: Timestamp,
    },
    Anybody,
    NoTls,
}

/// A clock that stands at [`NOW`].
pub fn test_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(NOW))
}

/// A fresh server certificate of this authority.
pub fn identity_of(ca: &TestCa) -> ServerIdentity {
    let server = ca.server();
    let chain = PemSource::new("server.pem", server.certificate_pem);
    ServerIdentity::parse(&chain, &PemSource::new("server.key", server.key_pem)).unwrap()
}

/// Trust in this authority's devices.
pub fn trust_in(ca: &TestCa, revoked: &RevokedCertificates) -> ClientTrust {
    ClientTrust::parse(&PemSource::new("ca.pem", ca.certificate_pem.as_str()), revoked.clone()).unwrap()
}

fn router(state: Arc<TestServiceState>) -> Router {
    let body_limits = BodyLimits { max_bytes: 100, min_bytes_per_second: 50, grace: Duration::from_millis(300) };
    let (count, held, large) = (Arc::clone(&state), Arc::clone(&state), Arc::clone(&state));
    Router::new()
        .route("/", get(|| async { "served" }))
        .route("/address", get(|Extension(peer): Extension<Peer>| async move { peer.remote_address().to_string() }))
        .route("/peer", get(|Extension(peer): Extension<Peer>| async move { describe(&peer) }))
        .route(
            "/large",
            get(|| async move { (Extension(HeldUntilSent::new(LargeAnswer::new(large))), vec![b'x'; LARGE]) }),
        )
        .route("/panic", get(|| async { panic!("on purpose") as &'static str }))
        .route(
            "/slow",
            get(move || async move {
                state.begun.notify_one();
                state.go_on.notified().await;
                "done"
            }),
        )
        .route("/stream", get(|| async { (Extension(Resumable), Body::new(OpenEndedBody { is_begun: false })) }))
        .route("/early", post(|| async { "early" }))
        // Responds at once, and reads the body only after a signal.
        .route(
            "/held",
            post(move |request: Request| async move {
                tokio::spawn(async move {
                    held.go_on.notified().await;
                    describe_body(request, body_limits).await
                });
                "held"
            }),
        )
        .route("/body", post(move |request: Request| async move { describe_body(request, body_limits).await }))
        .layer(middleware::from_fn(move |request: Request, next: middleware::Next| {
            count.served.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }))
}

fn describe(peer: &Peer) -> String {
    let certificate = peer.certificate().map_or("none".to_owned(), |certificate| certificate.sha256().to_string());
    format!("{:?} {certificate}", peer.admission())
}

async fn describe_body(request: Request, limits: BodyLimits) -> String {
    let (parts, body): (_, Body) = request.into_parts();
    let length = parts.headers.get("content-length").map(|value| value.to_str().unwrap().parse().unwrap());
    match read_body(body, &limits, length).await {
        Ok(bytes) => format!("{} bytes", bytes.len()),
        Err(BodyError::TooLarge { .. }) => "too large".to_owned(),
        Err(BodyError::TooSlow { .. }) => "too slow".to_owned(),
        Err(BodyError::Interrupted { .. }) => "cut".to_owned(),
    }
}

/// Sends a request without a body and reads the answer's body.
pub async fn send_raw<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, request_line: &str) -> io::Result<String> {
    stream.write_all(format!("{request_line}\r\nHost: localhost\r\n\r\n").as_bytes()).await?;
    read_response(stream).await
}

/// Reads one answer with a `Content-Length`.
pub async fn read_response<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<String> {
    let read = async {
        let mut reader = BufReader::new(stream);
        let mut length = None;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = Some(value.parse::<usize>().unwrap());
            }
        }
        let mut body = vec![0; length.expect("an answer with a length")];
        reader.read_exact(&mut body).await?;
        Ok(String::from_utf8(body).unwrap())
    };
    time::timeout(GENEROUS_TIMEOUT, read).await.expect("an answer in time")
}

/// Waits until the peer closes the connection, with close_notify or a reset, and returns the duration.
pub async fn wait_until_closed<S: AsyncRead + Unpin>(stream: &mut S) -> Duration {
    let start = time::Instant::now();
    let mut rest = Vec::new();
    let _ = time::timeout(GENEROUS_TIMEOUT, stream.read_to_end(&mut rest)).await.expect("closed in time");
    start.elapsed()
}

/// Waits until `condition` holds, for counters that the other side updates.
pub async fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let poll = async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    };
    time::timeout(GENEROUS_TIMEOUT, poll).await.unwrap_or_else(|_| panic!("waited in vain: {what}"));
}
