//! Operations of the description as requests to a gateway in this process.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, request};
use lichtbild::api::openapi::{DescribedListener, document};
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::{Admission, Peer};
use serde_json::Value;
use strum::VariantArray;

use crate::support::router_client::{RouterClient, RouterResponse, peer, send};
use crate::support::test_gateway::TestGateway;

pub(super) const SOME_ID: &str = "01a20297-4dc0-7fe2-bb16-ceb27bf086c4";

/// One operation of a listener's document.
pub(super) struct DescribedOperation {
    pub(super) listener: DescribedListener,
    pub(super) method: String,
    pub(super) path: String,
    document: Value,
}

impl DescribedOperation {
    /// All operations of all documents.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for listener in DescribedListener::VARIANTS.iter().copied() {
            let document = document(listener);
            for (path, methods) in document["paths"].as_object().unwrap() {
                for method in methods.as_object().unwrap().keys() {
                    let (method, path, document) = (method.clone(), path.clone(), document.clone());
                    all.push(Self { listener, method, path, document });
                }
            }
        }
        all
    }

    pub(super) fn value(&self) -> &Value {
        &self.document["paths"][&self.path][&self.method]
    }

    pub(super) fn id(&self) -> &str {
        self.value()["operationId"].as_str().unwrap()
    }

    /// For messages of assertions.
    pub(super) fn place(&self) -> String {
        format!("{} {} {}", self.listener.name(), self.method, self.path)
    }

    /// Names of the parameters in the query or in the header.
    pub(super) fn parameters(&self, place: &str) -> BTreeSet<String> {
        let parameters = self.value()["parameters"].as_array().unwrap().iter();
        let resolved = parameters.map(|parameter| {
            self.document.pointer(parameter["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap()
        });
        let named = resolved.filter(|parameter| parameter["in"] == place);
        named.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Types of the problems with which the operation refuses requests.
    pub(super) fn problems(&self) -> BTreeSet<String> {
        let answers = self.value()["responses"].as_object().unwrap();
        let refusals = answers.values().filter(|answer| answer["headers"].get("Link").is_some());
        let names = refusals.flat_map(|answer| answer["description"].as_str().unwrap().split(", "));
        names.map(|name| name.trim_matches('`').to_owned()).collect()
    }

    /// The media type of the body.
    pub(super) fn media_type(&self) -> Option<&str> {
        Some(self.value()["requestBody"]["content"].as_object()?.keys().next()?)
    }

    pub(super) fn kind(&self) -> ListenerKind {
        match self.listener {
            DescribedListener::Studio => ListenerKind::Studio,
            DescribedListener::Office => ListenerKind::Office,
            DescribedListener::Enrolment => ListenerKind::Enrolment,
        }
    }

    /// A request from this peer, with this query.
    pub(super) fn request(&self, peer: Peer, query: &str) -> request::Builder {
        let mut path = self.path.clone();
        for (name, value) in
            [("photo_id", SOME_ID), ("collection_id", SOME_ID), ("count", "1"), ("problem_type", "internal")]
        {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        Request::builder().method(self.method.to_uppercase().as_str()).uri(format!("{path}{query}")).extension(peer)
    }

    pub(super) async fn send(&self, gateway: &TestGateway, request: request::Builder) -> RouterResponse {
        send(&gateway.router(self.kind()), request.body(Body::empty()).unwrap()).await
    }
}

/// The devices of a gateway whose requests it serves.
pub(super) struct Callers {
    pub(super) studio: RouterClient,
    pub(super) office: RouterClient,
    pub(super) auditor: RouterClient,
}

impl Callers {
    pub(super) async fn new(gateway: &TestGateway) -> Self {
        let office = gateway.office("Bürgerbüro Mitte").await;
        let auditor = gateway.auditor(&office.party).await;
        Self { studio: gateway.studio("Foto Koch").await, office, auditor }
    }

    /// A caller that the operation serves.
    pub(super) fn of(&self, operation: &DescribedOperation) -> Peer {
        let device = match operation.listener {
            DescribedListener::Studio => Some(&self.studio),
            DescribedListener::Office if operation.path.starts_with("/v1/audit/") => Some(&self.auditor),
            DescribedListener::Office => Some(&self.office),
            DescribedListener::Enrolment => None,
        };
        peer(device.map(|device| device.certificate.clone()), Admission::WithinLimit)
    }
}

/// The type of the problem in an answer, also to HEAD: the header `Link` names it.
pub(super) fn problem_type(answer: &RouterResponse) -> Option<String> {
    let link = answer.header("link").strip_prefix("</problems/")?;
    Some(link.split_once('>')?.0.to_owned())
}
