//! Devices bound to a certificate of an external CA, by the certificate or by its key.

use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::credential::Credential;
use lichtbild::flows::admin::administer::AdministrationError;
use lichtbild::identity::key::DeviceKey;
use lichtbild::storage::requests::{Binding, CertificateRecord};
use lichtbild::transport::accept::peer::PeerCertificate;

use crate::support::enrolment::EST;
use crate::support::router_client::{RouterClient, RouterResponse, peer, send};
use crate::support::test_gateway::{DAY, TestGateway};

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::party::Role;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::Admission;

fn digest(name: &str) -> Sha256Digest {
    Sha256Digest::of(name.as_bytes())
}

/// A certificate for this key, as the handshake passes it on.
fn external_certificate(gateway: &TestGateway, certificate: &str, key: &str) -> PeerCertificate {
    let credential = Credential::External {
        sha256: digest(certificate),
        key_sha256: digest(key),
        not_after: gateway.now() + 30 * DAY,
    };
    PeerCertificate::with_credential(certificate.as_bytes().to_vec().into(), credential)
}

fn to_certificate(gateway: &TestGateway, certificate: &str) -> Binding {
    Binding::Certificate(CertificateRecord {
        sha256: digest(certificate),
        serial: vec![7],
        not_before: gateway.now(),
        not_after: gateway.now() + 30 * DAY,
        key: None,
    })
}

async fn shown(gateway: &TestGateway, line: ListenerKind, certificate: PeerCertificate) -> RouterResponse {
    let path = if line == ListenerKind::Office { "/v1/collections" } else { "/v1/me" };
    let peer = peer(Some(certificate), Admission::WithinLimit);
    send(&gateway.router(line), Request::builder().uri(path).extension(peer).body(Body::empty()).unwrap()).await
}

async fn office(gateway: &TestGateway) -> RouterClient {
    gateway.office("Bürgeramt Mitte").await
}

#[tokio::test]
async fn an_exact_binding_opens_the_door_to_that_certificate_alone() {
    let gateway = TestGateway::start().await;
    let party = office(&gateway).await.party;
    let certificate = external_certificate(&gateway, "certificate", "key");
    let device = gateway.bound_device(&party, &to_certificate(&gateway, "certificate"), certificate.clone()).await;
    assert_eq!(device.collections("").await.status, 200);
    let renewed = external_certificate(&gateway, "renewed", "key");
    shown(&gateway, ListenerKind::Office, renewed).await.assert_problem(403, "device-unknown");
    gateway.revoke(&device).await;
    device.collections("").await.assert_problem(403, "device-revoked");
    assert!(gateway.store().revoked_certificates(gateway.now()).await.unwrap().contains(&digest("certificate")));
    assert_eq!(
        gateway.store().revoked_serials(Role::Office, gateway.now()).await.unwrap(),
        [],
        "it is not ours to list"
    );
}

#[tokio::test]
async fn a_key_binding_opens_it_to_every_certificate_of_that_key_until_each_ends() {
    let gateway = TestGateway::start().await;
    let party = office(&gateway).await.party;
    let first = external_certificate(&gateway, "first", "key");
    let device = gateway.bound_device(&party, &Binding::Key(digest("key")), first.clone()).await;
    assert_eq!(device.collections("").await.status, 200);
    assert_eq!(
        shown(&gateway, ListenerKind::Office, external_certificate(&gateway, "second", "key")).await.status,
        200
    );
    shown(&gateway, ListenerKind::Office, external_certificate(&gateway, "third", "another key"))
        .await
        .assert_problem(403, "device-unknown");
    gateway.advance(30 * DAY);
    device.collections("").await.assert_problem(403, "certificate-expired");
    assert_eq!(
        shown(&gateway, ListenerKind::Office, external_certificate(&gateway, "fourth", "key")).await.status,
        200
    );
    gateway.revoke(&device).await;
    shown(&gateway, ListenerKind::Office, external_certificate(&gateway, "fifth", "key"))
        .await
        .assert_problem(403, "device-revoked");
    assert_eq!(gateway.store().revoked_certificates(gateway.now()).await.unwrap(), [digest("key")]);
}

#[tokio::test]
async fn a_foreign_certificate_is_never_taken_for_one_of_ours_nor_the_other_way_round() {
    let gateway = TestGateway::start().await;
    let (studio, own) = (gateway.studio("Foto Koch").await, office(&gateway).await);
    gateway.bound_device(&own.party, &Binding::Key(digest("key")), external_certificate(&gateway, "x", "key")).await;
    // The certificates of a studio and of an office, presented as those of an external CA.
    for ours in [&studio, &own] {
        let claimed = Credential::External {
            sha256: ours.certificate.sha256(),
            key_sha256: digest("unbound"),
            not_after: gateway.now() + DAY,
        };
        let claimed = PeerCertificate::with_credential(ours.certificate.der().clone(), claimed);
        shown(&gateway, ListenerKind::Office, claimed).await.assert_problem(403, "device-unknown");
    }
    // A bound certificate, presented as one of the gateway's own CA.
    gateway
        .bound_device(&own.party, &to_certificate(&gateway, "bound"), external_certificate(&gateway, "bound", "k"))
        .await;
    let claimed = PeerCertificate::new(b"bound".to_vec().into());
    shown(&gateway, ListenerKind::Office, claimed).await.assert_problem(403, "device-unknown");
    // The studio listener does not know bound keys.
    shown(&gateway, ListenerKind::Studio, external_certificate(&gateway, "y", "key"))
        .await
        .assert_problem(403, "device-unknown");
}

#[tokio::test]
async fn who_is_known_by_a_foreign_certificate_gets_none_of_ours() {
    let gateway = TestGateway::start().await;
    let party = office(&gateway).await.party;
    for (binding, certificate, key) in
        [(to_certificate(&gateway, "bound"), "bound", "any key"), (Binding::Key(digest("key")), "any", "key")]
    {
        let device = gateway.bound_device(&party, &binding, external_certificate(&gateway, certificate, key)).await;
        let before = gateway.database.contents().await;
        let request = device.request(Method::POST, &format!("{EST}/simplereenroll"));
        let body = STANDARD.encode(DeviceKey::generate().unwrap().to_request().unwrap());
        let request = request.header("content-type", "application/pkcs10").body(Body::from(body)).unwrap();
        let problem = device.send(request).await.assert_problem(403, "certificate-foreign");
        assert!(problem["detail"].as_str().unwrap().contains("anderen Stelle"), "{problem}");
        let row = gateway.database.audit().await.pop().unwrap();
        assert_eq!((row.event.as_str(), &row.details["reason"]), ("enrolment.refused", &"certificate_foreign".into()));
        assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
        assert_eq!(device.collections("").await.status, 200, "that it works on is not at stake");
    }
}

#[tokio::test]
async fn a_certificate_or_key_is_bound_once_and_a_revoked_one_never_again() {
    let gateway = TestGateway::start().await;
    let party = office(&gateway).await.party;
    for binding in [Binding::Key(digest("key")), to_certificate(&gateway, "certificate")] {
        let device = gateway.bound_device(&party, &binding, external_certificate(&gateway, "certificate", "key")).await;
        let devices = gateway.store().devices(Role::Office).await.unwrap();
        let known = devices.into_iter().find(|(_, known)| known.device_id == device.device_id).unwrap().1;
        for _ in 0..2 {
            let mut another = known.clone();
            another.device_id =
                lichtbild::domain::id::DeviceId::generate(gateway.now(), gateway.gateway.entropy.as_ref()).unwrap();
            let before = gateway.database.contents().await;
            let refused = gateway.administration().bind_device(&another, &binding).await;
            assert!(matches!(refused, Err(AdministrationError::AlreadyBound)), "{refused:?}");
            assert_eq!(gateway.database.contents().await, before);
            let _ = gateway.administration().revoke_device(device.device_id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_device_bound_by_its_certificate_and_revoked_does_not_come_back_by_its_key() {
    let gateway = TestGateway::start().await;
    let party = office(&gateway).await.party;
    let certificate = external_certificate(&gateway, "certificate", "key");
    let exact = gateway.bound_device(&party, &to_certificate(&gateway, "certificate"), certificate.clone()).await;
    gateway.bound_device(&party, &Binding::Key(digest("key")), certificate).await;
    gateway.revoke(&exact).await;
    exact.collections("").await.assert_problem(403, "device-revoked");
}
