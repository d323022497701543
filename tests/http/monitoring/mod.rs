//! Responses to monitoring, and to devices that request their own data.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use lichtbild::server::routes::ListenerKind;
use serde_json::json;

use crate::http::setup::{studio_alone, studio_and_office};
use crate::support::router_client::{RouterResponse, idempotency_key, photo, send};
use crate::support::test_gateway::{DAY, START, TestGateway};

async fn ask(gateway: &TestGateway, path: &str) -> RouterResponse {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    send(&gateway.router(ListenerKind::Ops), request).await
}

async fn ask_with(gateway: &TestGateway, uri: &str, headers: &[(&str, &str)]) -> RouterResponse {
    let request =
        headers.iter().fold(Request::builder().uri(uri), |request, (name, value)| request.header(*name, *value));
    send(&gateway.router(ListenerKind::Ops), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_page_whose_name_leads_here_learns_nothing() {
    let gateway = TestGateway::start().await;
    for path in ["/healthz", "/readyz", "/metrics", "/", "/v1/me"] {
        for host in [
            "rebound.example",
            "rebound.example:9090",
            "localhost.rebound.example",
            "127.0.0.1.rebound.example",
            "gateway",
        ] {
            let refused = ask_with(&gateway, path, &[("host", host)]).await;
            refused.assert_problem(421, "host-foreign");
        }
        for site in ["cross-site", "same-site", "", "None"] {
            let refused = ask_with(&gateway, path, &[("sec-fetch-site", site)]).await;
            refused.assert_problem(403, "cross-site-request");
        }
    }
    ask_with(&gateway, "http://rebound.example/metrics", &[]).await.assert_problem(421, "host-foreign");
    let twice = [("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
    ask_with(&gateway, "/metrics", &twice).await.assert_problem(403, "cross-site-request");
    for (host, site) in [
        ("127.0.0.1:9090", "none"),
        ("127.8.9.1", "same-origin"),
        ("[::1]:9090", "none"),
        ("localhost", "none"),
        ("LOCALHOST.:1", "none"),
    ] {
        let served = ask_with(&gateway, "/metrics", &[("host", host), ("sec-fetch-site", site)]).await;
        assert_eq!(served.status, 200, "{host} {site}: {served:?}");
    }
    let english = [("host", "rebound.example"), ("accept-language", "en")];
    let told = ask_with(&gateway, "/metrics", &english).await.assert_problem(421, "host-foreign");
    assert_eq!(
        told["detail"],
        "The monitoring listener answers only at localhost or an IP address. Use one of these addresses."
    );
}

#[tokio::test]
async fn no_cache_keeps_an_answer_to_monitoring() {
    let gateway = TestGateway::start().await;
    let stored_nowhere = async |path: &str, status: u16| {
        let answer = ask(&gateway, path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (status, "no-store"), "{path}");
    };
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/unknown", 404)] {
        stored_nowhere(path, status).await;
    }
    gateway.store.close().await;
    stored_nowhere("/readyz", 503).await;
}

#[tokio::test]
async fn a_gateway_with_a_store_and_a_key_is_ready() {
    let gateway = TestGateway::start().await;
    let before = gateway.database.contents().await;
    assert_eq!(ask(&gateway, "/healthz").await.json(), json!({ "status": "alive" }));
    let ready = ask(&gateway, "/readyz").await;
    assert_eq!(ready.status, 200);
    let (keys, certificate) = ("2036-11-01T00:00:00.000Z", "2066-11-12T09:30:00.000Z");
    let expected = json!({ "status": "ready", "keys_run_out_at": keys, "server_certificate_expires_at": certificate });
    assert_eq!(ready.json(), expected);
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_load_balancer_elsewhere_learns_whether_the_gateway_is_ready_and_nothing_more() {
    let gateway = TestGateway::start().await;
    let router = gateway.router(ListenerKind::Enrolment);
    let ask = async |method: Method| {
        let request = Request::builder().method(method).uri("/readyz").header("host", "balancer.example");
        send(&router, request.body(Body::empty()).unwrap()).await
    };
    gateway.trust().set_fault("server-certificate", "server.crt: write the file anew".into());
    let ready = ask(Method::GET).await;
    assert_eq!((ready.status, ready.json()), (200, json!({ "status": "ready" })));
    assert_eq!(ready.header("cache-control"), "no-store");
    let head = ask(Method::HEAD).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    ask(Method::POST).await.assert_problem(405, "method-not-allowed");

    // An anonymous client that asks in a loop does not load the database, and the load balancer still gets its response.
    gateway.store.close().await;
    for _ in 0..1000 {
        assert_eq!(ask(Method::GET).await.status, 200);
    }
    gateway.advance(Duration::from_secs(1));
    let missing = ask(Method::GET).await;
    assert_eq!((missing.status, missing.json()), (503, json!({ "status": "not ready" })));
    assert_eq!(ask(Method::HEAD).await.status, 503);
    for listener in [ListenerKind::Studio, ListenerKind::Office] {
        let request = Request::builder().uri("/readyz").body(Body::empty()).unwrap();
        assert_ne!(send(&gateway.router(listener), request).await.status, 200);
    }
}

#[tokio::test]
async fn what_is_degraded_is_told_and_does_not_take_the_gateway_out() {
    let gateway = TestGateway::start().await;
    gateway.trust().set_fault("server-certificate", "server.crt: write the file anew".into());
    gateway.trust().change(|facts| facts.external_list_expiry.extend([("vpki.pem".into(), START + DAY)]));
    let degraded = async || {
        let ready = ask(&gateway, "/readyz").await;
        assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")));
        ready.json()["degraded"].as_array().map(Vec::len)
    };
    assert_eq!(degraded().await, Some(1));
    gateway.advance(DAY);
    assert_eq!(degraded().await, Some(2));
    let metrics = String::from_utf8(ask(&gateway, "/metrics").await.body.to_vec()).unwrap();
    for line in ["lichtbild_tls_faults 1", "lichtbild_revocation_list_expires_timestamp{roots=\"vpki.pem\"} 1795426200"]
    {
        assert!(metrics.contains(line), "{metrics}");
    }
    gateway.trust().clear_fault("server-certificate");
    assert_eq!(degraded().await, Some(1));
}

#[tokio::test]
async fn without_a_key_for_the_month_it_says_so_and_takes_nothing_in() {
    let gateway = TestGateway::start().await;
    gateway.advance(3640 * DAY);
    let studio = gateway.studio("Foto Koch").await;
    let before = gateway.database.contents().await;
    let ready = ask(&gateway, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["missing"]), (503, &json!(["epoch-key"])));
    assert_eq!(ask(&gateway, "/healthz").await.status, 200);
    studio.deposit(&photo(1), &idempotency_key(1)).await.assert_problem(500, "internal");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn without_a_store_it_says_so() {
    let (gateway, studio) = studio_alone().await;
    gateway.store.close().await;
    let ready = ask(&gateway, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["missing"]), (503, &json!(["storage"])));
    let answer = studio.deposit(&photo(1), &idempotency_key(1)).await;
    answer.assert_problem(503, "storage-unavailable");
    assert_eq!(answer.retry_after_seconds(), 5);
    assert_eq!(ask(&gateway, "/metrics").await.status, 200);
}

#[tokio::test]
async fn the_metrics_count_photos_by_state_and_name_nobody() {
    let (gateway, studio, office) = studio_and_office().await;
    let [waiting, used] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    let metrics = ask(&gateway, "/metrics").await;
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    let photos: Vec<_> = text.lines().filter(|line| line.contains("state=")).collect();
    for state in ["available", "used"] {
        let counted = |line: &&&str| line.contains(&format!("\"{state}\"")) && line.ends_with(" 1");
        assert_eq!(photos.iter().filter(counted).count(), 1, "{text}");
    }
    for secret in [&waiting.photo_id, &waiting.code, "Koch", "Mitte"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn the_metrics_come_in_the_format_that_the_collector_asks_for() {
    let (gateway, studio) = studio_alone().await;
    studio.deposit_numbered(1).await;
    for (accept, media_type, declared, is_ended) in [
        ("application/openmetrics-text", "application/openmetrics-text; version=1.0.0; charset=utf-8", "", true),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8", "_total", false),
    ] {
        let answer = ask_with(&gateway, "/metrics", &[("accept", accept)]).await;
        assert_eq!(answer.header("content-type"), media_type);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.contains(&format!("# TYPE lichtbild_tls_reloads{declared} counter\n")), "{text}");
        assert!(text.contains("\nlichtbild_tls_reloads_total 0\n"), "{text}");
        assert!(text.contains("\nlichtbild_photos{state=\"available\"} 1\n"), "{text}");
        assert_eq!(text.contains("# EOF"), is_ended, "{text}");
    }
}

#[tokio::test]
async fn a_device_learns_who_it_is_and_which_profile_is_in_force() {
    let (gateway, studio) = studio_alone().await;
    gateway.advance(DAY);
    let get = async |path| studio.send(studio.request(Method::GET, path).body(Body::empty()).unwrap()).await;
    let me = get("/v1/me").await;
    assert_eq!((me.status, me.header("cache-control")), (200, "no-store"));
    let party = &studio.party;
    let expected = json!({
        "studio": { "studio_id": party.party_id, "name": "Foto Koch", "place": "Düsseldorf" },
        "device_id": studio.device_id, "certificate_expires_at": START + 365 * DAY, "time": START + DAY,
    });
    assert_eq!(me.json(), expected);
    let profile = get("/v1/profile").await.json();
    assert_eq!((&profile["name"], &profile["pixels"]["min_width"]), (&json!("small"), &json!(35)));
}
