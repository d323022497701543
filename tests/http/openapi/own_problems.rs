//! Problems that few operations have: each one that is described is seen here, or stands in a list with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::code::test_code::{TEST_CODE, TEST_CODES};
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::identity::key::DeviceKey;
use lichtbild::sealing::enrolment_proof::invitation_lookup_id;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;

use super::described_operation::{DescribedOperation, SOME_ID, problem_type};
use super::problems::AT_EVERY_OPERATION;
use crate::support::enrolment::{AnonymousClient, EST, WRONG_CODE, basic_authorization};
use crate::support::router_client::{RouterClient, RouterResponse, idempotency_key, photo};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

/// Problems that this test does not provoke: operation (empty for all), problem, reason, and a test that provokes it.
const NOT_HERE: [(&str, &str, &str, &str); 8] = [
    ("", "internal", "a defect of the gateway", ""),
    ("", "enrolment-unavailable", "the gateway has to be without CAs", "http/enrolment/refused.rs"),
    ("", "gateway-busy", "needs requests at the same moment", "http/deposit/parallel.rs"),
    ("depositPhoto", "deposit-in-progress", "needs requests at the same moment", "http/deposit/parallel.rs"),
    ("", "photo-damaged", "needs a changed database", "http/collection/photo_bytes.rs"),
    ("", "photo-quarantined", "needs a photo in quarantine", "trust/quarantine.rs"),
    ("", "revocation-list-missing", "the gateway has to be without lists", "trust/revocation_lists.rs"),
    ("renewCertificate", "certificate-foreign", "needs an external CA", "trust/bindings.rs"),
];

/// Name of the algorithm (1.2.840.10045.4.3.2) in DER.
const ECDSA_WITH_SHA256: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];

/// Listener, operation and problem.
type Pair = (String, String, String);

/// Problems that a gateway has answered.
#[derive(Default)]
struct Seen(BTreeSet<Pair>);

impl Seen {
    #[track_caller]
    fn note(&mut self, listener: &str, operation: &str, answer: &RouterResponse) {
        let kind = problem_type(answer).unwrap_or_else(|| panic!("{operation} was not refused: {answer:?}"));
        self.0.insert((listener.to_owned(), operation.to_owned(), kind));
    }
}

#[tokio::test]
async fn each_described_problem_is_answered_or_has_a_reason() {
    let mut seen = Seen::default();
    let gateway = TestGateway::with(|setup| {
        setup.limits.enrolments_per_minute = 1_000;
        setup.limits.requests_per_minute = 1_000;
        setup.limits.wrong_codes.per_device = 5;
    })
    .await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    deposits(&mut seen, &studio).await;
    collections(&mut seen, &gateway, &studio, &office).await;
    settlements(&mut seen, &gateway, &studio, &office).await;
    withdrawals(&mut seen, &gateway, &studio, &office).await;
    for (listener, device) in [("studio", &studio), ("office", &office)] {
        let cross_site = device.request(Method::GET, "/v1/events").header("sec-fetch-site", "cross-site");
        seen.note(listener, "readEvents", &device.send(cross_site.body(Body::empty()).unwrap()).await);
        renewals(&mut seen, listener, device, &gateway.device_of(&device.party).await).await;
    }
    invitations(&mut seen, &gateway).await;
    let auditor = gateway.auditor(&office.party).await;
    seen.note("office", "readCheckpoint", &auditor.get("/v1/audit/checkpoints/9").await);
    seen.note("office", "readCheckpointSignature", &auditor.get("/v1/audit/checkpoints/9/signature").await);
    for (listener, client) in [("studio", &studio), ("office", &office)] {
        seen.note(listener, "readProblem", &client.get("/problems/none").await);
    }
    seen.note("enrolment", "readProblem", &gateway.anonymous_client().get("/problems/none").await);

    let is_excused = |(_, operation, kind): &&Pair| {
        NOT_HERE.iter().any(|(id, problem, ..)| problem == kind && (id.is_empty() || id == operation))
    };
    let described: BTreeSet<Pair> = DescribedOperation::all()
        .iter()
        .flat_map(|operation| {
            // The party of an invitation is known by the code, not by a certificate.
            let is_of_code = |kind: &str| operation.id() == "enrolDevice" && kind.ends_with("-suspended");
            let problems = operation.problems().into_iter();
            let own = problems.filter(|kind| !AT_EVERY_OPERATION.contains(&kind.as_str()) || is_of_code(kind));
            let pair = |kind| (operation.listener.name().to_owned(), operation.id().to_owned(), kind);
            own.map(pair).collect::<Vec<_>>()
        })
        .collect();
    let never: Vec<_> = described.difference(&seen.0).filter(|pair| !is_excused(pair)).collect();
    assert_eq!(never, Vec::<&Pair>::new(), "described, and answered to no request");
    for (id, kind, reason, file) in NOT_HERE {
        let is_of_reason = |pair: &&Pair| pair.2 == kind && (id.is_empty() || pair.1 == id);
        let mut of_reason = described.iter().filter(is_of_reason);
        assert!(of_reason.any(|pair| !seen.0.contains(pair)), "{kind}: {reason}: is seen here");
        let text = || fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file)).unwrap();
        assert!(file.is_empty() || text().contains(&format!("\"{kind}\"")), "{kind} is not in {file}");
    }
}

async fn deposits(seen: &mut Seen, studio: &RouterClient) {
    let foreign_digest = format!("sha-256=:{}:", STANDARD.encode([0; 32]));
    let (jpeg, key) = (("content-type", "image/jpeg"), idempotency_key(100));
    for (name, value) in [
        ("x-none", "-"),
        ("idempotency-key", "short"),
        ("content-digest", "sha-256=:x:"),
        ("content-digest", &foreign_digest),
        ("photo-subject", "?"),
        ("photo-exception", "?"),
    ] {
        let mut headers = vec![jpeg, (name, value)];
        if !["x-none", "idempotency-key"].contains(&name) {
            headers.push(("idempotency-key", &key));
        }
        seen.note("studio", "depositPhoto", &studio.post_photo("/v1/photos", &photo(100), &headers).await);
        if name.starts_with("photo-") {
            let answer = studio.post_photo("/v1/photos/check", &photo(100), &[jpeg, (name, value)]).await;
            seen.note("studio", "checkPhoto", &answer);
        }
    }
    seen.note("studio", "depositPhoto", &studio.deposit(b"no JPEG", &key).await);
    let deposit = studio.deposit_numbered(101).await;
    seen.note("studio", "depositPhoto", &studio.deposit(&photo(102), &deposit.key).await);
    seen.note("studio", "readPhoto", &studio.photo(SOME_ID).await);
}

async fn collections(seen: &mut Seen, gateway: &TestGateway, studio: &RouterClient, office: &RouterClient) {
    for code in ["G94ZJ-756FW-FHRWS-2ZVE9", TEST_CODE, WRONG_CODE] {
        seen.note("office", "collectPhoto", &office.collect(code).await);
    }
    // Each test code has the refusal of a photo in some state.
    for (code, _) in TEST_CODES {
        seen.note("office", "collectPhoto", &office.collect(code).await);
    }
    seen.note("office", "readCollection", &office.collection(SOME_ID).await);
    for (method, operation) in [(Method::GET, "fetchPhoto"), (Method::HEAD, "inspectPhoto")] {
        let mut note = |answer: &RouterResponse| seen.note("office", operation, answer);
        // Wrong codes block a device.
        let device = gateway.device_of(&office.party).await;
        let fetch = async |collection: &str, code: &str| match method {
            Method::HEAD => device.head(collection, code).await,
            _ => device.fetch(collection, code).await,
        };
        let deposit = studio.deposit_numbered(if operation == "fetchPhoto" { 110 } else { 111 }).await;
        let collection = device.collect_ok(&deposit.code).await;
        let path = format!("/v1/collections/{collection}/photo");
        note(&device.send(device.request(method.clone(), &path).body(Body::empty()).unwrap()).await);
        for code in ["G94ZJ-756FW-FHRWS-2ZVE9", TEST_CODE, WRONG_CODE] {
            note(&fetch(&collection, code).await);
        }
        note(&fetch(SOME_ID, &deposit.code).await);
        gateway.advance(15 * MINUTE);
        note(&fetch(&collection, &deposit.code).await);
        let collection = device.collect_ok(&deposit.code).await;
        assert_eq!(device.settle(&collection, &json!({ "outcome": "released" })).await.status, 200);
        note(&fetch(&collection, &deposit.code).await);
        let collection = device.collect_ok(&deposit.code).await;
        for _ in 0..6 {
            note(&fetch(&collection, WRONG_CODE).await);
        }
    }
}

async fn settlements(seen: &mut Seen, gateway: &TestGateway, studio: &RouterClient, office: &RouterClient) {
    let mut note = |answer: &RouterResponse| seen.note("office", "settleCollection", answer);
    let refused = |note: &str| json!({ "outcome": "refused", "reason": "other", "note": note });
    let [first, second] = [studio.deposit_numbered(120).await, studio.deposit_numbered(121).await];
    let collection = office.collect_and_fetch(&first.code).await;
    note(&office.settle(SOME_ID, &json!({ "outcome": "used" })).await);
    note(&gateway.device_of(&office.party).await.settle(&collection, &json!({ "outcome": "used" })).await);
    note(&office.settle(&collection, &json!({ "outcome": "kept", "until": "2020-01-01" })).await);
    note(&office.settle(&collection, &refused(&"x".repeat(501))).await);
    assert_eq!(office.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
    note(&office.settle(&collection, &refused("blurred")).await);
    let collection = office.collect_ok(&second.code).await;
    gateway.advance(15 * MINUTE);
    note(&office.settle(&collection, &json!({ "outcome": "refused", "reason": "gaze" })).await);
}

async fn withdrawals(seen: &mut Seen, gateway: &TestGateway, studio: &RouterClient, office: &RouterClient) {
    let mut note = |answer: &RouterResponse| seen.note("studio", "withdrawPhoto", answer);
    note(&studio.withdraw(SOME_ID).await);
    let [leased, kept, used, forgotten] = [130, 131, 132, 133].map(|number| studio.deposit_numbered(number));
    let (leased, kept, used, forgotten) = (leased.await, kept.await, used.await, forgotten.await);
    office.collect_ok(&leased.code).await;
    note(&studio.withdraw(&leased.photo_id).await);
    office.collect_and_settle(&kept.code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    note(&studio.withdraw(&kept.photo_id).await);
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    note(&studio.withdraw(&used.photo_id).await);
    gateway.advance(181 * DAY);
    gateway.sweep().await;
    note(&studio.withdraw(&forgotten.photo_id).await);
}

/// Certificate requests that no device gets a certificate for, except by their key.
fn refused_requests(stranger: &RouterClient) -> Vec<Vec<u8>> {
    let request = |key: &KeyPair, name: Option<String>| {
        let mut params = CertificateParams::default();
        name.into_iter().for_each(|name| params.distinguished_name.push(DnType::CommonName, name));
        params.serialize_request(key).unwrap().der().to_vec()
    };
    let mut forged = DeviceKey::generate().unwrap().to_request().unwrap();
    *forged.last_mut().unwrap() ^= 1;
    let weak = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let mut unsupported = DeviceKey::generate().unwrap().to_request().unwrap();
    let place = unsupported.windows(10).rposition(|bytes| bytes == ECDSA_WITH_SHA256).unwrap();
    // The last number of the name: SHA-224.
    unsupported[place + 9] = 1;
    let stranger = Some(stranger.device_id.to_string());
    vec![forged, request(&weak, None), unsupported, request(&KeyPair::generate().unwrap(), stranger)]
}

async fn renewals(seen: &mut Seen, listener: &str, device: &RouterClient, other: &RouterClient) {
    let renew = async |device: &RouterClient, request: &[u8]| {
        let head =
            device.request(Method::POST, &format!("{EST}/simplereenroll")).header("content-type", "application/pkcs10");
        device.send(head.body(Body::from(STANDARD.encode(request))).unwrap()).await
    };
    let used = DeviceKey::generate().unwrap().to_request().unwrap();
    assert_eq!(renew(other, &used).await.status, 200);
    for request in refused_requests(other).iter().chain([&used]) {
        seen.note(listener, "renewCertificate", &renew(device, request).await);
    }
    let mut answer = renew(device, &DeviceKey::generate().unwrap().to_request().unwrap()).await;
    for _ in 0..3 {
        if answer.status == 200 {
            answer = renew(device, &DeviceKey::generate().unwrap().to_request().unwrap()).await;
        }
    }
    seen.note(listener, "renewCertificate", &answer);
}

async fn invitations(seen: &mut Seen, gateway: &TestGateway) {
    let anonymous = gateway.anonymous_client();
    let key = || DeviceKey::generate().unwrap();
    let look_up = async |client: &AnonymousClient, invite: &IssuedInvitation| {
        let id = Sha256Digest::from_bytes(*invitation_lookup_id(&invite.code).as_bytes());
        client.look_up(&id.to_string(), &"5e".repeat(32)).await
    };
    seen.note("enrolment", "lookUpInvitation", &anonymous.look_up(&"0".repeat(64), &"5e".repeat(32)).await);
    let request = key().to_request().unwrap();
    seen.note("enrolment", "enrolDevice", &anonymous.enrol_with(None, Body::empty()).await);
    for code in ["G94ZJ", WRONG_CODE] {
        let authorization = basic_authorization(SOME_ID, code);
        let body = STANDARD.encode(&request);
        seen.note("enrolment", "enrolDevice", &anonymous.enrol_with(Some(&authorization), body).await);
    }
    let open = gateway.invite(Role::Studio, "Foto Koch").await;
    let other = gateway.studio("Foto Porst").await;
    let used = key();
    let spent = gateway.invite(Role::Studio, "Foto Koch").await;
    assert_eq!(anonymous.accept_invitation(&spent, &used).await.status, 200);
    for request in refused_requests(&other).iter().chain([&used.to_request().unwrap()]) {
        let answer = anonymous.enrol(&open.device.device_id.to_string(), &open.code.reveal(), request).await;
        seen.note("enrolment", "enrolDevice", &answer);
    }
    for role in [Role::Studio, Role::Office] {
        let suspended = gateway.invite(role, "Suspended").await;
        gateway.set_suspended(&suspended.party, true).await;
        seen.note("enrolment", "enrolDevice", &anonymous.accept_invitation(&suspended, &key()).await);
    }
    let withdrawn = gateway.invite(Role::Studio, "Foto Koch").await;
    gateway.invite_again(withdrawn.device.device_id).await;
    let exhausted = gateway.invite(Role::Studio, "Foto Koch").await;
    for _ in 0..3 {
        anonymous.enrol(&exhausted.device.device_id.to_string(), WRONG_CODE, &request).await;
    }
    let expired = gateway.invite(Role::Studio, "Foto Koch").await;
    seen.note("enrolment", "enrolDevice", &anonymous.accept_invitation(&spent, &key()).await);
    for invite in [&withdrawn, &exhausted] {
        seen.note("enrolment", "lookUpInvitation", &look_up(&anonymous, invite).await);
        seen.note("enrolment", "enrolDevice", &anonymous.accept_invitation(invite, &key()).await);
    }
    gateway.advance(DAY);
    for invite in [&expired, &spent] {
        seen.note("enrolment", "lookUpInvitation", &look_up(&anonymous, invite).await);
    }
    seen.note("enrolment", "enrolDevice", &anonymous.accept_invitation(&expired, &key()).await);
}
