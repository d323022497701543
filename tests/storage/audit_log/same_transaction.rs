//! A change and its row commit together or not at all.

use lichtbild::clock::Clock;
use lichtbild::domain::id::{DeviceId, PartyId};
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::domain::party::{Device, DeviceScope, Role};
use lichtbild::entropy::SeededEntropy;
use lichtbild::storage::StoreError;
use lichtbild::storage::requests::CertificateRecord;
use serde_json::json;

use crate::support::router_client::{RouterResponse, idempotency_key, photo};
use crate::support::test_gateway::{MINUTE, TestGateway};

#[tokio::test]
async fn a_change_whose_row_cannot_be_written_does_not_happen() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let [free, leased, lapsed, handed_over, stale] = [
        studio.deposit_numbered(1).await,
        studio.deposit_numbered(2).await,
        studio.deposit_numbered(3).await,
        studio.deposit_numbered(4).await,
        studio.deposit_numbered(5).await,
    ];
    office.collect_ok(&lapsed.code).await;
    office.collect_and_fetch(&stale.code).await;
    gateway.advance(15 * MINUTE);
    let leased_collection = office.collect_ok(&leased.code).await;
    let handed_over_collection = office.collect_and_fetch(&handed_over.code).await;

    gateway.database.break_audit().await;
    let before = gateway.database.contents().await;
    let unavailable = |answer: RouterResponse| {
        answer.assert_problem(503, "storage-unavailable");
        assert_eq!(answer.retry_after_seconds(), 5);
    };
    unavailable(studio.deposit(&photo(6), &idempotency_key(6)).await);
    unavailable(studio.deposit(b"no photo", &idempotency_key(7)).await);
    unavailable(studio.withdraw(&free.photo_id).await);
    unavailable(studio.withdraw(&lapsed.photo_id).await);
    unavailable(office.collect("00000-00000-00000-00012").await);
    unavailable(office.collect(&free.code).await);
    unavailable(office.collect(&lapsed.code).await);
    unavailable(office.collect(&stale.code).await);
    unavailable(office.fetch(&leased_collection, &leased.code).await);
    for outcome in [
        json!({ "outcome": "used" }),
        json!({ "outcome": "refused", "reason": "gaze" }),
        json!({ "outcome": "kept", "until": "2026-12-31" }),
        json!({ "outcome": "released" }),
    ] {
        unavailable(office.settle(&handed_over_collection, &outcome).await);
    }
    let administration = gateway.administration();
    assert!(administration.add_party(Role::Studio, "Foto Porst", "Köln").await.is_err());
    assert!(administration.set_suspended(&studio.party, true).await.is_err());
    assert!(administration.revoke_device(studio.device_id).await.is_err());
    assert_eq!(gateway.database.contents().await, before);

    // Every request works again once the store does.
    gateway.database.repair_audit().await;
    studio.deposit_numbered(6).await;
    assert_eq!(studio.withdraw(&lapsed.photo_id).await.status, 200);
    assert_eq!(office.settle(&handed_over_collection, &json!({ "outcome": "used" })).await.status, 200);
    office.collect_and_settle(&free.code, &json!({ "outcome": "used" })).await;
    assert_eq!(office.fetch(&leased_collection, &leased.code).await.body, leased.bytes);
    gateway.database.audit().await;
}

#[tokio::test]
async fn a_change_that_cannot_be_made_leaves_no_row() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let (store, now) = (gateway.store(), gateway.clock.now());
    let entropy = SeededEntropy::new(7);
    let before = gateway.database.contents().await;
    let device = |party_id| Device {
        device_id: DeviceId::generate(now, &entropy).unwrap(),
        party_id,
        label: "Kasse".into(),
        scope: DeviceScope::Photos,
        kind: None,
        created_at: now,
        revoked_at: None,
        certificate_expires_at: None,
    };
    let certificate =
        |sha256| CertificateRecord { sha256, serial: vec![1], not_before: now, not_after: now, key: None };
    let entry = || AuditEntry {
        at: now,
        actor: "administrator".into(),
        event: AuditEvent::DeviceAdded,
        subject: None,
        details: json!({}),
    };
    let nobody = PartyId::generate(now, &entropy).unwrap();
    let fresh = certificate(lichtbild::domain::digest::Sha256Digest::of(b"fresh"));
    assert!(store.add_device(&device(nobody), &fresh, entry()).await.is_err());
    // The certificate belongs to another device.
    let taken = certificate(studio.certificate.sha256());
    assert!(store.add_device(&device(studio.party.party_id), &taken, entry()).await.is_err());
    let again = store.add_party(&studio.party, entry()).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)), "{again:?}");
    assert!(!store.set_suspended(nobody, true, entry()).await.unwrap());
    assert!(!store.set_suspended(studio.party.party_id, false, entry()).await.unwrap());
    let no_device = DeviceId::generate(now, &entropy).unwrap();
    assert!(!store.revoke_device(no_device, now, entry()).await.unwrap());
    assert_eq!(gateway.database.contents().await, before);
}
