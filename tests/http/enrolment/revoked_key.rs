//! The gateway never certifies or binds a key that another device has or had, revoked or not.

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::id::DeviceId;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::admin::administer::AdministrationError;
use lichtbild::flows::enrolment::invite::IssuedInvitation;
use lichtbild::identity::key::DeviceKey;
use lichtbild::storage::enrolment_requests::ApprovalOutcome;
use lichtbild::storage::requests::{Binding, CertificateRecord};
use lichtbild::transport::accept::peer::PeerCertificate;

use crate::support::enrolment::{EST, certificate, fingerprint};
use crate::support::router_client::{RouterClient, RouterResponse};
use crate::support::test_gateway::{DAY, HOUR, TestGateway};

fn key() -> DeviceKey {
    DeviceKey::generate().unwrap()
}

async fn renew(device: &RouterClient, key: &DeviceKey) -> RouterResponse {
    let request = device.request(Method::POST, &format!("{EST}/simplereenroll"));
    let body = Body::from(STANDARD.encode(key.to_request().unwrap()));
    device.send(request.header("content-type", "application/pkcs10").body(body).unwrap()).await
}

/// A device of a new studio, enrolled with this key.
async fn enrolled(gateway: &TestGateway, name: &str, key: &DeviceKey) -> RouterClient {
    let invite = gateway.invite(Role::Studio, name).await;
    let der = certificate(&gateway.anonymous_client().accept_invitation(&invite, key).await);
    gateway.with_certificate(&invite, der)
}

async fn assert_not_enrolled(gateway: &TestGateway, invite: &IssuedInvitation, key: &DeviceKey) {
    let certificates = gateway.database.count("certificates").await;
    gateway.anonymous_client().accept_invitation(invite, key).await.assert_problem(422, "key-reused");
    let last = gateway.database.audit().await.pop().unwrap();
    assert_eq!((last.event.as_str(), &last.details["reason"]), ("enrolment.refused", &"key_reused".into()));
    assert_eq!(gateway.database.count("certificates").await, certificates);
}

async fn revoked_keys(gateway: &TestGateway) -> Vec<Sha256Digest> {
    gateway.store.revoked_certificates(gateway.now()).await.unwrap()
}

#[tokio::test]
async fn a_key_is_certified_for_one_device_only() {
    let gateway = TestGateway::start().await;
    let shared = key();
    let first = enrolled(&gateway, "Foto Koch", &shared).await;
    // An attacker needs only the request that the first device sent.
    let invite = gateway.invite(Role::Studio, "Foto Porst").await;
    assert_not_enrolled(&gateway, &invite, &shared).await;
    let second = enrolled(&gateway, "Foto Meier", &key()).await;
    renew(&second, &shared).await.assert_problem(422, "key-reused");
    assert_eq!(renew(&first, &shared).await.status, 200, "its own key it keeps as long as it likes");
}

#[tokio::test]
async fn a_key_that_two_devices_shared_before_is_revoked_for_both() {
    let gateway = TestGateway::start().await;
    let shared = key();
    let (first, second) =
        (enrolled(&gateway, "Foto Koch", &shared).await, enrolled(&gateway, "Foto Porst", &key()).await);
    let sharing = format!(
        "UPDATE certificates SET spki_sha256 = (SELECT spki_sha256 FROM certificates WHERE device_id = '{}')
         WHERE device_id = '{}'",
        first.device_id, second.device_id
    );
    gateway.database.execute(&sharing).await.unwrap();
    assert!(!revoked_keys(&gateway).await.contains(&fingerprint(&shared)));
    gateway.revoke(&first).await;
    // The handshake uses this list.
    assert!(revoked_keys(&gateway).await.contains(&fingerprint(&shared)));
    renew(&second, &shared).await.assert_problem(422, "key-reused");
    let last = gateway.database.audit().await.pop().unwrap();
    assert_eq!((last.event.as_str(), &last.details["reason"]), ("enrolment.refused", &"key_reused".into()));
    assert_eq!(renew(&second, &key()).await.status, 200);
}

#[tokio::test]
async fn a_key_that_a_revoked_device_ever_had_enrols_no_other() {
    let gateway = TestGateway::start().await;
    let (old, new) = (key(), key());
    let device = enrolled(&gateway, "Foto Koch", &old).await;
    assert_eq!(renew(&device, &new).await.status, 200);
    gateway.revoke(&device).await;
    let invite = gateway.invite(Role::Office, "Amt Nord").await;
    for revoked in [&old, &new] {
        assert_not_enrolled(&gateway, &invite, revoked).await;
    }
    // This does not use up the code.
    assert_eq!(gateway.anonymous_client().accept_invitation(&invite, &key()).await.status, 200);
}

#[tokio::test]
async fn the_key_of_a_certificate_from_before_the_upgrade_is_known_by_its_invitation() {
    let gateway = TestGateway::start().await;
    let (shared, office_key) = (key(), key());
    let device = enrolled(&gateway, "Foto Koch", &shared).await;
    let office = gateway.office("Amt Nord").await;
    let binding = Binding::Key(fingerprint(&office_key));
    let bound = gateway.bound_device(&office.party, &binding, PeerCertificate::new(b"external".to_vec().into())).await;
    gateway.database.execute("UPDATE certificates SET spki_sha256 = NULL").await.unwrap();
    gateway.revoke(&device).await;
    gateway.revoke(&bound).await;
    let invite = gateway.invite(Role::Studio, "Foto Porst").await;
    for revoked in [&shared, &office_key] {
        assert_not_enrolled(&gateway, &invite, revoked).await;
    }
}

#[tokio::test]
async fn a_request_whose_key_was_revoked_meanwhile_is_not_approved() {
    let gateway = TestGateway::with(|setup| setup.policy = EnrolmentPolicy::FourEyes).await;
    let (shared, anonymous, administration) = (key(), gateway.anonymous_client(), gateway.administration());
    let [first, second, third] = [
        gateway.invite(Role::Studio, "Foto Koch").await,
        gateway.invite(Role::Studio, "Foto Porst").await,
        gateway.invite(Role::Studio, "Foto Meier").await,
    ];
    for invite in [&first, &second, &third] {
        assert_eq!(anonymous.accept_invitation(invite, &shared).await.status, 202);
    }
    for invite in [&first, &third] {
        let approved = administration.approve(invite.device.device_id, &fingerprint(&shared)).await;
        assert_eq!(approved.unwrap(), ApprovalOutcome::Stored);
    }
    assert_eq!(anonymous.accept_invitation(&first, &shared).await.status, 200);
    assert!(administration.revoke_device(first.device.device_id).await.unwrap());
    let before = gateway.database.contents().await;
    let approved = administration.approve(second.device.device_id, &fingerprint(&shared)).await;
    assert_eq!(approved.unwrap(), ApprovalOutcome::KeyReused);
    assert_eq!(gateway.database.contents().await, before);
    // An earlier approval does not count for another key.
    assert_not_enrolled(&gateway, &third, &shared).await;
}

#[tokio::test]
async fn an_administrator_adds_and_binds_no_device_with_a_revoked_key() {
    let gateway = TestGateway::start().await;
    let revoked = key();
    gateway.revoke(&enrolled(&gateway, "Foto Koch", &revoked).await).await;
    let office = gateway.office("Amt Nord").await;
    let administration = gateway.administration();
    let key = fingerprint(&revoked);
    assert!(matches!(administration.check_key(&key).await, Err(AdministrationError::KeyReused)));
    let device = lichtbild::domain::party::Device {
        device_id: "01a20297-0000-7000-8000-000000000000".parse().unwrap(),
        party_id: office.party.party_id,
        label: String::new(),
        scope: Default::default(),
        kind: None,
        created_at: gateway.now(),
        revoked_at: None,
        certificate_expires_at: None,
    };
    let certificate = CertificateRecord {
        sha256: Sha256Digest::of(b"certificate"),
        serial: vec![1],
        not_before: gateway.now(),
        not_after: gateway.now() + DAY,
        key: Some(key),
    };
    let before = gateway.database.contents().await;
    let added = administration.add_device(&device, &certificate).await;
    assert!(matches!(added, Err(AdministrationError::KeyReused)), "{added:?}");
    for binding in [Binding::Key(key), Binding::Certificate(certificate)] {
        let bound = administration.bind_device(&device, &binding).await;
        assert!(matches!(bound, Err(AdministrationError::KeyReused)), "{bound:?}");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn the_list_of_the_handshake_does_not_grow_with_every_renewal() {
    let gateway = TestGateway::start().await;
    let mut device = enrolled(&gateway, "Foto Koch", &key()).await;
    let keys: Vec<_> = (0..6).map(|_| key()).collect();
    for key in &keys {
        let renewed = certificate(&renew(&device, key).await);
        device = device.presenting(PeerCertificate::new(renewed.into()));
        gateway.advance(HOUR);
    }
    gateway.revoke(&device).await;
    let listed = revoked_keys(&gateway).await;
    let listed: Vec<_> = keys.iter().map(|key| listed.contains(&fingerprint(key))).collect();
    assert_eq!(listed, [false, false, false, true, true, true]);
}

#[tokio::test]
async fn a_certificate_that_another_authority_renewed_with_its_key_is_bound_again_at_the_same_office_only() {
    let gateway = TestGateway::start().await;
    let (office, other) = (gateway.office("Amt Nord").await, gateway.office("Amt Süd").await);
    let record = |text: &[u8]| CertificateRecord {
        sha256: Sha256Digest::of(text),
        serial: vec![1],
        not_before: gateway.now(),
        not_after: gateway.now() + DAY,
        key: Some(Sha256Digest::of(b"the card's key")),
    };
    let shown = |text: &[u8]| PeerCertificate::new(text.to_vec().into());
    for text in [b"of this year".as_slice(), b"of the next year"] {
        gateway.bound_device(&office.party, &Binding::Certificate(record(text)), shown(text)).await;
    }
    let elsewhere = gateway.device_of(&other.party).await.device_id;
    let device = gateway.store.device(elsewhere).await.unwrap().unwrap();
    let device_id = DeviceId::generate(gateway.now() + DAY, &SeededEntropy::new(9)).unwrap();
    let stranger = lichtbild::domain::party::Device { device_id, ..device };
    let bound =
        gateway.administration().bind_device(&stranger, &Binding::Certificate(record(b"of another office"))).await;
    assert!(matches!(bound, Err(AdministrationError::KeyReused)), "{bound:?}");
}
