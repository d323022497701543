//! The gateway proves that it knows a code before the device sends the code.

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::{EnrolmentPolicy, InvitationLookupId};
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::identity::key::DeviceKey;
use lichtbild::sealing::enrolment_proof::{ProofKey, ProofMessage, invitation_lookup_id};
use lichtbild::wire::enrolment::InvitationBody;
use serde_json::json;

use crate::support::enrolment::{AnonymousClient, STUDIO_URL, WRONG_CODE, authorities, certificate};
use crate::support::router_client::RouterResponse;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

const NONCE: [u8; 32] = [0xAB; 32];

fn hex(lookup: InvitationLookupId) -> String {
    Sha256Digest::from_bytes(*lookup.as_bytes()).to_string()
}

async fn ask(anonymous: &AnonymousClient, invite: &IssuedInvitation) -> RouterResponse {
    anonymous.look_up(&hex(invitation_lookup_id(&invite.code)), &"ab".repeat(32)).await
}

/// As a device does it.
fn proof_is_valid(invite: &IssuedInvitation, nonce: &[u8; 32], body: &InvitationBody) -> bool {
    let ca = certificates_from_pem(&body.ca).unwrap();
    let answer = ProofMessage {
        nonce,
        device_id: &body.device_id.to_string(),
        role: body.role.name(),
        gateway: &body.gateway,
        expires_at: &body.expires_at.to_string(),
        ca_sha256: Sha256Digest::of(&ca[0]),
    };
    ProofKey::from_code(&invite.code).is_valid_proof(&answer, body.proof.as_bytes())
}

#[tokio::test]
async fn who_holds_the_code_is_told_all_and_can_check_it() {
    let gateway = TestGateway::with(|setup| setup.policy = EnrolmentPolicy::FourEyes).await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let before = gateway.database.contents().await;
    let answer = ask(&gateway.anonymous_client(), &invite).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    let json = answer.json();
    assert_eq!(json["device_id"], json!(invite.device.device_id));
    assert_eq!((&json["role"], &json["policy"]), (&json!("studio"), &json!("four_eyes")));
    assert_eq!(json["party"], json!({ "name": "Foto Koch", "place": "Düsseldorf" }));
    assert_eq!((&json["gateway"], &json["expires_at"]), (&json!(STUDIO_URL), &json!("2026-11-23T09:30:00.000Z")));
    assert_eq!(json["ca"], json!(authorities()[0].certificate_pem()));

    let body: InvitationBody = serde_json::from_value(json).unwrap();
    assert!(proof_is_valid(&invite, &NONCE, &body));
    assert!(!proof_is_valid(&invite, &[0; 32], &body), "an answer that was recorded");
    let studio_ca = authorities()[1].certificate_pem();
    assert!(!proof_is_valid(&invite, &NONCE, &InvitationBody { ca: studio_ca, ..body.clone() }));
    assert!(!proof_is_valid(&invite, &NONCE, &InvitationBody { gateway: "https://elsewhere".into(), ..body.clone() }));
    assert!(!proof_is_valid(&invite, &NONCE, &InvitationBody { role: Role::Office, ..body.clone() }));
    let other = gateway.invite(Role::Studio, "Foto Porst").await;
    assert!(!proof_is_valid(&other, &NONCE, &body));
    // Asking changes nothing.
    assert_eq!(
        gateway.database.contents().await.without("invitations").without("parties").without("devices").without("audit"),
        before.without("invitations").without("parties").without("devices").without("audit")
    );
}

#[tokio::test]
async fn a_device_may_ask_again_after_it_was_enrolled_and_until_its_time_is_over() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Office, "Amt Nord").await;
    let anonymous = gateway.anonymous_client();
    certificate(&anonymous.accept_invitation(&invite, &DeviceKey::generate().unwrap()).await);
    assert_eq!(ask(&anonymous, &invite).await.status, 200);
    gateway.advance(DAY);
    ask(&anonymous, &invite).await.assert_problem(403, "enrolment-code-spent");
}

#[tokio::test]
async fn who_holds_the_code_is_told_why_it_leads_nowhere_and_who_does_not_is_told_nothing() {
    let gateway = TestGateway::start().await;
    let anonymous = gateway.anonymous_client();
    anonymous.look_up(&"00".repeat(32), &"ab".repeat(32)).await.assert_problem(404, "invitation-unknown");
    let expired = gateway.invite(Role::Studio, "Foto Koch").await;
    gateway.advance(DAY);
    for _ in 0..2 {
        let problem = ask(&anonymous, &expired).await.assert_problem(403, "enrolment-code-expired");
        assert_eq!(problem["expired_at"], json!(expired.expires_at));
        assert!(problem["detail"].as_str().unwrap().contains("am 23.11.2026 um 10:30 Uhr"), "{problem}");
        // The response after a sweep is the same.
        gateway.sweep().await;
    }
    anonymous.look_up(&"00".repeat(32), &"ab".repeat(32)).await.assert_problem(404, "invitation-unknown");
    let withdrawn = gateway.invite_again(expired.device.device_id).await;
    let newest = gateway.invite_again(expired.device.device_id).await;
    ask(&anonymous, &withdrawn).await.assert_problem(403, "enrolment-code-withdrawn");
    assert_eq!(ask(&anonymous, &newest).await.status, 200);
    gateway.administration().revoke_device(expired.device.device_id).await.unwrap();
    ask(&anonymous, &newest).await.assert_problem(403, "enrolment-code-withdrawn");
    let exhausted = gateway.invite(Role::Studio, "Foto Koch").await;
    for _ in 0..3 {
        let key = DeviceKey::generate().unwrap().to_request().unwrap();
        anonymous.enrol(&exhausted.device.device_id.to_string(), WRONG_CODE, &key).await;
    }
    ask(&anonymous, &exhausted).await.assert_problem(403, "enrolment-code-exhausted");
}

#[tokio::test]
async fn the_proof_key_of_an_invitation_leaves_the_store_when_it_has_ended() {
    let gateway = TestGateway::start().await;
    let ended = gateway.invite(Role::Studio, "Foto Koch").await;
    gateway.invite_again(ended.device.device_id).await;
    let keys = "SELECT count(*) FROM invitations WHERE sealed_proof_key IS NOT NULL";
    assert_eq!(gateway.database.number(keys).await, 1, "the older one is withdrawn");
    gateway.sweep().await;
    assert_eq!(gateway.database.number(keys).await, 1);
    gateway.advance(DAY);
    gateway.sweep().await;
    assert_eq!(gateway.database.number(keys).await, 0);
}

#[tokio::test]
async fn what_is_no_lookup_is_told_so() {
    let gateway = TestGateway::start().await;
    let anonymous = gateway.anonymous_client();
    for body in [
        json!({ "lookup": "ab", "nonce": "ab".repeat(32) }),
        json!({ "lookup": "ab".repeat(32), "nonce": "zz".repeat(32) }),
        json!({ "lookup": "ab".repeat(32) }),
        json!({ "lookup": "ab".repeat(32), "nonce": "ab".repeat(32), "code": WRONG_CODE }),
        json!(["ab".repeat(32), "ab".repeat(32)]),
    ] {
        anonymous.look_up_raw(&body.to_string()).await.assert_problem(400, "request-malformed");
    }
    anonymous.look_up_raw("{").await.assert_problem(400, "request-malformed");
    anonymous.look_up_raw(&" ".repeat(20_000)).await.assert_problem(413, "request-too-large");
}

#[tokio::test]
async fn an_anonymous_caller_that_asks_too_often_waits_and_another_does_not() {
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 2).await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (hasty, patient) = (gateway.anonymous_client(), gateway.anonymous_client());
    assert_eq!(ask(&hasty, &invite).await.status, 200);
    let key = DeviceKey::generate().unwrap();
    hasty
        .enrol(&invite.device.device_id.to_string(), WRONG_CODE, &key.to_request().unwrap())
        .await
        .assert_problem(401, "enrolment-code-wrong");
    let refused = ask(&hasty, &invite).await;
    refused.assert_problem(429, "too-many-requests");
    assert_eq!(refused.retry_after_seconds(), 30);
    hasty.accept_invitation(&invite, &key).await.assert_problem(429, "too-many-requests");
    assert_eq!(ask(&patient, &invite).await.status, 200);
    gateway.advance(MINUTE);
    certificate(&hasty.accept_invitation(&invite, &key).await);
}
