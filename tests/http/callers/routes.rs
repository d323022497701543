//! All routes with all kinds of callers.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use hyper::body::Frame;
use lichtbild::domain::party::{DeviceScope, Role};
use lichtbild::server::routes::{ListenerKind, Route, routes};
use lichtbild::transport::accept::peer::{Admission, Peer, PeerCertificate};
use lichtbild::transport::tls::certificate_fault::CertificateFault;

use crate::support::router_client::{RouterClient, RouterResponse, peer, send};
use crate::support::test_gateway::{DAY, TestGateway};

const LISTENERS: [ListenerKind; 4] =
    [ListenerKind::Studio, ListenerKind::Office, ListenerKind::Enrolment, ListenerKind::Ops];
const SOME_ID: &str = "01a20297-4dc0-7fe2-bb16-ceb27bf086c4";
const UNKNOWN: (u16, &str) = (403, "device-unknown");
const MISSING: (u16, &str) = (403, "certificate-missing");

/// A kind of caller.
struct CallerKind {
    name: &'static str,
    peer: Option<Peer>,
    /// Listener of its role.
    listener: Option<ListenerKind>,
    scope: DeviceScope,
    /// Status and problem with which the caller is refused there, if it is.
    refusal: Option<(u16, &'static str)>,
}

impl CallerKind {
    fn expected(&self, route: &Route) -> Option<(u16, &'static str)> {
        if route.path.starts_with("/problems/") || route.path == "/connect/" {
            return self.refusal.filter(|(status, _)| *status == 429);
        }
        match route.listener {
            ListenerKind::Ops | ListenerKind::Enrolment => None,
            ListenerKind::Studio | ListenerKind::Office if self.peer.as_ref().and_then(Peer::certificate).is_none() => {
                Some(MISSING)
            }
            // Its own listener names the problem; other listeners treat the device as unknown. All listeners refuse too many connections.
            listener if self.listener == Some(listener) => self.refusal.or_else(|| self.other_scope(route)),
            _ if self.refusal.is_some_and(|(status, _)| status == 429) => self.refusal,
            _ => Some(UNKNOWN),
        }
    }

    /// Offices' devices collect photos or read the audit log; every device renews its certificate.
    fn other_scope(&self, route: &Route) -> Option<(u16, &'static str)> {
        match (self.scope, route.path.starts_with("/v1/audit/")) {
            _ if route.path.starts_with("/.well-known/") => None,
            _ if matches!(route.path, "/v1/me" | "/v1/openapi.json") => None,
            (DeviceScope::Photos, true) => Some((403, "auditors-only")),
            (DeviceScope::Audit, false) => Some((403, "device-is-auditors")),
            (DeviceScope::Photos, false) | (DeviceScope::Audit, true) => None,
        }
    }
}

async fn caller_kinds(gateway: &TestGateway) -> Vec<CallerKind> {
    let within = |certificate: Option<PeerCertificate>| Some(peer(certificate, Admission::WithinLimit));
    let anonymous = PeerCertificate::new(b"a certificate of the right authority".to_vec().into());
    let scope = DeviceScope::Photos;
    let mut kinds = vec![
        CallerKind { name: "nobody", peer: None, listener: None, scope, refusal: None },
        CallerKind { name: "no certificate", peer: within(None), listener: None, scope, refusal: None },
        CallerKind {
            name: "let in to be told",
            peer: Some(peer(None, Admission::NoCertificate)),
            listener: None,
            scope,
            refusal: None,
        },
        CallerKind { name: "unknown certificate", peer: within(Some(anonymous)), listener: None, scope, refusal: None },
    ];
    let callers = [gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await];
    let suspended = [gateway.studio("Foto Porst").await, gateway.office("Bürgeramt Süd").await];
    for (caller, suspended) in callers.iter().zip(suspended) {
        let (listener, suspension) = match caller.party.role {
            Role::Studio => (ListenerKind::Studio, "studio-suspended"),
            Role::Office => (ListenerKind::Office, "office-suspended"),
        };
        gateway.set_suspended(&suspended.party, true).await;
        let revoked = gateway.device_of(&caller.party).await;
        gateway.revoke(&revoked).await;
        let expired = gateway.device_until(&caller.party, gateway.now() + DAY).await;
        let of = |device: &RouterClient| within(Some(device.certificate.clone()));
        let over_limit = Some(peer(Some(caller.certificate.clone()), Admission::OverLimit));
        for (name, peer, refusal) in [
            ("device in good standing", of(caller), None),
            ("revoked device", of(&revoked), Some((403, "device-revoked"))),
            ("expired certificate", of(&expired), Some((403, "certificate-expired"))),
            ("device of a suspended party", of(&suspended), Some((403, suspension))),
            ("one connection too many", over_limit, Some((429, "too-many-connections"))),
        ] {
            kinds.push(CallerKind { name, peer, listener: Some(listener), scope, refusal });
        }
    }
    let auditor = within(Some(gateway.auditor(&callers[1].party).await.certificate.clone()));
    kinds.push(CallerKind {
        name: "auditor's device",
        peer: auditor,
        listener: Some(ListenerKind::Office),
        scope: DeviceScope::Audit,
        refusal: None,
    });
    gateway.advance(DAY);
    kinds
}

fn request(route: &Route, peer: Option<Peer>, body: Body) -> Request<Body> {
    let path = route.path.replace("{photo_id}", SOME_ID).replace("{collection_id}", SOME_ID).replace("{count}", "1");
    let path = path.replace("{problem_type}", "code-unknown");
    let mut request = Request::builder().method(route.method).uri(path).body(body).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    if route.listener == ListenerKind::Studio {
        mark_as_of_browser(&mut request);
    }
    request
}

/// Without an accepted certificate, programs get an alert in place of the response of the studio listener.
fn mark_as_of_browser(request: &mut Request<Body>) {
    request.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
}

/// A body that the gateway must not read.
struct UnreadableBody;

impl hyper::body::Body for UnreadableBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        panic!("the body of a caller who is refused was read");
    }
}

#[tokio::test]
async fn every_route_serves_its_own_callers_and_refuses_every_other_kind() {
    // All callers have one address.
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 1_000).await;
    let kinds = caller_kinds(&gateway).await;
    let before = gateway.database.contents().await;
    let mut served = 0;
    for listener in LISTENERS {
        let router = gateway.router(listener);
        for route in routes().iter().filter(|route| route.listener == listener) {
            for kind in &kinds {
                let case = format!("{} {} by {}", route.method, route.path, kind.name);
                let Some((status, problem)) = kind.expected(route) else {
                    let answer = send(&router, request(route, kind.peer.clone(), Body::empty())).await;
                    served += 1;
                    if route.path.ends_with("/simpleenroll") {
                        // For this route only the code counts, not the caller.
                        answer.assert_problem(401, "enrolment-credentials-missing");
                        continue;
                    }
                    assert!(!matches!(answer.status, 401 | 403 | 405 | 429 | 500..), "{case}: {answer:?}");
                    continue;
                };
                let answer = send(&router, request(route, kind.peer.clone(), Body::new(UnreadableBody))).await;
                assert_eq!(answer.status, status, "{case}: {answer:?}");
                let is_page = route.path.starts_with("/desk") || route.path.starts_with("/studio");
                if is_page && route.method != "HEAD" {
                    told_on_a_page(&answer, status, problem, &case);
                    continue;
                }
                if route.method == "HEAD" {
                    let media_type = answer.header("content-type");
                    assert!(media_type == "application/problem+json" || media_type.starts_with("text/html"), "{case}");
                    continue;
                }
                answer.assert_problem(status, problem);
                check_headers(&answer, problem);
            }
        }
    }
    // Thirty studio and thirty office routes by one kind each, four routes for auditors and five of the thirty by an auditor;
    // six for enrolment, two revocation lists and four for monitoring by all callers; six explanations of problems and the connect page by
    // all but the two with one connection too many.
    assert_eq!(served, 30 + 30 + (4 + 5) + (6 + 2 + 4) * kinds.len() + (6 + 1) * (kinds.len() - 2));
    // A known device whose renewal was refused left only a row in the audit log.
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
    let rows = gateway.database.audit().await;
    let refused: Vec<_> = rows.iter().filter(|row| row.event == "enrolment.refused").collect();
    assert_eq!(refused.len() as i64, gateway.database.count_events("enrolment.refused").await);
    let with = |reason: &str| refused.iter().filter(|row| row.details["reason"] == reason).count();
    assert_eq!((with("device_revoked"), with("certificate_expired")), (2, 2));
    // On the other role's listener each of these nine is unknown.
    assert_eq!((with("studio_suspended"), with("office_suspended"), with("device_unknown")), (1, 1, 9));
    assert_eq!(refused.len(), 15);
}

/// Checks that clerks see a page with the problem instead of problem+json.
fn told_on_a_page(answer: &RouterResponse, status: u16, problem: &str, case: &str) {
    assert_eq!((answer.status, answer.header("content-type")), (status, "text/html; charset=utf-8"), "{case}");
    assert!(
        String::from_utf8_lossy(&answer.body).contains(&format!("data-problem=\"{problem}\"")),
        "{case}: {answer:?}"
    );
    assert_eq!(answer.header("cache-control"), "no-store", "{case}");
}

fn check_headers(answer: &RouterResponse, problem: &str) {
    let closes = matches!(problem, "device-revoked" | "too-many-connections" | "certificate-missing");
    assert_eq!(answer.header("connection") == "close", closes, "{answer:?}");
    if problem == "too-many-connections" {
        assert_eq!(answer.retry_after_seconds(), 5);
    }
    if problem == "device-revoked" {
        assert_eq!(answer.json()["revoked_at"], "2026-11-22T09:30:00.000Z");
    }
    if problem == "certificate-expired" {
        assert_eq!(answer.json()["expired_at"], "2026-11-23T09:30:00.000Z");
    }
}

/// A client with any certificate.
fn somebody() -> Peer {
    peer(Some(PeerCertificate::new(b"a certificate".to_vec().into())), Admission::WithinLimit)
}

fn known(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).extension(somebody()).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_caller_without_an_accepted_certificate_gets_the_same_refusal_whatever_it_asks_for() {
    let gateway = TestGateway::start().await;
    let routers = [ListenerKind::Studio, ListenerKind::Office].map(|listener| gateway.router(listener));
    let at = gateway.now();
    for (admission, problem) in [
        (Admission::WithinLimit, "certificate-missing"),
        (Admission::NoCertificate, "certificate-missing"),
        (Admission::CertificateRejected(CertificateFault::Expired { at }), "certificate-expired"),
        (Admission::CertificateRejected(CertificateFault::Revoked), "device-revoked"),
        (Admission::CertificateRejected(CertificateFault::NotYetValid { from: at }), "certificate-unusable"),
        (Admission::CertificateRejected(CertificateFault::UnknownIssuer), "certificate-unusable"),
        (Admission::CertificateRejected(CertificateFault::WrongPurpose), "certificate-unusable"),
        (Admission::CertificateRejected(CertificateFault::WeakKey), "certificate-unusable"),
        (Admission::CertificateRejected(CertificateFault::Other), "certificate-unusable"),
    ] {
        for path in ["/", "/desk/", "/v1/photos", "/%00", "/v1/collections", "/.well-known/est/cacerts"] {
            for method in [Method::GET, Method::PUT, Method::OPTIONS, Method::CONNECT] {
                for router in &routers {
                    let request = Request::builder().method(&method).uri(path).extension(peer(None, admission));
                    let mut request = request.body(Body::new(UnreadableBody)).unwrap();
                    mark_as_of_browser(&mut request);
                    let answer = send(router, request).await;
                    if answer.header("content-type").starts_with("text/html") {
                        assert_eq!(path, "/desk/");
                        told_on_a_page(&answer, 403, problem, path);
                    } else {
                        answer.assert_problem(403, problem);
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_route_is_refused_on_every_listener() {
    let gateway = TestGateway::start().await;
    for listener in LISTENERS {
        let router = gateway.router(listener);
        for path in ["/", "/v1", "/v1/photo", "/v1/photos/", "/v1/photos/a/b", "/v2/photos", "/v1/photos/../me", "/%00"]
        {
            for method in [Method::GET, Method::POST, Method::OPTIONS] {
                send(&router, known(method, path)).await.assert_problem(404, "route-unknown");
            }
        }
        // A listener serves only its own routes.
        let own: Vec<_> =
            routes().into_iter().filter(|route| route.listener == listener).map(|route| route.path).collect();
        for route in routes().iter().filter(|route| !own.contains(&route.path)) {
            let answer = send(&router, request(route, Some(somebody()), Body::empty())).await;
            assert_eq!(answer.status, 404, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let gateway = TestGateway::start().await;
    let cases = [
        (ListenerKind::Studio, "PUT", "/v1/photos".to_owned(), vec!["GET", "HEAD", "POST"]),
        (ListenerKind::Studio, "POST", format!("/v1/photos/{SOME_ID}"), vec!["DELETE", "GET", "HEAD"]),
        (ListenerKind::Studio, "DELETE", "/v1/profile".to_owned(), vec!["GET", "HEAD"]),
        (ListenerKind::Office, "DELETE", "/v1/collections".to_owned(), vec!["GET", "HEAD", "POST"]),
        (ListenerKind::Office, "GET", format!("/v1/collections/{SOME_ID}/settle"), vec!["POST"]),
        (ListenerKind::Office, "PUT", format!("/v1/collections/{SOME_ID}/photo"), vec!["GET", "HEAD"]),
        (ListenerKind::Enrolment, "GET", "/v1/invitations/lookup".to_owned(), vec!["POST"]),
        (ListenerKind::Enrolment, "POST", "/.well-known/est/cacerts".to_owned(), vec!["GET", "HEAD"]),
        (ListenerKind::Studio, "GET", "/.well-known/est/simplereenroll".to_owned(), vec!["POST"]),
        (ListenerKind::Ops, "POST", "/healthz".to_owned(), vec!["GET", "HEAD"]),
        (ListenerKind::Ops, "POST", "/metrics".to_owned(), vec!["GET", "HEAD"]),
    ];
    for (listener, method, path, expected) in cases {
        let answer = send(&gateway.router(listener), known(method.parse().unwrap(), &path)).await;
        answer.assert_problem(405, "method-not-allowed");
        let mut allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        allowed.sort_unstable();
        allowed.dedup();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{method} {path}");
    }
}
