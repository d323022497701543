//! Enrolment that an administrator approves first.

use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::identity::certificate::{group_fingerprint, read_certificate};
use lichtbild::identity::key::DeviceKey;
use lichtbild::storage::enrolment_requests::ApprovalOutcome;
use serde_json::json;

use crate::support::enrolment::{WRONG_CODE, certificate, fingerprint};
use crate::support::test_gateway::{DAY, TestGateway};

async fn gateway() -> TestGateway {
    TestGateway::with(|setup| setup.policy = EnrolmentPolicy::FourEyes).await
}

#[tokio::test]
async fn a_device_waits_until_both_sides_have_compared_its_key() {
    let gateway = gateway().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    let administration = gateway.administration();
    let device_id = invite.device.device_id;
    assert_eq!(administration.requested_key(device_id).await.unwrap(), None);
    for _ in 0..3 {
        let answer = anonymous.accept_invitation(&invite, &key).await;
        assert_eq!((answer.status, answer.retry_after_seconds()), (202, 60));
        let expected = group_fingerprint(&fingerprint(&key));
        assert_eq!(answer.json(), json!({ "state": "pending", "fingerprint": expected, "retry_after": 60 }));
    }
    assert_eq!(gateway.database.count("certificates").await, 0);
    let asked = administration.requested_key(device_id).await.unwrap().unwrap();
    assert_eq!(asked, fingerprint(&key));
    let other = fingerprint(&DeviceKey::generate().unwrap());
    assert_eq!(administration.approve(device_id, &other).await.unwrap(), ApprovalOutcome::NoSuchRequest);
    assert_eq!(administration.approve(device_id, &asked).await.unwrap(), ApprovalOutcome::Stored);
    assert_eq!(administration.approve(device_id, &asked).await.unwrap(), ApprovalOutcome::AlreadyApproved);

    let der = certificate(&anonymous.accept_invitation(&invite, &key).await);
    assert_eq!(read_certificate(&der).unwrap().spki_sha256, asked);
    gateway.with_certificate(&invite, der).deposit_numbered(1).await;
    assert_eq!(administration.approve(device_id, &asked).await.unwrap(), ApprovalOutcome::NoSuchRequest);
    let events: Vec<_> = gateway.database.audit().await.into_iter().map(|row| row.event).collect();
    let expected = [
        "party.added",
        "device.invited",
        "device.enrolment_requested",
        "device.enrolment_approved",
        "device.enrolled",
        "photo.deposited",
    ];
    assert_eq!(events, expected);
}

#[tokio::test]
async fn another_key_does_not_take_the_place_of_the_one_that_waits() {
    let gateway = gateway().await;
    let invite = gateway.invite(Role::Office, "Amt Nord").await;
    let (own, thief) = (DeviceKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let anonymous = gateway.anonymous_client();
    assert_eq!(anonymous.accept_invitation(&invite, &own).await.status, 202);
    anonymous.accept_invitation(&invite, &thief).await.assert_problem(403, "enrolment-code-spent");
    let administration = gateway.administration();
    administration.approve(invite.device.device_id, &fingerprint(&own)).await.unwrap();
    anonymous.accept_invitation(&invite, &thief).await.assert_problem(403, "enrolment-code-spent");
    certificate(&anonymous.accept_invitation(&invite, &own).await);
}

#[tokio::test]
async fn a_request_has_a_week_beyond_its_codes_day() {
    let gateway = gateway().await;
    let (prompt, late) =
        (gateway.invite(Role::Studio, "Foto Koch").await, gateway.invite(Role::Studio, "Foto Koch").await);
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    for invite in [&prompt, &late] {
        assert_eq!(anonymous.accept_invitation(invite, &key).await.status, 202);
    }
    gateway.advance(6 * DAY);
    let administration = gateway.administration();
    let approved = administration.approve(prompt.device.device_id, &fingerprint(&key)).await.unwrap();
    assert_eq!(approved, ApprovalOutcome::Stored);
    certificate(&anonymous.accept_invitation(&prompt, &key).await);
    gateway.advance(DAY);
    assert_eq!(administration.requested_key(late.device.device_id).await.unwrap(), None);
    let approved = administration.approve(late.device.device_id, &fingerprint(&key)).await.unwrap();
    assert_eq!(approved, ApprovalOutcome::NoSuchRequest);
    anonymous.accept_invitation(&late, &key).await.assert_problem(403, "enrolment-code-expired");
}

#[tokio::test]
async fn a_request_that_waits_ends_with_wrong_codes_and_with_a_revocation() {
    let gateway = gateway().await;
    let (guessed, revoked) =
        (gateway.invite(Role::Studio, "Foto Koch").await, gateway.invite(Role::Studio, "Foto Koch").await);
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    for invite in [&guessed, &revoked] {
        assert_eq!(anonymous.accept_invitation(invite, &key).await.status, 202);
    }
    for _ in 0..3 {
        anonymous.enrol(&guessed.device.device_id.to_string(), WRONG_CODE, &key.to_request().unwrap()).await;
    }
    gateway.administration().revoke_device(revoked.device.device_id).await.unwrap();
    for (invite, problem) in [(&guessed, "enrolment-code-exhausted"), (&revoked, "enrolment-code-withdrawn")] {
        let approved = gateway.administration().approve(invite.device.device_id, &fingerprint(&key)).await.unwrap();
        assert_eq!(approved, ApprovalOutcome::NoSuchRequest);
        anonymous.accept_invitation(invite, &key).await.assert_problem(403, problem);
    }
}

#[tokio::test]
async fn a_request_made_under_four_eyes_waits_although_the_policy_was_relaxed() {
    let gateway = gateway().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    assert_eq!(anonymous.accept_invitation(&invite, &key).await.status, 202);
    gateway.gateway.set_certificate_issuer(crate::support::enrolment::issuance(EnrolmentPolicy::Auto));
    assert_eq!(anonymous.accept_invitation(&invite, &key).await.status, 202);
}
