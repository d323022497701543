//! Requests at the listeners with their bodies, and cuts of their connections.

use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use lichtbild::transport::accept::peer::Peer;
use serde::{Deserialize, Serialize};

use super::StoryGateway;

/// One request at a listener.
#[derive(Debug, Clone, Serialize)]
pub struct LoggedRequest {
    pub listener: &'static str,
    pub method: String,
    /// Including the query.
    pub path: String,
    pub referer: Option<String>,
    pub status: u16,
    pub answer_bytes: Option<u64>,
}

/// Moment at which the connection of a request is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutMoment {
    /// Before the gateway sees the request.
    Before,
    /// After the first bytes of its body.
    During,
    /// Before the gateway's answer leaves.
    After,
}

/// Cuts the next request with this method and path.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PlannedCut {
    pub method: String,
    pub path: String,
    pub moment: CutMoment,
}

/// One request that reached a listener, also if it was cut.
struct ReceivedRequest {
    /// Method and path.
    name: String,
    /// Path, headers and the body as far as it came.
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// Requests that reached a story's gateway.
#[derive(Default)]
pub struct RequestLog {
    pub answered: Mutex<Vec<LoggedRequest>>,
    received: Mutex<Vec<ReceivedRequest>>,
    pub cuts: Mutex<Vec<PlannedCut>>,
}

impl RequestLog {
    /// The requests whose head or body contains one of these byte strings.
    pub fn containing(&self, searched: &[Vec<u8>]) -> Vec<String> {
        let received = self.received.lock().unwrap();
        let holds = |bytes: &[u8]| {
            searched.iter().any(|text| !text.is_empty() && bytes.windows(text.len()).any(|window| window == text))
        };
        received
            .iter()
            .filter(|request| holds(&request.bytes.lock().unwrap()))
            .map(|request| request.name.clone())
            .collect()
    }

    fn planned_cut(&self, method: &str, path: &str) -> Option<CutMoment> {
        let mut cuts = self.cuts.lock().unwrap();
        let place = cuts.iter().position(|cut| cut.method == method && cut.path == path)?;
        Some(cuts.remove(place).moment)
    }
}

pub(super) async fn record(
    State((story, listener)): State<(Arc<StoryGateway>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().to_string());
    let referer = text(request.headers(), "referer");
    let cut = story.requests.planned_cut(&method, request.uri().path());
    let connection = request.extensions().get::<Peer>().unwrap().connection().clone();
    let bytes = Arc::new(Mutex::new(format!("{path}\n{:?}\n", request.headers()).into_bytes()));
    story
        .requests
        .received
        .lock()
        .unwrap()
        .push(ReceivedRequest { name: format!("{method} {path}"), bytes: Arc::clone(&bytes) });
    if cut == Some(CutMoment::Before) {
        connection.inject_cut();
        return pending().await;
    }
    let cut_body = (cut == Some(CutMoment::During)).then(|| connection.clone());
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            if let Some(data) = frame.data_ref() {
                bytes.lock().unwrap().extend_from_slice(data);
            }
            if let Some(connection) = &cut_body {
                connection.inject_cut();
            }
            frame
        }))
    });
    let response = next.run(request).await;
    if matches!(cut, Some(CutMoment::During | CutMoment::After)) {
        connection.inject_cut();
        return pending().await;
    }
    let (status, answer_bytes) = (response.status().as_u16(), response.body().size_hint().exact());
    let logged = LoggedRequest { listener, method, path, referer, status, answer_bytes };
    story.requests.answered.lock().unwrap().push(logged);
    response
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
