//! Devices of auditors can read the audit log over the API, and nothing else.

use axum::body::Body;
use axum::http::Method;
use lichtbild::domain::log::chain::{ChainLink, ChainVerifier};
use lichtbild::domain::party::Role;
use lichtbild::flows::maintenance::checkpoint::checkpoint;
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::server::routes::{ListenerKind, routes};
use lichtbild::wire::audit::parse_json_line;

use crate::support::router_client::{RouterClient, RouterResponse};
use crate::support::test_gateway::TestGateway;

async fn get(caller: &RouterClient, path: &str) -> RouterResponse {
    caller.send(caller.request(Method::GET, path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_auditors_device_reads_the_log_and_everything_else_of_an_office_is_closed_to_it() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let auditor = gateway.auditor(&office.party).await;
    let before = gateway.database.contents().await;
    let (mut read, mut closed) = (0, 0);
    for route in routes().iter().filter(|route| route.listener == ListenerKind::Office) {
        let path =
            route.path.replace("{collection_id}", "01a20297-4dc0-7fe2-bb16-ceb27bf086c4").replace("{count}", "1");
        let ask = async |caller: &RouterClient| {
            caller.send(caller.request(route.method.parse().unwrap(), &path).body(Body::empty()).unwrap()).await
        };
        let (theirs, ours) = (ask(&auditor).await, ask(&office).await);
        if route.path.starts_with("/v1/audit/") {
            assert!(matches!(theirs.status, 200 | 404), "{path}: {theirs:?}");
            ours.assert_problem(403, "auditors-only");
            read += 1;
        } else if !["/.well-known/", "/problems/", "/v1/me", "/v1/openapi.json"].iter().any(|own| path.starts_with(own))
        {
            assert_eq!(theirs.status, 403, "{} {path}: {theirs:?}", route.method);
            let body = String::from_utf8_lossy(&theirs.body).into_owned();
            assert!(route.method == "HEAD" || body.contains("device-is-auditors"), "{path}: {body}");
            closed += 1;
        }
    }
    assert_eq!((read, closed), (4, 25));
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
}

#[tokio::test]
async fn nobody_else_reads_it_and_a_revoked_auditor_does_not_either() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let [auditor, colleague] = [gateway.auditor(&office.party).await, gateway.auditor(&office.party).await];
    gateway.revoke(&auditor).await;
    for path in
        ["/v1/audit/log", "/v1/audit/checkpoints", "/v1/audit/checkpoints/1", "/v1/audit/checkpoints/1/signature"]
    {
        get(&auditor, path).await.assert_problem(403, "device-revoked");
        get(&office, path).await.assert_problem(403, "auditors-only");
        // The studios' listener has no such route.
        get(&studio, path).await.assert_problem(404, "route-unknown");
    }
    gateway.set_suspended(&office.party, true).await;
    get(&colleague, "/v1/audit/log").await.assert_problem(403, "office-suspended");
}

#[tokio::test]
async fn the_log_is_read_page_by_page_and_is_whole_at_the_other_end() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let auditor = gateway.auditor(&office.party).await;
    for number in 0..4 {
        studio.deposit_numbered(number).await;
    }
    let key = CheckpointKey::generate().unwrap();
    let signed = checkpoint(&gateway.gateway, &key, "gateway.example").await.unwrap().unwrap();
    assert!(checkpoint(&gateway.gateway, &key, "gateway.example").await.unwrap().is_none(), "nothing was added");

    let list = get(&auditor, "/v1/audit/checkpoints").await.json();
    assert_eq!(list["checkpoints"][0]["count"], signed.count);
    let path = format!("/v1/audit/checkpoints/{}", signed.count);
    let [document, signature] = [get(&auditor, &path).await, get(&auditor, &format!("{path}/signature")).await];
    let (document, signature) = (document.body.to_vec(), signature.body.to_vec());
    let checkpoint = lichtbild::domain::log::checkpoint::SignedCheckpoint { document, signature };
    let checkpoint = key.verifier().verify(&checkpoint).unwrap();
    get(&auditor, "/v1/audit/checkpoints/2").await.assert_problem(404, "checkpoint-unknown");
    get(&auditor, "/v1/audit/checkpoints/x").await.assert_problem(404, "checkpoint-unknown");

    let mut verifier = ChainVerifier::starting_after(ChainLink::START, [checkpoint.link()]);
    loop {
        let page = get(&auditor, &format!("/v1/audit/log?limit=3&after={}", verifier.last().sequence)).await;
        assert_eq!((page.status, page.header("content-type")), (200, "application/jsonl"));
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        text.lines().for_each(|line| verifier.verify_row(&parse_json_line(line).unwrap()).unwrap());
        if text.is_empty() {
            break;
        }
    }
    assert_eq!(verifier.finish().unwrap().last_checkpointed, signed.count);
    assert_eq!(verifier.finish().unwrap().rows(), gateway.database.count("audit").await);
}

#[tokio::test]
async fn an_auditors_device_is_noted_as_such_in_the_log_and_renews_its_certificate_like_any_other() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    gateway.auditor(&office.party).await;
    let rows = gateway.database.audit().await;
    let scopes: Vec<_> =
        rows.iter().filter(|row| row.event == "device.added").map(|row| &row.details["duty"]).collect();
    assert_eq!(scopes, [&serde_json::Value::Null, &"audit".into()]);
    let devices = gateway.store().devices(Role::Office).await.unwrap();
    assert_eq!(devices.iter().map(|(_, device)| device.scope.name()).collect::<Vec<_>>(), ["photos", "audit"]);
}
