//! Problems that many operations have: exactly the operations that are described with a problem answer it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Frame;
use lichtbild::api::openapi::DescribedListener;
use lichtbild::identity::key::DeviceKey;
use lichtbild::transport::accept::peer::{Admission, Peer, PeerCertificate};
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use serde_json::json;

use super::described_operation::{Callers, DescribedOperation, problem_type};
use crate::support::enrolment::{EST, WRONG_CODE, basic_authorization, certificate};
use crate::support::router_client::{RouterClient, idempotency_key, peer, send, send_as_it_is};
use crate::support::test_gateway::{DAY, HOUR, TestGateway};

/// Problems that these tests compare at every operation.
pub(super) const AT_EVERY_OPERATION: [&str; 20] = [
    "auditors-only",
    "body-cut",
    "certificate-expired",
    "certificate-missing",
    "certificate-superseded",
    "certificate-unusable",
    "device-is-auditors",
    "device-revoked",
    "device-unknown",
    "format-unsupported",
    "office-suspended",
    "photo-too-large",
    "request-malformed",
    "request-too-large",
    "storage-unavailable",
    "studio-suspended",
    "too-many-connections",
    "too-many-requests",
    "transfer-coding-unsupported",
    "upload-too-slow",
];

/// Compares the answer of every operation with its description.
async fn compare(kind: &str, gateway: &TestGateway, request: impl Fn(&DescribedOperation) -> (request::Builder, Body)) {
    assert!(AT_EVERY_OPERATION.contains(&kind));
    let mut answered = 0;
    for operation in DescribedOperation::all() {
        let (head, body) = request(&operation);
        let request = head.body(body).unwrap();
        let answer = match kind {
            // `send` adds `Host`.
            "request-malformed" => send_as_it_is(&gateway.router(operation.kind()), request).await,
            _ => send(&gateway.router(operation.kind()), request).await,
        };
        let is_answered = problem_type(&answer).as_deref() == Some(kind);
        let is_described = operation.problems().contains(kind);
        assert_eq!(is_answered, is_described, "{kind}: {}: {answer:?}", operation.place());
        answered += usize::from(is_answered);
    }
    assert!(answered > 0, "{kind}");
}

/// A request with all that is read before its body, and with a body that leads to the database.
fn complete(operation: &DescribedOperation, peer: Peer) -> (request::Builder, Body) {
    let mut head = operation.request(peer, "");
    for (name, value) in [("Idempotency-Key", idempotency_key(1)), ("Retrieval-Code", WRONG_CODE.to_owned())] {
        if operation.parameters("header").contains(name) {
            head = head.header(name, value);
        }
    }
    let certificate_request = || STANDARD.encode(DeviceKey::generate().unwrap().to_request().unwrap());
    let body = match operation.id() {
        "lookUpInvitation" => json!({ "lookup": "0".repeat(64), "nonce": "0".repeat(64) }).to_string(),
        "enrolDevice" => {
            let device = "01a20297-4dc0-7fe2-bb16-ceb27bf086c4";
            head = head.header("authorization", basic_authorization(device, WRONG_CODE));
            certificate_request()
        }
        "renewCertificate" => certificate_request(),
        _ => String::new(),
    };
    if let Some(media_type) = operation.media_type() {
        head = head.header("content-type", media_type);
    }
    (head, Body::from(body))
}

fn within_limit(certificate: Option<&PeerCertificate>) -> Peer {
    peer(certificate.cloned(), Admission::WithinLimit)
}

/// The device of the operation's listener, from a studio and an office.
fn own_device<'a>(operation: &DescribedOperation, devices: &'a [RouterClient; 2]) -> Option<&'a PeerCertificate> {
    match operation.listener {
        DescribedListener::Studio => Some(&devices[0].certificate),
        DescribedListener::Office => Some(&devices[1].certificate),
        DescribedListener::Enrolment => None,
    }
}

/// Devices of a studio and of an office, made from one device of each.
async fn devices(gateway: &TestGateway, callers: &Callers, until: std::time::Duration) -> [RouterClient; 2] {
    let until = gateway.now() + until;
    [gateway.device_until(&callers.studio.party, until).await, gateway.device_until(&callers.office.party, until).await]
}

async fn gateway() -> TestGateway {
    TestGateway::with(|setup| {
        setup.limits.enrolments_per_minute = 1_000;
        setup.limits.requests_per_minute = 1_000;
        setup.max_photo_bytes = 100_000;
    })
    .await
}

#[tokio::test]
async fn refusals_of_devices_are_described_where_they_are_answered() {
    let gateway = gateway().await;
    let callers = Callers::new(&gateway).await;
    let unknown = PeerCertificate::new(b"unknown".to_vec().into());
    let is_of_device = |operation: &DescribedOperation| operation.listener != DescribedListener::Enrolment;
    compare("device-unknown", &gateway, |operation| {
        complete(operation, within_limit(is_of_device(operation).then_some(&unknown)))
    })
    .await;
    let revoked = devices(&gateway, &callers, DAY).await;
    for device in &revoked {
        gateway.revoke(device).await;
    }
    let of = |devices: &[RouterClient; 2]| {
        let devices = devices.clone();
        move |operation: &DescribedOperation| complete(operation, within_limit(own_device(operation, &devices)))
    };
    compare("device-revoked", &gateway, of(&revoked)).await;
    let superseded = devices(&gateway, &callers, 30 * DAY).await;
    for device in &superseded {
        renew_until_it_ends(&gateway, device).await;
    }
    compare("certificate-superseded", &gateway, of(&superseded)).await;
    let expired = devices(&gateway, &callers, DAY).await;
    gateway.advance(DAY);
    compare("certificate-expired", &gateway, of(&expired)).await;
    compare("device-is-auditors", &gateway, |operation| match operation.listener {
        DescribedListener::Office => complete(operation, within_limit(Some(&callers.auditor.certificate))),
        _ => complete(operation, callers.of(operation)),
    })
    .await;
    compare("auditors-only", &gateway, |operation| match operation.listener {
        DescribedListener::Office => complete(operation, within_limit(Some(&callers.office.certificate))),
        _ => complete(operation, callers.of(operation)),
    })
    .await;
    let parties = [callers.studio.clone(), callers.office.clone()];
    for device in &parties {
        gateway.set_suspended(&device.party, true).await;
    }
    // On the enrolment listener the party is that of a code (`own_problems`).
    for (kind, listener) in
        [("studio-suspended", DescribedListener::Studio), ("office-suspended", DescribedListener::Office)]
    {
        let operations = DescribedOperation::all().into_iter().filter(|operation| operation.listener == listener);
        for operation in operations {
            let (head, body) = complete(&operation, within_limit(own_device(&operation, &parties)));
            let answer = send(&gateway.router(operation.kind()), head.body(body).unwrap()).await;
            let is_answered = problem_type(&answer).as_deref() == Some(kind);
            assert_eq!(is_answered, operation.problems().contains(kind), "{}: {answer:?}", operation.place());
        }
    }
}

/// Has the device renew its certificate until the first one is no longer accepted.
async fn renew_until_it_ends(gateway: &TestGateway, device: &RouterClient) {
    let mut newest = device.clone();
    for _ in 0..4 {
        let key = DeviceKey::generate().unwrap();
        let request = newest.request(axum::http::Method::POST, &format!("{EST}/simplereenroll"));
        let request = request.header("content-type", "application/pkcs10");
        let answer = newest.send(request.body(Body::from(STANDARD.encode(key.to_request().unwrap()))).unwrap()).await;
        newest = device.presenting(PeerCertificate::new(certificate(&answer).into()));
        gateway.advance(HOUR);
    }
}

#[tokio::test]
async fn refusals_before_authentication_are_described_where_they_are_answered() {
    let gateway = gateway().await;
    let callers = Callers::new(&gateway).await;
    compare("request-malformed", &gateway, |operation| (operation.request(callers.of(operation), ""), Body::empty()))
        .await;
    compare("transfer-coding-unsupported", &gateway, |operation| {
        (operation.request(callers.of(operation), "").header("transfer-encoding", "gzip"), Body::empty())
    })
    .await;
    compare("too-many-connections", &gateway, |operation| {
        let certificate = callers.of(operation).certificate().cloned();
        complete(operation, peer(certificate, Admission::OverLimit))
    })
    .await;
    let rejected = Admission::CertificateRejected(CertificateFault::UnknownIssuer);
    for (kind, admission) in [("certificate-missing", Admission::NoCertificate), ("certificate-unusable", rejected)] {
        compare(kind, &gateway, |operation| match operation.listener {
            DescribedListener::Office => complete(operation, peer(None, admission)),
            _ => complete(operation, callers.of(operation)),
        })
        .await;
    }
}

#[tokio::test]
async fn a_rate_limit_is_described_where_it_applies() {
    let gateway = TestGateway::with(|setup| {
        setup.limits.enrolments_per_minute = 1;
        setup.limits.requests_per_minute = 1;
    })
    .await;
    let callers = Callers::new(&gateway).await;
    // Readers of the explanations without a certificate are limited.
    let caller = |operation: &DescribedOperation| match operation.path.starts_with("/problems/") {
        true => within_limit(None),
        false => callers.of(operation),
    };
    for operation in DescribedOperation::all() {
        let (head, body) = complete(&operation, caller(&operation));
        send(&gateway.router(operation.kind()), head.body(body).unwrap()).await;
    }
    compare("too-many-requests", &gateway, |operation| complete(operation, caller(operation))).await;
}

#[tokio::test]
async fn a_missing_database_is_described_where_it_is_needed() {
    let gateway = gateway().await;
    let callers = Callers::new(&gateway).await;
    gateway.store.close().await;
    compare("storage-unavailable", &gateway, |operation| complete(operation, callers.of(operation))).await;
}

/// A body whose client breaks the connection.
struct BrokenBody;

impl hyper::body::Body for BrokenBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

#[tokio::test]
async fn refusals_of_bodies_are_described_where_a_body_is_read() {
    let gateway = gateway().await;
    let callers = Callers::new(&gateway).await;
    let head = |operation: &DescribedOperation| complete(operation, callers.of(operation)).0;
    compare("body-cut", &gateway, |operation| (head(operation), Body::new(BrokenBody))).await;
    for kind in ["request-too-large", "photo-too-large"] {
        compare(kind, &gateway, |operation| (head(operation), Body::from(vec![b' '; 200_000]))).await;
    }
    compare("format-unsupported", &gateway, |operation| {
        let mut head = head(operation);
        head.headers_mut().unwrap().insert("content-type", "text/plain".parse().unwrap());
        (head, Body::from("text"))
    })
    .await;
    // The reader of the body that notices a cut also notices a slow client.
    for operation in DescribedOperation::all() {
        let problems = operation.problems();
        assert_eq!(problems.contains("upload-too-slow"), problems.contains("body-cut"), "{}", operation.place());
    }
}
