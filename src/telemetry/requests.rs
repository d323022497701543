//! Log line and metrics of each request.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument;

use super::metrics::{Metrics, RequestLabels};
use crate::api::problem::ProblemType;
use crate::transport::accept::peer::{Admission, Peer};

/// Header of every response with which an administrator finds the request in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Load balancers poll this route every second.
const POLLED_ROUTE: &str = "/readyz";

/// State of the request observer of one listener.
#[derive(Clone)]
pub struct RequestObserver {
    metrics: Arc<Metrics>,
    listener: &'static str,
    ids: RequestIds,
}

impl RequestObserver {
    pub fn new(metrics: Arc<Metrics>, listener: &'static str) -> Self {
        Self { metrics, listener, ids: RequestIds::default() }
    }
}

/// Unique identifiers that do not reveal the number of requests. They protect nothing, so the hasher's random key is good enough.
#[derive(Clone, Default)]
struct RequestIds {
    next: Arc<AtomicU64>,
    key: RandomState,
}

impl RequestIds {
    fn next(&self) -> String {
        format!("{:016x}", self.key.hash_one(self.next.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Identifier of a request, as an extension of the request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Counts and logs each request by its route as declared, never by its path: paths contain identifiers.
pub async fn observe_request(State(observer): State<RequestObserver>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("(none)".to_owned(), |path| path.as_str().to_owned());
    let peer = request.extensions().get::<Peer>().cloned();
    let request_id = observer.ids.next();
    request.extensions_mut().insert(RequestId(request_id.clone()));
    // Other log lines about the request carry the id too.
    let span = tracing::info_span!("request", id = request_id);
    let mut response = next.run(request).instrument(span).await;
    let elapsed = started.elapsed();
    let status = response.status();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let line = RequestLine {
        listener: observer.listener,
        method,
        route: &route,
        status,
        problem: response.extensions().get::<ProblemType>().map(|problem| problem.0),
        request_id: &request_id,
        milliseconds: (elapsed.as_secs_f64() * 10_000.0).round() / 10.0,
    };
    line.write(peer.as_ref());
    let labels = RequestLabels { listener: observer.listener, method, route, status: status.as_u16() };
    observer.metrics.count_request(labels, elapsed.as_secs_f64());
    response
}

struct RequestLine<'a> {
    listener: &'static str,
    method: &'static str,
    route: &'a str,
    status: StatusCode,
    problem: Option<&'static str>,
    request_id: &'a str,
    milliseconds: f64,
}

impl RequestLine<'_> {
    fn write(&self, peer: Option<&Peer>) {
        let Self { listener, method, route, status, problem, request_id, milliseconds } = *self;
        let status = status.as_u16();
        let device = peer.and_then(Peer::device_id).map(tracing::field::display);
        // For a caller with a certificate the device id is enough.
        let is_anonymous = peer.is_some_and(|peer| peer.certificate().is_none());
        let remote_address = peer.filter(|_| is_anonymous).and_then(Peer::logged_address).map(tracing::field::display);
        let is_refused =
            |peer: &Peer| matches!(peer.admission(), Admission::NoCertificate | Admission::CertificateRejected(_));
        if peer.is_some_and(is_refused) {
            // Any client can send such requests at any rate: they are counted, but must not fill the log.
            tracing::debug!(
                listener,
                remote_address,
                method,
                route,
                status,
                problem,
                request_id,
                milliseconds,
                "request without an accepted certificate"
            );
        } else if is_anonymous && route == POLLED_ROUTE {
            tracing::debug!(listener, remote_address, method, route, status, request_id, milliseconds, "request");
        } else {
            tracing::info!(
                listener,
                device,
                remote_address,
                method,
                route,
                status,
                problem,
                request_id,
                milliseconds,
                "request"
            );
        }
    }
}

/// Name of a method. Methods without a route count as "other", so that clients cannot create labels.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
