//! One device or one client cannot make revocations or public reads more expensive.

use axum::body::Body;
use lichtbild::domain::party::Role;

use crate::support::enrolment::EST;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

#[tokio::test]
async fn a_revocation_after_ten_thousand_certificates_lists_three() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let end = (gateway.now() + 60 * DAY).unix_milliseconds();
    let digest = gateway.database.for_dialect("unhex(printf('%064x', n))", "decode(lpad(to_hex(n), 64, '0'), 'hex')");
    let issued = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
         INSERT INTO certificates (sha256, device_id, serial, not_before, not_after, number)
         SELECT {digest}, '{}', {digest}, {}, {end}, n FROM numbers",
        studio.device_id,
        gateway.now().unix_milliseconds()
    );
    gateway.database.execute(&issued).await.unwrap();
    gateway.revoke(&studio).await;
    assert_eq!(gateway.store.revoked_serials(Role::Studio, gateway.now()).await.unwrap().len(), 3);
    // With keys, where they are known.
    assert!(gateway.store.revoked_certificates(gateway.now()).await.unwrap().len() <= 6);
}

#[tokio::test]
async fn readings_of_what_is_public_have_a_pace_and_keep_nobody_from_enrolling() {
    let gateway = TestGateway::start().await;
    let reader = gateway.anonymous_client();
    let paths =
        [format!("{EST}/cacerts"), format!("{EST}/csrattrs"), "/crl/studio.crl".into(), "/crl/office.crl".into()];
    for number in 0..60 {
        let answer = reader.get(&paths[number % 4]).await;
        assert_ne!(answer.status, 429, "{number}");
    }
    for path in &paths {
        let answer = reader.get(path).await;
        answer.assert_problem(429, "too-many-requests");
        assert_eq!(answer.retry_after_seconds(), 1);
    }
    reader.enrol_with(None, Body::empty()).await.assert_problem(401, "enrolment-credentials-missing");
    gateway.advance(MINUTE);
    assert_eq!(reader.get(&paths[0]).await.status, 200);
}
