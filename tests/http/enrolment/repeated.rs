//! The response was lost, and the device repeats the request.

use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::read_certificate;
use lichtbild::identity::key::DeviceKey;
use lichtbild::transport::accept::peer::PeerCertificate;

use super::renewal::{fresh, reenrol};
use crate::http::setup::studio_alone;
use crate::support::enrolment::{certificate, fingerprint};
use crate::support::test_gateway::{DAY, HOUR, MINUTE, TestGateway};

#[tokio::test]
async fn the_same_key_gets_a_certificate_again_while_the_invitation_lasts() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    let first = certificate(&anonymous.accept_invitation(&invite, &key).await);
    gateway.advance(DAY - MINUTE);
    let again = certificate(&anonymous.accept_invitation(&invite, &key).await);
    assert_ne!(first, again);
    for der in [first, again] {
        assert_eq!(read_certificate(&der).unwrap().spki_sha256, fingerprint(&key));
        gateway.with_certificate(&invite, der).deposit_numbered(1).await;
    }
    assert_eq!(gateway.database.count("certificates").await, 2);
    assert_eq!(gateway.database.count_events("device.enrolled").await, 2);
    gateway.advance(MINUTE);
    anonymous.accept_invitation(&invite, &key).await.assert_problem(403, "enrolment-code-expired");
}

#[tokio::test]
async fn another_key_gets_nothing_and_is_written_down() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let anonymous = gateway.anonymous_client();
    certificate(&anonymous.accept_invitation(&invite, &DeviceKey::generate().unwrap()).await);
    let before = gateway.database.contents().await;
    anonymous
        .accept_invitation(&invite, &DeviceKey::generate().unwrap())
        .await
        .assert_problem(403, "enrolment-code-spent");
    gateway.advance(2 * DAY);
    anonymous
        .accept_invitation(&invite, &DeviceKey::generate().unwrap())
        .await
        .assert_problem(403, "enrolment-code-spent");
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
    let rows = gateway.database.audit().await;
    assert_eq!(rows.iter().filter(|row| row.details["reason"] == "code_spent").count(), 2);
}

#[tokio::test]
async fn the_answer_is_retried_even_after_the_certificate_was_used() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite(Role::Studio, "Foto Koch").await;
    let (anonymous, key) = (gateway.anonymous_client(), DeviceKey::generate().unwrap());
    let first = certificate(&anonymous.accept_invitation(&invite, &key).await);
    gateway.with_certificate(&invite, first).deposit_numbered(1).await;
    certificate(&anonymous.accept_invitation(&invite, &key).await);
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_repeated_with_the_same_key_and_gets_the_same_certificate() {
    let (gateway, studio) = studio_alone().await;
    let [request, other] = [fresh(), fresh()];
    let issued = certificate(&reenrol(&studio, &request).await);
    let rows = gateway.database.contents().await;
    for _ in 0..5 {
        assert_eq!(certificate(&reenrol(&studio, &request).await), issued);
        reenrol(&studio, &other).await.assert_problem(429, "renewal-too-soon");
    }
    assert_eq!(gateway.database.contents().await, rows, "nothing is issued twice");
    // Another device with this key gets nothing.
    let elsewhere = gateway.device_of(&studio.party).await;
    reenrol(&elsewhere, &request).await.assert_problem(422, "key-reused");
    // A newer one was issued meanwhile: still among the accepted.
    gateway.advance(HOUR);
    certificate(&reenrol(&studio, &other).await);
    assert_eq!(certificate(&reenrol(&studio, &request).await), issued);
    gateway.advance(HOUR);
    certificate(&reenrol(&studio, &fresh()).await);
    // The first is not accepted any more, so the key gets a new certificate.
    gateway.advance(HOUR);
    let again = certificate(&reenrol(&studio, &request).await);
    assert_ne!(again, issued);
    let renewed = studio.presenting(PeerCertificate::new(again.clone().into()));
    renewed.photos("").await;
    reenrol(&studio, &request).await.assert_problem(403, "certificate-superseded");
    // The same key once more, over its own certificate, is no repeat.
    gateway.advance(HOUR);
    assert_ne!(certificate(&reenrol(&renewed, &request).await), again);
    gateway.database.audit().await;
}

#[tokio::test]
async fn a_repeat_gets_no_certificate_of_a_clock_that_was_ahead() {
    let (gateway, studio) = studio_alone().await;
    let request = fresh();
    gateway.advance(20 * DAY);
    let ahead = certificate(&reenrol(&studio, &request).await);
    gateway.clock.shift_by(-20 * 86_400_000);
    let repeated = certificate(&reenrol(&studio, &request).await);
    assert_ne!(repeated, ahead, "no listener would accept it for twenty days");
    assert!(read_certificate(&repeated).unwrap().not_before <= gateway.now());
}

#[tokio::test]
async fn a_repeat_that_comes_when_its_certificate_is_half_over_gets_a_new_one() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let request = fresh();
    let issued = certificate(&reenrol(&studio, &request).await);
    let device = gateway.device_until(&studio.party, gateway.now() + 400 * DAY).await;
    let long = fresh();
    let issued_long = certificate(&reenrol(&device, &long).await);
    gateway.advance(30 * DAY - HOUR);
    assert_eq!(certificate(&reenrol(&device, &long).await), issued_long);
    gateway.advance(2 * HOUR);
    assert_ne!(certificate(&reenrol(&device, &long).await), issued_long);
    assert_ne!(certificate(&reenrol(&studio, &request).await), issued);
}
