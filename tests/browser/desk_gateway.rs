//! A gateway in this process behind a real office listener, with two offices and a record of their requests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lichtbild::domain::party::Party;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::listener::{Listener, Security};
use lichtbild::transport::accept::peer::PeerCertificate;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, MissingCertificatePolicy, PemSource, ServerIdentity, ServerTls};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::control_server;
use crate::support::pki::{Leaf, TestCa, new_year};
use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, TestGateway, TestGatewaySetup};

/// Devices at the counters of the offices, under the names that stories use. Stories also get a `stranger`, whose certificate the
/// gateway's CA issued for a device that the gateway does not know. The certificate of `ending` expires in twenty days.
const DEVICES: [(&str, &str); 4] = [
    ("mitte", "Bürgeramt Mitte"),
    ("mitte_2", "Bürgeramt Mitte"),
    ("ending", "Bürgeramt Mitte"),
    ("nord", "Bürgeramt Nord"),
];

/// One request at the office listener.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LoggedRequest {
    pub method: String,
    /// Including the query.
    pub path: String,
    pub referer: Option<String>,
    pub status: u16,
    pub answer_bytes: Option<u64>,
}

pub struct DeskGateway {
    pub gateway: TestGateway,
    pub studio: RouterClient,
    /// Keys are the names in [`DEVICES`].
    pub devices: BTreeMap<&'static str, RouterClient>,
    pub logged_requests: Mutex<Vec<LoggedRequest>>,
    codes: Mutex<Vec<String>>,
    numbers: AtomicU32,
    stop: ShutdownTrigger,
}

impl DeskGateway {
    /// Starts the desk; the second value contains its address and its devices for a story.
    pub async fn open(change: impl FnOnce(&mut TestGatewaySetup)) -> (Arc<Self>, Value) {
        let gateway = TestGateway::with(change).await;
        let studio = gateway.studio("Foto Koch").await;
        let (mut parties, mut devices) = (BTreeMap::<_, Party>::new(), BTreeMap::new());
        let mut keys = BTreeMap::from([("stranger", shown(&office_ca().device()))]);
        for (name, office) in DEVICES {
            if !parties.contains_key(office) {
                parties.insert(office, gateway.office(office).await.party);
            }
            let leaf = office_ca().device();
            let certificate = PeerCertificate::new(leaf.der.clone().into());
            let until = match name {
                "ending" => gateway.now() + 20 * DAY,
                _ => new_year(2119),
            };
            devices.insert(name, gateway.device_with_certificate(&parties[office], certificate, until).await);
            keys.insert(name, shown(&leaf));
        }
        let desk = Arc::new(Self {
            gateway,
            studio,
            devices,
            logged_requests: Mutex::default(),
            codes: Mutex::default(),
            numbers: AtomicU32::new(0),
            stop: ShutdownTrigger::new(),
        });
        let office = desk.serve_office().await;
        let control = control_server::serve(&desk).await;
        let scene = json!({
            "office": format!("https://{office}"),
            "control": format!("http://{control}"),
            "devices": keys,
            "now": desk.gateway.now().to_string(),
        });
        (desk, scene)
    }

    async fn serve_office(self: &Arc<Self>) -> SocketAddr {
        self.serve(server_ca()).await
    }

    /// Serves the same desk with a certificate of a CA that no client trusts.
    pub async fn serve_impostor(self: &Arc<Self>) -> SocketAddr {
        self.serve(&TestCa::new("Somebody Else's CA")).await
    }

    async fn serve(self: &Arc<Self>, authority: &TestCa) -> SocketAddr {
        let roots = PemSource::new("office-ca.pem", office_ca().certificate_pem.as_str());
        let trust = ClientTrust::parse(&roots, RevokedCertificates::default()).unwrap();
        let trust = trust.with_missing_certificate(MissingCertificatePolicy::Explain);
        let server = authority.server();
        let chain = PemSource::new("server.pem", server.certificate_pem);
        let identity = ServerIdentity::parse(&chain, &PemSource::new("server.key", server.key_pem)).unwrap();
        let tls = ServerTls::with_client_certificates(identity, trust, self.gateway.clock.clone()).unwrap();
        let (address, limits) = ("127.0.0.1:0".parse().unwrap(), ListenerLimits::default());
        let listener = Listener::bind("office", address, Security::fixed(tls), limits).await.unwrap();
        let address = listener.local_address();
        let router = self.gateway.router(ListenerKind::Office).layer(from_fn_with_state(Arc::clone(self), record));
        tokio::spawn(listener.serve(router, self.stop.subscribe()));
        address
    }

    /// Runs a control server until the test ends.
    pub async fn serve_plain(router: Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        address
    }

    /// Records a code that must not appear anywhere.
    pub fn remember_code(&self, code: &str) {
        self.codes.lock().unwrap().push(code.to_owned());
    }

    /// All recorded codes.
    pub fn codes(&self) -> Vec<String> {
        self.codes.lock().unwrap().clone()
    }

    /// A new number for each call.
    pub fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    pub fn device(&self, name: &str) -> &RouterClient {
        self.devices.get(name).unwrap_or_else(|| panic!("no device {name}"))
    }
}

async fn record(State(desk): State<Arc<DeskGateway>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().to_string());
    let referer = text(request.headers(), "referer");
    let response = next.run(request).await;
    let (status, answer_bytes) = (response.status().as_u16(), response.body().size_hint().exact());
    desk.logged_requests.lock().unwrap().push(LoggedRequest { method, path, referer, status, answer_bytes });
    response
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn shown(leaf: &Leaf) -> Value {
    json!({ "certificate": leaf.certificate_pem, "key": leaf.key_pem })
}

/// CA of the server certificates in this run.
pub fn server_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| TestCa::new("Server CA"))
}

fn office_ca() -> &'static TestCa {
    static CA: OnceLock<TestCa> = OnceLock::new();
    CA.get_or_init(|| TestCa::new("Office CA"))
}
