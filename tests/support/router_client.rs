//! A device as a client of a gateway in this process.

use std::fmt;
use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, request};
use http_body_util::BodyExt;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::Party;
use lichtbild::transport::accept::connection_handle::ConnectionHandle;
use lichtbild::transport::accept::peer::{Admission, Peer, PeerCertificate};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::api_description::assert_described;
use super::photos::jpeg::{colour_jpeg, new_segment, with_inserted};

/// A device with its certificate; clones are the same device.
#[derive(Clone)]
pub struct RouterClient {
    pub party: Party,
    pub device_id: DeviceId,
    pub certificate: PeerCertificate,
    router: Router,
    language: &'static str,
}

impl RouterClient {
    pub fn new(router: Router, party: Party, device_id: DeviceId, certificate: PeerCertificate) -> Self {
        Self { party, device_id, certificate, router, language: "de" }
    }

    /// The same device with another of its certificates.
    pub fn presenting(&self, certificate: PeerCertificate) -> Self {
        Self { certificate, ..self.clone() }
    }

    /// The same device with English as its language.
    pub fn in_english(&self) -> Self {
        Self { language: "en", ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> request::Builder {
        let peer = peer(Some(self.certificate.clone()), Admission::WithinLimit);
        Request::builder().method(method).uri(path).header("accept-language", self.language).extension(peer)
    }

    pub async fn send(&self, request: Request<Body>) -> RouterResponse {
        send(&self.router, request).await
    }

    pub async fn get(&self, path: &str) -> RouterResponse {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> RouterResponse {
        self.post_text(path, body.to_string()).await
    }

    pub async fn post_text(&self, path: &str, body: String) -> RouterResponse {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    // Studio

    /// Posts bytes with exactly these headers.
    pub async fn post_photo(&self, path: &str, bytes: &[u8], headers: &[(&str, &str)]) -> RouterResponse {
        let request = self.request(Method::POST, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    pub async fn deposit(&self, bytes: &[u8], key: &str) -> RouterResponse {
        let length = bytes.len().to_string();
        let headers = [("content-type", "image/jpeg"), ("content-length", &length), ("idempotency-key", key)];
        self.post_photo("/v1/photos", bytes, &headers).await
    }

    pub async fn check(&self, bytes: &[u8]) -> RouterResponse {
        self.post_photo("/v1/photos/check", bytes, &[("content-type", "image/jpeg")]).await
    }

    pub async fn photo(&self, photo_id: &str) -> RouterResponse {
        self.get(&format!("/v1/photos/{photo_id}")).await
    }

    pub async fn photos(&self, query: &str) -> RouterResponse {
        self.get(&format!("/v1/photos?{query}")).await
    }

    pub async fn withdraw(&self, photo_id: &str) -> RouterResponse {
        let request = self.request(Method::DELETE, &format!("/v1/photos/{photo_id}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Deposits the photo of this number.
    pub async fn deposit_numbered(&self, number: u32) -> DepositedPhoto {
        let (bytes, key) = (photo(number), idempotency_key(number));
        let answer = self.deposit(&bytes, &key).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let receipt = answer.json();
        DepositedPhoto { photo_id: json_string(&receipt["photo_id"]), code: json_string(&receipt["code"]), bytes, key }
    }

    /// The state that the studio is shown.
    pub async fn state_of(&self, deposit: &DepositedPhoto) -> String {
        json_string(&self.photo(&deposit.photo_id).await.json()["state"])
    }

    // Office

    pub async fn collect(&self, code: &str) -> RouterResponse {
        self.post_json("/v1/collections", &json!({ "code": code })).await
    }

    pub async fn fetch(&self, collection: &str, code: &str) -> RouterResponse {
        self.request_photo_bytes(Method::GET, collection, code).await
    }

    pub async fn head(&self, collection: &str, code: &str) -> RouterResponse {
        self.request_photo_bytes(Method::HEAD, collection, code).await
    }

    async fn request_photo_bytes(&self, method: Method, collection: &str, code: &str) -> RouterResponse {
        let request = self.request(method, &format!("/v1/collections/{collection}/photo"));
        self.send(request.header("retrieval-code", code).body(Body::empty()).unwrap()).await
    }

    pub async fn settle(&self, collection: &str, outcome: &Value) -> RouterResponse {
        self.post_json(&format!("/v1/collections/{collection}/settle"), outcome).await
    }

    pub async fn collections(&self, query: &str) -> RouterResponse {
        self.get(&format!("/v1/collections?{query}")).await
    }

    pub async fn collection(&self, collection: &str) -> RouterResponse {
        self.get(&format!("/v1/collections/{collection}")).await
    }

    /// Collects and gives the collection's identifier.
    pub async fn collect_ok(&self, code: &str) -> String {
        let answer = self.collect(code).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        json_string(&answer.json()["collection_id"])
    }

    /// Collects and fetches the picture.
    pub async fn collect_and_fetch(&self, code: &str) -> String {
        let collection = self.collect_ok(code).await;
        let answer = self.fetch(&collection, code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        collection
    }

    /// Collects, fetches and settles.
    pub async fn collect_and_settle(&self, code: &str, outcome: &Value) -> String {
        let collection = self.collect_and_fetch(code).await;
        let answer = self.settle(&collection, outcome).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        collection
    }
}

/// An accepted photo.
#[derive(Debug, Clone)]
pub struct DepositedPhoto {
    pub photo_id: String,
    pub code: String,
    pub bytes: Vec<u8>,
    pub key: String,
}

pub struct RouterResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl RouterResponse {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a complete problem of this type, and returns its body.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        let problem = self.json();
        assert_eq!((&problem["type"], &problem["status"]), (&json!(kind), &json!(status)), "{problem}");
        for sentence in ["title", "detail"] {
            assert!(problem[sentence].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }

    #[track_caller]
    pub fn retry_after_seconds(&self) -> u64 {
        self.header("retry-after").parse().unwrap_or_else(|_| panic!("no Retry-After: {self:?}"))
    }
}

impl fmt::Debug for RouterResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = &self.body[..self.body.len().min(2000)];
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(body))
    }
}

/// Sends a request to a router, with the `Host` that every client adds.
pub async fn send(router: &Router, mut request: Request<Body>) -> RouterResponse {
    request.headers_mut().entry("host").or_insert(HeaderValue::from_static("localhost"));
    send_as_it_is(router, request).await
}

/// Sends a request to a router without adding headers.
pub async fn send_as_it_is(router: &Router, request: Request<Body>) -> RouterResponse {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    assert_described(&method, &path, &parts, &body);
    RouterResponse { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// Makes the peer of a connection.
pub fn peer(certificate: Option<PeerCertificate>, admission: Admission) -> Peer {
    Peer::new(([127, 0, 0, 1], 40_000).into(), certificate, ConnectionHandle::default(), admission)
}

/// A small photo; each number has a different one.
pub fn photo(number: u32) -> Vec<u8> {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let comment = new_segment(0xFE, format!("picture number {number}").as_bytes());
    with_inserted(PICTURE.get_or_init(|| colour_jpeg(35, 45)), 2, &comment)
}

/// An idempotency key; each number has a different one.
pub fn idempotency_key(number: u32) -> String {
    format!("key-of-the-deposit-{number:06}")
}

#[track_caller]
pub fn json_string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}")).to_owned()
}
