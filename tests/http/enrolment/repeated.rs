//! The response was lost, and the device repeats the request.

use lichtbild::domain::party::Role;
use lichtbild::identity::certificate::read_certificate;
use lichtbild::identity::key::DeviceKey;

use crate::support::enrolment::{certificate, fingerprint};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

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
