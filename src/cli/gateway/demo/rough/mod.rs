//! `demo --serve --rough`: a sandbox that refuses, stalls and cuts, so that vendors can test how their software repeats requests.
//!
//! The faults are those of real networks and of a gateway under load. A client that repeats a request until it has an answer gets its photo
//! through, with one code.

mod cut_body;
mod plan;
mod report;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use clap::Args;
use http_body_util::BodyExt;

use crate::api::Problem;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint_lines;
use crate::entropy::{Entropy, random_bytes};
use crate::server::faults::FaultInjector;
use crate::storage::deadline::with_deadline;
use crate::telemetry::RequestId;
use crate::transport::accept::listener::ConnectionGate;
use crate::transport::accept::peer::Peer;
use cut_body::{CutAnswerBody, CutRequestBody, CutStreamBody};
use plan::{Fault, FaultKind, FaultPlan, FaultRate};
use report::{FaultReport, FaultyRequest};

/// Pages are for people, who do not repeat requests by a program; monitoring would report a gateway that is not there.
const SPARED_PATHS: [&str; 5] = ["/connect", "/desk", "/problems", "/readyz", "/studio"];

/// Options of the sandbox.
#[derive(Args, Default)]
pub(in crate::cli::gateway) struct RoughArguments {
    #[arg(long, value_name = "RATE", num_args = 0..=1, require_equals = true, default_missing_value = "0.2", requires = "serve")]
    rough: Option<FaultRate>,
    #[arg(long, value_name = "N", requires = "rough")]
    rough_seed: Option<u32>,
    #[arg(long, value_name = "SECONDS", requires = "rough", default_value = "35", hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(1..=120))]
    rough_stall: u16,
}

impl RoughArguments {
    /// The sandbox that the options ask for, if they ask for one.
    pub(super) fn sandbox(&self, entropy: &dyn Entropy) -> Result<Option<Sandbox>, CommandError> {
        let Some(rate) = self.rough else { return Ok(None) };
        let seed = match self.rough_seed {
            Some(seed) => seed,
            None => {
                let random = random_bytes(entropy);
                u32::from_be_bytes(random.map_err(|error| CommandError::plain(error.to_string()))?)
            }
        };
        let longest_stall = Duration::from_secs(u64::from(self.rough_stall));
        let plan = FaultPlan { rate, seed, longest_stall };
        Ok(Some(Sandbox { plan, report: Arc::default() }))
    }
}

/// Faults of one run of the demo.
#[derive(Debug, Clone)]
pub(super) struct Sandbox {
    plan: FaultPlan,
    report: Arc<FaultReport>,
}

impl Sandbox {
    /// Writes rate and seed, with which the run can be repeated.
    pub(super) fn announce(&self) {
        let FaultPlan { rate, seed, .. } = self.plan;
        eprint_lines(phrase!("gateway-rough-serving", rate = rate, seed = seed));
    }

    pub(super) fn write_counts(&self) {
        self.report.write_counts();
    }

    async fn run(self, request: Request, next: Next) -> Response {
        if SPARED_PATHS.iter().any(|path| request.uri().path().starts_with(path)) {
            return next.run(request).await;
        }
        let number = self.report.count_request();
        let peer = request.extensions().get::<Peer>().cloned();
        let (Some(fault), Some(peer)) = (self.plan.of_request(number), peer) else { return next.run(request).await };
        let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
        let request_id = request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone());
        let faulty = FaultyRequest { number, method: request.method().to_string(), route, request_id };
        self.inject(fault, &faulty, &peer, request, next).await
    }

    async fn inject(
        &self,
        Fault { kind, stall, wait }: Fault,
        faulty: &FaultyRequest,
        peer: &Peer,
        request: Request,
        next: Next,
    ) -> Response {
        // A request without a body has no middle.
        let (is_head, has_body) = (request.method() == Method::HEAD, !request.body().is_end_stream());
        if !(kind == FaultKind::CutRequest && has_body) {
            self.report.request_met(kind, faulty);
        }
        match kind {
            FaultKind::GatewayBusy | FaultKind::ConnectionRefused => Problem::GatewayBusy.into_response(),
            FaultKind::StorageUnavailable => Problem::StorageUnavailable.into_response(),
            FaultKind::TooManyRequests => Problem::TooManyRequests { wait }.into_response(),
            FaultKind::Stall => {
                tokio::time::sleep(stall).await;
                // The stall must not use up the time for the database.
                with_deadline(next.run(request)).await
            }
            FaultKind::CutRequest if has_body => {
                let (report, faulty, connection) =
                    (Arc::clone(&self.report), faulty.clone(), peer.connection().clone());
                let on_cut = move || report.request_met(kind, &faulty);
                next.run(request.map(|body| Body::new(CutRequestBody::new(body, connection, on_cut)))).await
            }
            FaultKind::CutRequest => cut_off(peer).await,
            FaultKind::LostAnswer => {
                next.run(request).await;
                cut_off(peer).await
            }
            FaultKind::CutAnswer => {
                let (parts, body) = next.run(request).await.into_parts();
                if !is_head && parts.status.is_success() && body.size_hint().exact().is_none() {
                    return Response::from_parts(parts, Body::new(CutStreamBody::new(body, peer.connection().clone())));
                }
                match body.collect().await {
                    // A problem has no body yet, and the answer to HEAD never has one.
                    Ok(whole) if !is_head && parts.status.is_success() => {
                        let body = CutAnswerBody::new(whole.to_bytes(), peer.connection().clone());
                        Response::from_parts(parts, Body::new(body))
                    }
                    _ => cut_off(peer).await,
                }
            }
        }
    }
}

/// Cuts the connection, which ends this request.
async fn cut_off(peer: &Peer) -> Response {
    peer.connection().inject_cut();
    pending().await
}

impl FaultInjector for Sandbox {
    fn around_handlers(&self, router: Router) -> Router {
        let sandbox = self.clone();
        router.layer(from_fn(move |request, next| sandbox.clone().run(request, next)))
    }

    fn connection_gate(&self, listener: &'static str) -> ConnectionGate {
        let sandbox = self.clone();
        ConnectionGate::new(move || {
            let number = sandbox.report.count_connection();
            let is_refused = sandbox.plan.refuses_connection(number);
            if is_refused {
                sandbox.report.connection_refused(number, listener);
            }
            !is_refused
        })
    }
}
