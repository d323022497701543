//! Pages that explain the types of problems, and the links to them.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use lichtbild::api::Problem;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::{Admission, Peer};
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use lichtbild::wire::problem::{ProblemHelpBody, ProblemHelpListBody, RepeatAdvice};
use strum::VariantNames;

use crate::support::router_client::{RouterClient, RouterResponse, peer, send};
use crate::support::test_gateway::{MINUTE, TestGateway};

const LISTENERS: [ListenerKind; 3] = [ListenerKind::Studio, ListenerKind::Office, ListenerKind::Enrolment];

/// Value of `Link` in a problem of this type.
pub(super) fn link(kind: &str) -> String {
    format!("</problems/{kind}>; rel=\"help\"")
}

fn anonymous() -> Peer {
    peer(None, Admission::NoCertificate)
}

async fn get(
    gateway: &TestGateway,
    listener: ListenerKind,
    path: &str,
    peer: Peer,
    headers: &[(&str, &str)],
) -> RouterResponse {
    let request = Request::builder().uri(path).extension(peer);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(&gateway.router(listener), request.body(Body::empty()).unwrap()).await
}

fn text(answer: &RouterResponse) -> String {
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn every_type_is_explained_on_every_listener_that_links_it_in_both_languages() {
    let gateway = TestGateway::start().await;
    let device = peer(Some(gateway.office("Bürgeramt Mitte").await.certificate.clone()), Admission::WithinLimit);
    for listener in LISTENERS {
        let list = get(&gateway, listener, "/problems/", device.clone(), &[("accept", "application/json")]).await;
        let page = text(&get(&gateway, listener, "/problems/", device.clone(), &[]).await);
        assert!(page.contains("aria-current=\"page\""), "{page}");
        let list: ProblemHelpListBody = serde_json::from_slice(&list.body).unwrap();
        for kind in Problem::VARIANTS {
            let path = format!("/problems/{kind}");
            let json = [("accept", "application/json"), ("accept-language", "de")];
            let german = get(&gateway, listener, &path, device.clone(), &json).await;
            assert_eq!(german.header("content-type"), "application/json");
            let german: ProblemHelpBody = serde_json::from_slice(&german.body).unwrap();
            assert_eq!(list.problems.iter().filter(|problem| **problem == german).count(), 1, "{kind}");
            let english = get(&gateway, listener, &path, device.clone(), &[("accept-language", "en")]).await;
            let page = text(&english);
            assert!(page.contains(kind) && page.contains(&german.status.to_string()), "{page}");
            // The style names the attribute without a value.
            assert!(!page.contains("aria-current=\"page\""), "{page}");
            assert!(!page.contains(&german.remedy) && page.contains("<h2>Remedy</h2>"), "{page}");
        }
    }
}

/// The lists of docs/api.md, from which vendors write their loops.
#[tokio::test]
async fn what_can_be_repeated_is_the_same_in_the_explanations_and_in_the_manual() {
    let gateway = TestGateway::start().await;
    let list = get(&gateway, ListenerKind::Office, "/problems/", anonymous(), &[("accept", "application/json")]).await;
    let list: ProblemHelpListBody = serde_json::from_slice(&list.body).unwrap();
    for (advice, heading) in [(RepeatAdvice::Now, "(`now`):"), (RepeatAdvice::Later, "(`later`):")] {
        let with_it = list.problems.iter().filter(|problem| problem.repeat == advice);
        let explained: BTreeSet<_> = with_it.map(|problem| problem.kind.as_str()).collect();
        let manual = include_str!("../../../docs/api.md").split(heading).nth(1).unwrap();
        let sentence = manual.split("\n- ").next().unwrap();
        let named: BTreeSet<_> = sentence.split('`').skip(1).step_by(2).collect();
        assert_eq!(explained, named);
    }
    for problem in &list.problems {
        let waits = [429, 503].contains(&problem.status);
        assert!(!waits || problem.repeat != RepeatAdvice::Never, "{} has Retry-After", problem.kind);
    }
}

#[tokio::test]
async fn every_kind_of_answer_that_is_a_problem_links_its_explanation() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let device = peer(Some(office.certificate.clone()), Admission::WithinLimit);
    for (listener, path, kind) in [
        (ListenerKind::Studio, "/v1/photos", "device-unknown"),
        (ListenerKind::Office, "/v1/collections?limit=x", "request-malformed"),
        (ListenerKind::Enrolment, "/v2", "route-unknown"),
        // A page for clerks.
        (ListenerKind::Office, "/desk/nowhere", "route-unknown"),
    ] {
        let answer = get(&gateway, listener, path, device.clone(), &[]).await;
        assert_eq!(answer.header("link"), link(kind), "{answer:?}");
    }
    let refused = get(&gateway, ListenerKind::Office, "/v1/collections", anonymous(), &[]).await;
    assert_eq!(refused.header("link"), link("certificate-missing"));
    let served = get(&gateway, ListenerKind::Office, "/v1/collections", device.clone(), &[]).await;
    assert_eq!((served.status, served.header("link")), (200, ""));
    // The monitoring listener has no such pages.
    let monitored = get(&gateway, ListenerKind::Ops, "/problems/route-unknown", device, &[]).await;
    monitored.assert_problem(404, "route-unknown");
    assert_eq!(monitored.header("link"), "");
}

#[tokio::test]
async fn an_unknown_type_is_an_unknown_route() {
    let gateway = TestGateway::start().await;
    for path in ["/problems/no-such-type", "/problems/%ff", "/problems/%00", "/problems/code-unknown/"] {
        get(&gateway, ListenerKind::Enrolment, path, anonymous(), &[]).await.assert_problem(404, "route-unknown");
    }
}

#[tokio::test]
async fn the_language_is_that_of_the_query_or_else_of_the_browser() {
    let gateway = TestGateway::start().await;
    for (query, accepted, expected) in [
        ("", "", "de"),
        ("", "fr", "de"),
        ("", "en-GB,de;q=0.5", "en"),
        ("?lang=en", "de", "en"),
        ("?lang=de", "en", "de"),
    ] {
        let path = format!("/problems/code-unknown{query}");
        let answer = get(&gateway, ListenerKind::Enrolment, &path, anonymous(), &[("accept-language", accepted)]).await;
        assert_eq!(answer.header("content-language"), expected, "{query} {accepted}");
        let varies: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(varies, ["accept", "accept-language"]);
        assert_eq!(answer.header("set-cookie"), "");
        let page = text(&answer);
        assert!(page.contains(&format!("<html lang=\"{expected}\">")), "{page}");
        let other = if expected == "de" { "en" } else { "de" };
        assert!(page.contains(&format!("id=\"language\" href=\"?lang={other}\"")), "{page}");
        for language in ["de", "en"] {
            let alternate = format!("<link rel=\"alternate\" hreflang=\"{language}\" href=\"?lang={language}\">");
            assert!(page.contains(&alternate), "{page}");
        }
        // A language from the query stays on the way to the list.
        assert!(page.contains(&format!("href=\"/problems/{query}\"")), "{page}");
    }
}

#[tokio::test]
async fn json_is_sent_to_callers_that_want_it_more_than_a_page() {
    let gateway = TestGateway::start().await;
    for (accepted, expected) in [
        ("application/json", "application/json"),
        ("application/json, */*;q=0.1", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html, application/json;q=0.9", "text/html; charset=utf-8"),
        ("application/json;q=0, */*", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
    ] {
        let headers = [("accept", accepted)];
        let answer = get(&gateway, ListenerKind::Enrolment, "/problems/internal", anonymous(), &headers).await;
        assert_eq!(answer.header("content-type"), expected, "{accepted}");
    }
}

#[tokio::test]
async fn what_no_page_explains_is_refused() {
    let gateway = TestGateway::start().await;
    for (path, status, kind) in [
        ("/problems/unheard-of", 404, "route-unknown"),
        ("/problems/Internal", 404, "route-unknown"),
        ("/problems/internal/more", 404, "route-unknown"),
        ("/problems/internal?lang=fr", 400, "request-malformed"),
        ("/problems/?language=en", 400, "request-malformed"),
    ] {
        get(&gateway, ListenerKind::Enrolment, path, anonymous(), &[]).await.assert_problem(status, kind);
    }
}

#[tokio::test]
async fn callers_that_are_refused_everything_else_can_read_the_explanation() {
    let gateway = TestGateway::start().await;
    let (office, suspended) = (gateway.office("Bürgeramt Mitte").await, gateway.office("Bürgeramt Süd").await);
    gateway.set_suspended(&suspended.party, true).await;
    gateway.revoke(&office).await;
    let of = |device: &RouterClient| peer(Some(device.certificate.clone()), Admission::WithinLimit);
    for peer in [
        anonymous(),
        peer(None, Admission::CertificateRejected(CertificateFault::UnknownIssuer)),
        of(&office),
        of(&suspended),
    ] {
        let path = "/problems/certificate-missing";
        text(&get(&gateway, ListenerKind::Office, path, peer.clone(), &[]).await);
        // Without a certificate, nothing but reading is possible there.
        if peer.certificate().is_none() {
            let post = Request::builder().method(Method::POST).uri(path).extension(peer).body(Body::empty()).unwrap();
            let answer = send(&gateway.router(ListenerKind::Office), post).await;
            assert_eq!((answer.status, answer.json()["status"].as_u64()), (403, Some(403)), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn anonymous_readers_are_limited_by_address_and_devices_are_not() {
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 2).await;
    let device = peer(Some(gateway.office("Bürgeramt Mitte").await.certificate.clone()), Admission::WithinLimit);
    let path = "/problems/too-many-requests";
    for listener in [ListenerKind::Office, ListenerKind::Enrolment] {
        text(&get(&gateway, listener, path, anonymous(), &[]).await);
    }
    let refused = get(&gateway, ListenerKind::Office, path, anonymous(), &[]).await;
    refused.assert_problem(429, "too-many-requests");
    assert!(refused.retry_after_seconds() > 0);
    for _ in 0..3 {
        text(&get(&gateway, ListenerKind::Office, path, device.clone(), &[]).await);
    }
    gateway.advance(MINUTE);
    text(&get(&gateway, ListenerKind::Office, path, anonymous(), &[]).await);
}
