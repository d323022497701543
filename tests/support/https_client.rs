//! A device with the files of `device add`, as a client of a real gateway.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Url};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::gateway_process::GENEROUS_TIMEOUT;

/// A photo that a gateway with profile `icao-35x45` accepts.
pub const PHOTO: &[u8] = include_bytes!("../../fixtures/portrait-413x531.jpg");

/// Device id, folder and password that `device add` printed.
#[derive(Clone)]
pub struct DeviceFiles {
    pub device_id: String,
    pub folder: PathBuf,
    pub password: String,
}

impl DeviceFiles {
    pub fn new(printed: &Value) -> Self {
        let text = |key: &str| printed[key].as_str().unwrap_or_default().to_owned();
        let certificate = PathBuf::from(text("certificate"));
        Self {
            device_id: text("device_id"),
            folder: certificate.parent().unwrap().to_owned(),
            password: text("p12_password"),
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn tls(&self) -> ClientConfig {
        let read = |name| fs::read(self.file(name)).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&read("gateway-ca.pem")).unwrap()).unwrap();
        let chain = CertificateDer::pem_slice_iter(&read("certificate.pem")).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap();
        ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap()
    }

    /// A client with its own connections.
    pub fn client(&self, url: &str) -> HttpsClient {
        self.client_with_timeout(GENEROUS_TIMEOUT, url)
    }

    pub fn client_with_timeout(&self, timeout: time::Duration, url: &str) -> HttpsClient {
        let http = Client::builder()
            .tls_backend_preconfigured(self.tls())
            .no_proxy()
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .build()
            .unwrap();
        HttpsClient { http, url: url.to_owned() }
    }

    /// A client with this address of its own, which reaches the host of `url` at `balancer`.
    pub fn client_behind(&self, balancer: SocketAddr, own: IpAddr, url: &str) -> HttpsClient {
        let host = Url::parse(url).unwrap().host_str().unwrap().to_owned();
        let http = Client::builder()
            .tls_backend_preconfigured(self.tls())
            .no_proxy()
            .retry(reqwest::retry::never())
            .timeout(GENEROUS_TIMEOUT)
            .local_address(own)
            .resolve(&host, balancer)
            .build()
            .unwrap();
        HttpsClient { http, url: url.to_owned() }
    }

    /// One TLS connection for raw requests.
    pub async fn connect_tls(&self, url: &str) -> io::Result<TlsStream<TcpStream>> {
        self.connect_tls_with(url, TcpSocket::new_v4()?).await
    }

    /// The same over this socket.
    pub async fn connect_tls_with(&self, url: &str, socket: TcpSocket) -> io::Result<TlsStream<TcpStream>> {
        let port = Url::parse(url).unwrap().port().unwrap();
        let connect = async {
            let tcp = socket.connect(([127, 0, 0, 1], port).into()).await?;
            let name = ServerName::try_from("localhost").unwrap();
            TlsConnector::from(Arc::new(self.tls())).connect(name, tcp).await
        };
        time::timeout(GENEROUS_TIMEOUT, connect).await.unwrap()
    }
}

#[derive(Debug)]
pub struct HttpsResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl HttpsResponse {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    /// A field of the JSON, as text.
    pub fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("{field}: {}", self.json())).to_owned()
    }

    /// Status and problem type of a refusal.
    pub fn problem(&self) -> (u16, String) {
        (self.status, self.text("type"))
    }

    pub fn is_replayed(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }

    /// The code of a receipt.
    pub fn code(&self) -> String {
        assert_eq!(self.status, 201, "{}", self.json());
        self.text("code")
    }
}

/// Client for the routes of studios and offices; connections are kept alive.
#[derive(Clone)]
pub struct HttpsClient {
    http: Client,
    url: String,
}

impl HttpsClient {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> reqwest::Result<HttpsResponse> {
        send(self.request(Method::GET, path)).await
    }

    pub async fn deposit(&self, key: &str) -> reqwest::Result<HttpsResponse> {
        self.deposit_bytes(key, PHOTO.to_vec()).await
    }

    pub async fn deposit_bytes(&self, key: &str, photo: impl Into<reqwest::Body>) -> reqwest::Result<HttpsResponse> {
        let request = self.request(Method::POST, "/v1/photos").header("content-type", "image/jpeg");
        send(request.header("idempotency-key", key).body(photo)).await
    }

    pub async fn collect(&self, code: &str) -> reqwest::Result<HttpsResponse> {
        send(self.request(Method::POST, "/v1/collections").json(&json!({ "code": code }))).await
    }

    /// Collects a photo that must be available, and returns the collection's id.
    pub async fn collect_ok(&self, code: &str) -> String {
        let answer = self.collect(code).await.unwrap();
        assert!(matches!(answer.status, 200 | 201), "{}", answer.json());
        answer.text("collection_id")
    }

    pub async fn fetch(&self, collection_id: &str, code: &str) -> reqwest::Result<HttpsResponse> {
        let path = format!("/v1/collections/{collection_id}/photo");
        send(self.request(Method::GET, &path).header("retrieval-code", code)).await
    }

    pub async fn settle(&self, collection_id: &str, outcome: &Value) -> reqwest::Result<HttpsResponse> {
        let path = format!("/v1/collections/{collection_id}/settle");
        send(self.request(Method::POST, &path).json(outcome)).await
    }
}

async fn send(request: RequestBuilder) -> reqwest::Result<HttpsResponse> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok(HttpsResponse { status, headers, body: response.bytes().await?.to_vec() })
}

/// GET without TLS, for the monitoring listener.
pub async fn plain_get(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).await.unwrap();
    let (_, body) = send_raw_request(&mut stream, &format!("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", url.path()))
        .await
        .unwrap();
    String::from_utf8(body).unwrap()
}

/// Sends a raw request and returns status and body of the response.
pub async fn send_raw_request<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    request: &str,
) -> io::Result<(u16, Vec<u8>)> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    read_response(stream).await
}

/// Begins a deposit up to `100 Continue`: the gateway has accepted the caller and waits for the photo.
pub async fn begin_upload<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, key: &str, length: usize) {
    let head = format!(
        "POST /v1/photos HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nIdempotency-Key: {key}\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    );
    assert_eq!(send_raw_request(stream, &head).await.unwrap().0, 100);
}

/// Reads a response with a `Content-Length`.
pub async fn read_response<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<(u16, Vec<u8>)> {
    let read = async {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        Ok((status, body))
    };
    time::timeout(GENEROUS_TIMEOUT, read).await.expect("an answer in time")
}

/// Waits until the peer has closed the connection, and returns how long that took.
pub async fn wait_until_closed<S: AsyncRead + Unpin>(stream: &mut S) -> time::Duration {
    let started = time::Instant::now();
    let _ = time::timeout(GENEROUS_TIMEOUT, stream.read_to_end(&mut Vec::new())).await.expect("closed in time");
    started.elapsed()
}
