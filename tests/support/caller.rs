//! One device that talks to a gateway under test, and what it is answered.

use std::fmt;
use std::sync::OnceLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, request};
use http_body_util::BodyExt;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::Party;
use lichtbild::transport::connections::ConnectionHandle;
use lichtbild::transport::peer::{Admission, Peer, PeerCertificate};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::jpeg::{colour_picture, new_segment, with};

/// A device with its certificate; clones are the same device.
#[derive(Clone)]
pub struct Caller {
    pub party: Party,
    pub device_id: DeviceId,
    pub certificate: PeerCertificate,
    router: Router,
    language: &'static str,
}

impl Caller {
    pub fn new(router: Router, party: Party, device_id: DeviceId, certificate: PeerCertificate) -> Self {
        Self { party, device_id, certificate, router, language: "de" }
    }

    /// The same device with an English reader before it.
    pub fn in_english(&self) -> Self {
        Self { language: "en", ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> request::Builder {
        let peer = peer(Some(self.certificate.clone()), Admission::Within);
        Request::builder().method(method).uri(path).header("accept-language", self.language).extension(peer)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    pub async fn post_text(&self, path: &str, body: String) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    // Studio

    /// Posts bytes with exactly these headers.
    pub async fn post_photo(&self, path: &str, bytes: &[u8], headers: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    pub async fn deposit(&self, bytes: &[u8], key: &str) -> Answer {
        let length = bytes.len().to_string();
        let headers = [("content-type", "image/jpeg"), ("content-length", &length), ("idempotency-key", key)];
        self.post_photo("/v1/photos", bytes, &headers).await
    }

    pub async fn check(&self, bytes: &[u8]) -> Answer {
        self.post_photo("/v1/photos/check", bytes, &[("content-type", "image/jpeg")]).await
    }

    pub async fn photo(&self, photo_id: &str) -> Answer {
        self.get(&format!("/v1/photos/{photo_id}")).await
    }

    pub async fn photos(&self, query: &str) -> Answer {
        self.get(&format!("/v1/photos?{query}")).await
    }

    pub async fn withdraw(&self, photo_id: &str) -> Answer {
        let request = self.request(Method::DELETE, &format!("/v1/photos/{photo_id}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Deposits the photo of this number.
    pub async fn deposited(&self, number: u32) -> Deposit {
        let (bytes, key) = (photo(number), key(number));
        let answer = self.deposit(&bytes, &key).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let receipt = answer.json();
        Deposit { photo_id: text(&receipt["photo_id"]), code: text(&receipt["code"]), bytes, key }
    }

    /// The state that the studio is shown.
    pub async fn state_of(&self, deposit: &Deposit) -> String {
        text(&self.photo(&deposit.photo_id).await.json()["state"])
    }

    // Office

    pub async fn collect(&self, code: &str) -> Answer {
        self.post_json("/v1/collections", &json!({ "code": code })).await
    }

    pub async fn fetch(&self, collection: &str, code: &str) -> Answer {
        self.ask_for_picture(Method::GET, collection, code).await
    }

    pub async fn head(&self, collection: &str, code: &str) -> Answer {
        self.ask_for_picture(Method::HEAD, collection, code).await
    }

    async fn ask_for_picture(&self, method: Method, collection: &str, code: &str) -> Answer {
        let request = self.request(method, &format!("/v1/collections/{collection}/photo"));
        self.send(request.header("retrieval-code", code).body(Body::empty()).unwrap()).await
    }

    pub async fn settle(&self, collection: &str, outcome: &Value) -> Answer {
        self.post_json(&format!("/v1/collections/{collection}/settle"), outcome).await
    }

    pub async fn collections(&self, query: &str) -> Answer {
        self.get(&format!("/v1/collections?{query}")).await
    }

    /// Collects and gives the collection's identifier.
    pub async fn collected(&self, code: &str) -> String {
        let answer = self.collect(code).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        text(&answer.json()["collection_id"])
    }

    /// Collects and fetches the picture.
    pub async fn handed_over(&self, code: &str) -> String {
        let collection = self.collected(code).await;
        let answer = self.fetch(&collection, code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        collection
    }

    /// Collects, fetches and settles.
    pub async fn settled(&self, code: &str, outcome: &Value) -> String {
        let collection = self.handed_over(code).await;
        let answer = self.settle(&collection, outcome).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        collection
    }
}

/// A photo that was taken in.
#[derive(Debug, Clone)]
pub struct Deposit {
    pub photo_id: String,
    pub code: String,
    pub bytes: Vec<u8>,
    pub key: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a whole problem of this kind, and gives its body.
    #[track_caller]
    pub fn refused(&self, status: u16, kind: &str) -> Value {
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

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = &self.body[..self.body.len().min(2000)];
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(body))
    }
}

/// Sends a request to a router as the line would.
pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// Who is at the other end of a connection.
pub fn peer(certificate: Option<PeerCertificate>, admission: Admission) -> Peer {
    Peer::new(([127, 0, 0, 1], 40_000).into(), certificate, ConnectionHandle::default(), admission)
}

/// A small photo, unlike that of any other number.
pub fn photo(number: u32) -> Vec<u8> {
    static PICTURE: OnceLock<Vec<u8>> = OnceLock::new();
    let comment = new_segment(0xFE, format!("picture number {number}").as_bytes());
    with(PICTURE.get_or_init(|| colour_picture(35, 45)), 2, &comment)
}

/// An idempotency key, unlike that of any other number.
pub fn key(number: u32) -> String {
    format!("key-of-the-deposit-{number:06}")
}

/// A string out of JSON.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}")).to_owned()
}
