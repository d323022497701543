//! A gateway with scripted answers, behind real mutual TLS on loopback; its PKI is made per run.

mod pki;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use lichtbild::clock::{Clock, SystemClock};
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub use self::pki::PkiFault;
use self::pki::make_pki;

/// A scripted answer.
#[derive(Debug, Clone)]
pub enum ScriptedReply {
    /// 201 with the receipt that belongs to key and photo; replayed when the key came before and was stored.
    Receipt,
    /// The photo is stored, and the connection ends before a byte of the answer.
    StoreThenCut,
    /// The connection ends in the middle of the upload.
    CutUpload,
    /// The connection ends in the middle of the answer.
    CutAnswer,
    /// A problem, with `Retry-After` where given.
    Problem(u16, &'static str, Option<&'static str>),
    /// 201 with the receipt, one of its fields replaced.
    ReceiptWithField(&'static str, serde_json::Value),
    /// A text that a gateway would not send.
    Text(u16, &'static str),
}

/// A received upload.
#[derive(Debug, Clone)]
pub struct RecordedUpload {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl RecordedUpload {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn key(&self) -> &str {
        self.header("idempotency-key")
    }
}

#[derive(Default)]
struct FakeGatewayState {
    script: VecDeque<ScriptedReply>,
    seen: Vec<RecordedUpload>,
    stored: Vec<String>,
    profile: Option<serde_json::Value>,
    photos: Vec<serde_json::Value>,
    questions: Vec<String>,
    question_problem: Option<(u16, &'static str)>,
}

pub struct FakeGateway {
    state: Arc<Mutex<FakeGatewayState>>,
    directory: tempfile::TempDir,
}

impl FakeGateway {
    /// Plays `script`, then answers every upload with its receipt.
    pub async fn with_script(script: impl IntoIterator<Item = ScriptedReply>) -> Self {
        Self::with_pki(PkiFault::Sound, script).await
    }

    pub async fn with_pki(pki: PkiFault, script: impl IntoIterator<Item = ScriptedReply>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let acceptor = make_pki(pki, directory.path());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(FakeGatewayState {
            script: script.into_iter().collect(),
            ..FakeGatewayState::default()
        }));
        tokio::spawn(serve(listener, acceptor, Arc::clone(&state)));
        let gateway = Self { state, directory };
        gateway.write_config(&format!("https://{address}"));
        gateway
    }

    /// Adds to the script.
    pub fn extend_script(&self, more: impl IntoIterator<Item = ScriptedReply>) {
        self.state.lock().unwrap().script.extend(more);
    }

    /// Sets the profile that clients get.
    pub fn show_profile(&self, profile: &serde_json::Value) {
        self.state.lock().unwrap().profile = Some(profile.clone());
    }

    /// Removes the profile and returns it.
    pub fn hide_profile(&self) -> Option<serde_json::Value> {
        self.state.lock().unwrap().profile.take()
    }

    /// Sets the photos that clients get, newest first.
    pub fn show_photos(&self, photos: impl IntoIterator<Item = serde_json::Value>) {
        self.state.lock().unwrap().photos = photos.into_iter().collect();
    }

    /// Answers requests about photos with this problem from now on.
    pub fn refuse_questions(&self, status: u16, kind: &'static str) {
        self.state.lock().unwrap().question_problem = Some((status, kind));
    }

    /// URIs of the requests about photos.
    pub fn questions(&self) -> Vec<String> {
        self.state.lock().unwrap().questions.clone()
    }

    /// A `studio.toml`, whose certificates are in the same folder.
    pub fn config(&self) -> PathBuf {
        self.directory.path().join("studio.toml")
    }

    pub fn write_config(&self, gateway: &str) {
        let text =
            format!("gateway = \"{gateway}\"\ncertificate = \"studio.pem\"\nkey = \"studio.key\"\nca = \"ca.pem\"\n");
        std::fs::write(self.config(), text).unwrap();
    }

    /// A directory for photos that lives as long as the gateway.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Every complete upload, in order.
    pub fn uploads(&self) -> Vec<RecordedUpload> {
        self.state.lock().unwrap().seen.clone()
    }
}

/// The code that belongs to a key: the same key always gives the same code.
pub fn code_for(key: &str) -> String {
    let digest = Sha256Digest::of(key.as_bytes());
    RetrievalCode::from_secret(digest.as_bytes()[..12].try_into().unwrap()).reveal()
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<Mutex<FakeGatewayState>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            let stream = match acceptor.accept(stream).into_fallible().await {
                Ok(stream) => stream,
                Err((_, mut tcp)) => {
                    // Reads on, so that the client gets the alert and no reset.
                    let mut rest = [0; 4096];
                    while tcp.read(&mut rest).await.is_ok_and(|read| read > 0) {}
                    return;
                }
            };
            let service = service_fn(|request| answer(request, Arc::clone(&state)));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<Mutex<FakeGatewayState>>) -> io::Result<Response<ScriptedBody>> {
    if request.uri().path() == "/v1/profile" {
        let profile = state.lock().unwrap().profile.clone();
        return Ok(match profile {
            Some(profile) => respond(200, "application/json", profile.to_string()),
            None => respond(404, "text/html", String::new()),
        });
    }
    if let Some(answer) = answer_to_self_test(request.uri().path()) {
        // An answer before the end of the upload would look like a lost connection.
        let _ = request.into_body().collect().await;
        return Ok(answer);
    }
    if request.method() != Method::POST {
        return Ok(answer_about_photos(&request, &state));
    }
    assert_eq!(request.uri().path(), "/v1/photos");
    let cut = || Err(io::Error::other("cut"));
    let reply = state.lock().unwrap().script.pop_front().unwrap_or(ScriptedReply::Receipt);
    let (parts, mut body) = request.into_parts();
    if matches!(reply, ScriptedReply::CutUpload) {
        let _ = body.frame().await;
        return cut();
    }
    let Ok(body) = body.collect().await.map(|whole| whole.to_bytes()) else { return cut() };
    let seen = RecordedUpload { headers: parts.headers, body };
    let key = seen.key().to_owned();
    let receipt = receipt_for(&key, &seen.body);
    let mut state = state.lock().unwrap();
    state.seen.push(seen);
    let json = "application/json";
    match reply {
        ScriptedReply::Receipt => {
            let replayed = state.stored.contains(&key);
            state.stored.push(key);
            let mut response = respond(201, json, receipt.to_string());
            if replayed {
                response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
            }
            Ok(response)
        }
        ScriptedReply::StoreThenCut => {
            state.stored.push(key);
            cut()
        }
        ScriptedReply::CutUpload => cut(),
        ScriptedReply::CutAnswer => {
            state.stored.push(key);
            let mut response = respond(201, json, receipt.to_string());
            response.body_mut().cut_midway = true;
            Ok(response)
        }
        ScriptedReply::Problem(status, kind, retry_after) => {
            let findings = json!([{"check": "format", "severity": "refuse", "measured": "PNG", "limit": "JPEG",
                "message": "Die Datei ist kein JPEG.", "hint": "Als JPEG exportieren."},
                {"check": "dimensions", "severity": "advise", "measured": "1", "limit": "2", "message": "Klein."}]);
            let findings = if kind == "photo-refused" { findings } else { json!([]) };
            let mut response = problem(status, kind, &findings);
            if let Some(value) = retry_after {
                response.headers_mut().insert("retry-after", HeaderValue::from_static(value));
            }
            Ok(response)
        }
        ScriptedReply::ReceiptWithField(field, value) => {
            let mut receipt = receipt;
            receipt[field] = value;
            Ok(respond(201, json, receipt.to_string()))
        }
        ScriptedReply::Text(status, text) => Ok(respond(status, "text/html", text.to_owned())),
    }
}

/// Admits every device and accepts every test photo.
fn answer_to_self_test(path: &str) -> Option<Response<ScriptedBody>> {
    let id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
    let now = SystemClock.now();
    let answer = match path {
        "/v1/me" => json!({"studio": {"studio_id": id, "name": "Foto Koch", "place": "Düsseldorf"}, "device_id": id,
            "certificate_expires_at": now, "time": now}),
        "/v1/photos/check" => json!({}),
        _ => return None,
    };
    Some(respond(200, "application/json", answer.to_string()))
}

/// Photos as the test has set them; other stored ones are available.
fn answer_about_photos(request: &Request<Incoming>, state: &Mutex<FakeGatewayState>) -> Response<ScriptedBody> {
    let mut state = state.lock().unwrap();
    state.questions.push(request.uri().to_string());
    let query = request.uri().query().unwrap_or_default();
    if let Some((status, kind)) = state.question_problem {
        return problem(status, kind, &json!([]));
    }
    let json = "application/json";
    if request.uri().path() == "/v1/photos" {
        let is_wanted = |photo: &&serde_json::Value| {
            !query.contains("state=") || query.contains(&format!("state={}", photo["state"].as_str().unwrap()))
        };
        let photos: Vec<_> = state.photos.iter().filter(is_wanted).collect();
        return respond(200, json, json!({ "photos": photos }).to_string());
    }
    let wanted = request.uri().path().rsplit('/').next().unwrap();
    let shown = state.photos.iter().find(|photo| photo["photo_id"] == wanted).cloned();
    let stored = state.seen.iter().filter(|upload| state.stored.iter().any(|key| key == upload.key()));
    let mut available = stored.map(|upload| photo_in_state(upload, "available"));
    match shown.or_else(|| available.find(|photo| photo["photo_id"] == wanted)) {
        Some(photo) => respond(200, json, photo.to_string()),
        None => problem(404, "photo-unknown", &json!([])),
    }
}

/// The photo of an upload, in a state that a test chooses.
pub fn photo_in_state(upload: &RecordedUpload, state: &str) -> serde_json::Value {
    let receipt = receipt_for(upload.key(), &upload.body);
    json!({"photo_id": receipt["photo_id"], "state": state, "deposited_at": "2026-11-22T09:30:00Z",
        "expires_at": receipt["expires_at"], "bytes": 1, "width": 1, "height": 1, "profile": "p", "findings": []})
}

fn receipt_for(key: &str, photo: &[u8]) -> serde_json::Value {
    // The photo id depends only on the key, like that of a repeated deposit.
    let digest = Sha256Digest::of(key.as_bytes()).to_string();
    let photo_id =
        format!("{}-{}-7{}-8{}-{}", &digest[..8], &digest[8..12], &digest[12..15], &digest[15..18], &digest[18..30]);
    json!({"photo_id": photo_id, "code": code_for(key), "state": "available", "expires_at": "2999-12-31T09:30:00Z",
        "sha256": Sha256Digest::of(photo), "bytes": photo.len(), "width": 1244, "height": 1600, "profile": "de-tr03121",
        "findings": []})
}

fn respond(status: u16, content_type: &'static str, body: String) -> Response<ScriptedBody> {
    let body = ScriptedBody { rest: Some(body.into()), cut_midway: false };
    Response::builder().status(status).header("content-type", content_type).body(body).unwrap()
}

fn problem(status: u16, kind: &str, findings: &serde_json::Value) -> Response<ScriptedBody> {
    let problem =
        json!({"type": kind, "title": "Titel.", "status": status, "detail": "Einzelheit.", "findings": findings});
    respond(status, "application/problem+json", problem.to_string())
}

/// A body that may end in the middle.
struct ScriptedBody {
    rest: Option<Bytes>,
    cut_midway: bool,
}

impl Body for ScriptedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let cut_midway = self.cut_midway;
        Poll::Ready(match self.rest.take() {
            Some(whole) if cut_midway => Some(Ok(Frame::data(whole.slice(..whole.len() / 2)))),
            Some(whole) => Some(Ok(Frame::data(whole))),
            None if cut_midway => Some(Err(io::Error::other("cut"))),
            None => None,
        })
    }
}
