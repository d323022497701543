//! Refused enrolments: the response and the audit row.

use axum::body::Body;
use lichtbild::domain::party::device_kind::DeviceKind;
use lichtbild::domain::party::{DeviceScope, Role};
use lichtbild::identity::key::DeviceKey;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::enrolment::{AnonymousClient, WRONG_CODE, basic_authorization, certificate, issuance};
use crate::support::router_client::{RouterResponse, json_string};
use crate::support::test_gateway::{DAY, TestGateway};

/// A request by a new key that claims these names.
fn claiming(names: &[(DnType, String)]) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in names {
        params.distinguished_name.push(kind.clone(), value.as_str());
    }
    params.serialize_request(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

async fn try_wrong_code(anonymous: &AnonymousClient, device_id: &str) -> RouterResponse {
    anonymous.enrol(device_id, WRONG_CODE, &DeviceKey::generate().unwrap().to_request().unwrap()).await
}

#[tokio::test]
async fn without_credentials_nothing_is_read() {
    let gateway = TestGateway::start().await;
    let anonymous = gateway.anonymous_client();
    for authorization in [None, Some("Bearer x"), Some("Basic"), Some("Basic ???"), Some("Basic bm9uZQ==")] {
        let answer = anonymous.enrol_with(authorization, Body::empty()).await;
        answer.assert_problem(401, "enrolment-credentials-missing");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"lichtbild enrolment\"");
    }
}

#[tokio::test]
async fn three_wrong_codes_end_an_invitation_for_the_right_one_too() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let device_id = invite.device.device_id.to_string();
    let anonymous = gateway.anonymous_client();
    for tries_left in [2, 1, 0] {
        let answer = try_wrong_code(&anonymous, &device_id).await;
        assert_eq!(answer.assert_problem(401, "enrolment-code-wrong")["tries_left"], json!(tries_left));
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"lichtbild enrolment\"");
    }
    try_wrong_code(&anonymous, &device_id).await.assert_problem(403, "enrolment-code-exhausted");
    let key = DeviceKey::generate().unwrap();
    anonymous.accept_invitation(&invite, &key).await.assert_problem(403, "enrolment-code-exhausted");
    assert_eq!(gateway.database.count_events("enrolment.code_wrong").await, 3);
    assert_eq!(gateway.database.count("certificates").await, 0);
    // A new code is the way out.
    let again = gateway.invite_again(invite.device.device_id).await;
    certificate(&anonymous.accept_invitation(&again, &key).await);
    gateway.database.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_wrong_codes_at_once_than_connections_to_the_database_are_all_answered() {
    let gateway = TestGateway::start().await;
    let device_id = gateway.invite(Role::Studio, "Foto Koch").await.device.device_id.to_string();
    let mut attempts = JoinSet::new();
    for _ in 0..48 {
        let (anonymous, device_id) = (gateway.anonymous_client(), device_id.clone());
        attempts.spawn(async move { try_wrong_code(&anonymous, &device_id).await.status });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![401; 3], vec![403; 45]].concat());
}

#[tokio::test]
async fn a_device_that_is_not_invited_looks_like_one_that_is() {
    let gateway = TestGateway::start().await;
    let invited = gateway.invite(Role::Studio, "Foto Koch").await.device.device_id.to_string();
    let active = gateway.studio("Foto Porst").await.device_id.to_string();
    let before = gateway.database.contents().await;
    let mut seen = Vec::new();
    for device_id in [invited.as_str(), "01a20297-4dc0-7fe2-bb16-ceb27bf086c4", active.as_str()] {
        let anonymous = gateway.anonymous_client();
        let mut answers = Vec::new();
        for _ in 0..5 {
            let answer = try_wrong_code(&anonymous, device_id).await;
            let mut headers = answer.headers.clone();
            // Drawn for each request.
            assert!(headers.remove("request-id").is_some());
            answers.push((answer.status, headers, answer.json()));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    // Anonymous clients cannot write to the database if there is no invitation.
    assert_eq!(gateway.database.count_events("enrolment.code_wrong").await, 3);
    let after = gateway.database.contents().await;
    assert_eq!(after.without("audit").without("invitations"), before.without("audit").without("invitations"));
    let nobody =
        gateway.anonymous_client().enrol("till 1", WRONG_CODE, b"").await.assert_problem(401, "enrolment-code-wrong");
    assert_eq!(nobody.get("tries_left"), None);
}

#[tokio::test]
async fn a_mistyped_code_costs_no_try() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let device_id = invite.device.device_id.to_string();
    let request = DeviceKey::generate().unwrap().to_request().unwrap();
    let before = gateway.database.contents().await;
    for code in ["", "G94ZJ", "G94ZJ-756FW-FHRWS-2ZVE9", "U94ZJ-756FW-FHRWS-2ZVE8"] {
        let answer = gateway.anonymous_client().enrol(&device_id, code, &request).await;
        answer.assert_problem(401, "enrolment-code-malformed");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn an_invitation_ends_after_its_day() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    gateway.advance(DAY);
    let key = DeviceKey::generate().unwrap();
    let problem =
        gateway.anonymous_client().accept_invitation(&invite, &key).await.assert_problem(403, "enrolment-code-expired");
    assert_eq!(problem["expired_at"], json!(invite.expires_at));
    assert_eq!(gateway.database.audit().await.last().unwrap().details["reason"], "code_expired");
    // Wrong codes no longer count for this invitation, and the response is the usual one.
    let device_id = invite.device.device_id.to_string();
    try_wrong_code(&gateway.anonymous_client(), &device_id).await.assert_problem(401, "enrolment-code-wrong");
    assert_eq!(gateway.database.count_events("enrolment.code_wrong").await, 0);
}

#[tokio::test]
async fn a_new_invitation_or_a_revocation_withdraws_the_old_one() {
    let gateway = TestGateway::start().await;
    let old = gateway.invite(Role::Studio, "Foto Koch").await;
    let new = gateway.invite_again(old.device.device_id).await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    anonymous.accept_invitation(&old, &key).await.assert_problem(403, "enrolment-code-withdrawn");
    let enrolled = gateway.invite(Role::Studio, "Foto Koch").await;
    certificate(&anonymous.accept_invitation(&enrolled, &key).await);
    for invite in [&new, &enrolled] {
        assert!(gateway.administration().revoke_device(invite.device.device_id).await.unwrap());
        anonymous.accept_invitation(invite, &key).await.assert_problem(403, "enrolment-code-withdrawn");
    }
    let again = gateway.administration().invite_again(old.device.device_id, DAY, &gateway.gateway.keys()).await;
    assert!(again.is_err_and(|error| error.to_string().contains("revoked permanently")));
    let rows = gateway.database.audit().await;
    assert_eq!(rows.iter().filter(|row| row.details["reason"] == "code_withdrawn").count(), 3);
}

#[tokio::test]
async fn a_suspended_party_enrols_nobody_until_it_is_resumed() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    gateway.set_suspended(&invite.party, true).await;
    anonymous.accept_invitation(&invite, &key).await.assert_problem(403, "studio-suspended");
    assert_eq!(gateway.database.audit().await.last().unwrap().details["reason"], "party_suspended");
    gateway.set_suspended(&invite.party, false).await;
    certificate(&anonymous.accept_invitation(&invite, &key).await);
}

#[tokio::test]
async fn a_request_that_cannot_be_certified_costs_no_invitation() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let other = gateway.studio("Foto Porst").await;
    let key = DeviceKey::generate().unwrap();
    let good = key.to_request().unwrap();
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let weak = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let weak = CertificateParams::default().serialize_request(&weak).unwrap().der().to_vec();
    let p521 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
    let p521 = CertificateParams::default().serialize_request(&p521).unwrap().der().to_vec();
    let external = claiming(&[(DnType::CommonName, other.device_id.to_string())]);
    let foreign_party = claiming(&[(DnType::OrganizationName, other.party.party_id.to_string())]);
    let before = gateway.database.contents().await;
    for (request, status, problem, reason) in [
        (forged, 422, "request-signature-wrong", "signature_wrong"),
        (weak, 422, "key-too-weak", "key_too_weak"),
        (p521, 422, "key-too-weak", "key_too_weak"),
        (external, 422, "request-subject-foreign", "subject_foreign"),
        (foreign_party, 422, "request-subject-foreign", "subject_foreign"),
        (good[..good.len() - 1].to_vec(), 400, "request-malformed", "request_malformed"),
        (vec![], 400, "request-malformed", "request_malformed"),
    ] {
        let device_id = invite.device.device_id.to_string();
        let answer = gateway.anonymous_client().enrol(&device_id, &invite.code.reveal(), &request).await;
        answer.assert_problem(status, problem);
        let row = gateway.database.audit().await.pop().unwrap();
        assert_eq!((row.event.as_str(), &row.details), ("enrolment.refused", &json!({ "reason": reason })));
        assert_eq!((row.actor, row.subject), (device_id.clone(), Some(device_id)));
    }
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
    // Names that belong to no party here are ignored.
    let harmless = claiming(&[(DnType::CommonName, "till 1".into()), (DnType::OrganizationName, "Foto Koch".into())]);
    let device_id = invite.device.device_id.to_string();
    certificate(&gateway.anonymous_client().enrol(&device_id, &invite.code.reveal(), &harmless).await);
}

#[tokio::test]
async fn what_is_no_request_at_all_is_refused_before_the_code_is_looked_at() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let authorization = basic_authorization(&invite.device.device_id.to_string(), &invite.code.reveal());
    let before = gateway.database.contents().await;
    let (anonymous, authorization) = (gateway.anonymous_client(), Some(authorization.as_str()));
    anonymous.enrol_with(authorization, "no base64!").await.assert_problem(400, "request-malformed");
    anonymous.enrol_with(authorization, vec![b'A'; 20_000]).await.assert_problem(413, "request-too-large");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_gateway_without_the_authoritys_key_says_so_and_spends_nothing() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let key = DeviceKey::generate().unwrap();
    let complete = issuance(Default::default());
    let mut keyless = issuance(Default::default());
    keyless.studio.authority = None;
    gateway.gateway.set_certificate_issuer(keyless);
    let problem =
        gateway.anonymous_client().accept_invitation(&invite, &key).await.assert_problem(503, "enrolment-unavailable");
    assert!(json_string(&problem["detail"]).contains("studio_ca_key"), "{problem}");
    gateway.gateway.set_certificate_issuer(complete);
    certificate(&gateway.anonymous_client().accept_invitation(&invite, &key).await);
}

#[tokio::test]
async fn an_enrolment_whose_row_cannot_be_written_does_not_happen() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    let device_id = invite.device.device_id.to_string();
    gateway.database.break_audit().await;
    let before = gateway.database.contents().await;
    anonymous.accept_invitation(&invite, &key).await.assert_problem(503, "storage-unavailable");
    try_wrong_code(&anonymous, &device_id).await.assert_problem(503, "storage-unavailable");
    let keys = gateway.gateway.keys();
    assert!(gateway.administration().invite_again(invite.device.device_id, DAY, &keys).await.is_err());
    assert!(
        gateway
            .administration()
            .invite_new(&invite.party, "", DeviceScope::Photos, DeviceKind::Program, DAY, &keys)
            .await
            .is_err()
    );
    assert_eq!(gateway.database.contents().await, before);
    gateway.database.repair_audit().await;
    certificate(&anonymous.accept_invitation(&invite, &key).await);
}
