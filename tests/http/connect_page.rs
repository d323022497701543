//! The page that connects a browser, without its script. `tests/browser` runs the script.

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::Admission;
use lichtbild::wire::problem::PROBLEM_JSON;
use tower::ServiceExt;

use crate::support::router_client::{RouterResponse, peer, send};
use crate::support::test_gateway::{DAY, TestGateway};

const PATH: &str = "/connect/";

async fn ask(gateway: &TestGateway, method: Method, path: &str, headers: &[(&str, &str)]) -> RouterResponse {
    let request = Request::builder().method(method).uri(path).extension(peer(None, Admission::WithinLimit));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(&gateway.router(ListenerKind::Enrolment), request.body(Body::empty()).unwrap()).await
}

async fn page(gateway: &TestGateway, path: &str, language: &str) -> String {
    let answer = ask(gateway, Method::GET, path, &[("accept-language", language)]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_speaks_the_language_of_the_browser_or_of_its_address() {
    let gateway = TestGateway::start().await;
    let german = ("de", "Diesen Computer anschließen", "mit dem Studioprogramm anschließen");
    let english = ("en", "Connect this computer", "with the studio program");
    for (path, language, (tag, title, program)) in [
        (PATH, "de", german),
        (PATH, "en-GB,en", english),
        ("/connect/?lang=en", "de", english),
        ("/connect/?lang=de", "en", german),
    ] {
        let shown = page(&gateway, path, language).await;
        assert!(shown.contains(&format!("<html lang=\"{tag}\">")) && shown.contains(&format!("<h1>{title}</h1>")));
        // The alternatives are named to a browser without JavaScript, in which the page makes no key.
        assert!(shown.contains("<noscript>") && shown.contains(program), "{shown}");
    }
    ask(&gateway, Method::GET, "/connect/?code=G94ZJ-756FW-FHRWS-2ZVE8", &[])
        .await
        .assert_problem(400, "request-malformed");
}

#[tokio::test]
async fn only_the_pages_own_script_runs_and_it_sends_requests_to_its_own_listener_only() {
    let gateway = TestGateway::start().await;
    let answer = ask(&gateway, Method::GET, PATH, &[]).await;
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    assert!(!answer.headers.contains_key("set-cookie"));
    let shown = String::from_utf8(answer.body.to_vec()).unwrap();
    let script = shown.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = STANDARD.encode(Sha256Digest::of(script.as_bytes()).as_bytes());
    let policy = answer.header("content-security-policy");
    assert!(policy.contains(&format!("script-src 'sha256-{hash}';")), "{policy}");
    for part in ["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("https:"), "{policy}");
    // All texts come from the catalogues, and nothing is written as markup.
    for forbidden in
        ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "console.", "localStorage", "http"]
    {
        let allowed = script.matches("/^https:/").count() * usize::from(forbidden == "http");
        assert_eq!(script.matches(forbidden).count(), allowed, "{forbidden}");
    }
    // A form that a browser sends without the script has no field with the code.
    assert!(!shown.contains("name=\"code\"") && shown.contains("autocomplete=\"off\""), "{shown}");
}

#[tokio::test]
async fn people_compare_the_fingerprint_unless_their_browser_trusts_the_certificate() {
    let gateway = TestGateway::start().await;
    assert!(page(&gateway, PATH, "en").await.contains("id=\"compare\""));
    gateway.trust().change(|facts| facts.enrolment_certificate_expires_at = Some(gateway.now() + DAY));
    assert!(!page(&gateway, PATH, "en").await.contains("id=\"compare\""));
}

#[tokio::test]
async fn browsers_that_leave_out_the_path_are_sent_to_the_page_and_programs_are_not() {
    let gateway = TestGateway::start().await;
    let html = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    for (path, headers) in [("/", &[html][..]), ("/connect", &[])] {
        let answer = ask(&gateway, Method::GET, path, headers).await;
        assert_eq!((answer.status, answer.header("location")), (303, PATH));
    }
    ask(&gateway, Method::GET, "/", &[("accept", "*/*")]).await.assert_problem(404, "route-unknown");
    ask(&gateway, Method::POST, PATH, &[]).await.assert_problem(405, "method-not-allowed");
}

#[tokio::test]
async fn a_script_gets_the_problem_without_the_question_for_a_password() {
    let gateway = TestGateway::start().await;
    let path = "/.well-known/est/simpleenroll";
    for (headers, asks) in [
        (&[][..], true),
        (&[("sec-fetch-dest", "document")], true),
        (&[("sec-fetch-dest", "empty"), ("sec-fetch-site", "same-origin")], false),
    ] {
        // Not by `send`: the description of the API holds for programs.
        let request = Request::post(path).header("host", "localhost").extension(peer(None, Admission::WithinLimit));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let router = gateway.router(ListenerKind::Enrolment);
        let answer = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (401, &PROBLEM_JSON.parse().unwrap())
        );
        assert_eq!(answer.headers().contains_key("www-authenticate"), asks, "{headers:?}");
    }
}
