//! Photos of a revoked device: kept by default, held back where that is the policy, until they are released.

skip_in!(quick: "starts the program in one of its tests");

use lichtbild::domain::photo::quarantine::RevokedDevicePolicy;
use serde_json::json;

use crate::support::gateway_process::GatewayFolder;
use crate::support::router_client::{DepositedPhoto, RouterClient, RouterResponse};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

async fn quarantining() -> TestGateway {
    TestGateway::with(|setup| setup.limits.photos_of_revoked = RevokedDevicePolicy::Quarantine).await
}

/// A studio, its second till, an office, and a photo of each till.
async fn parties_with_deposits(gateway: &TestGateway) -> (RouterClient, RouterClient, [DepositedPhoto; 2]) {
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let second_till = gateway.device_of(&studio.party).await;
    let deposits = [studio.deposit_numbered(1).await, second_till.deposit_numbered(2).await];
    (studio, office, deposits)
}

fn assert_quarantined(answer: &RouterResponse) {
    answer.assert_problem(409, "photo-quarantined");
}

#[tokio::test]
async fn by_default_the_photos_of_a_revoked_device_stay_collectable() {
    let gateway = TestGateway::start().await;
    let (studio, office, [photo, _]) = parties_with_deposits(&gateway).await;
    gateway.revoke(&studio).await;
    office.collect_and_settle(&photo.code, &json!({ "outcome": "used" })).await;
}

#[tokio::test]
async fn under_that_policy_they_are_quarantined_until_they_are_released() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = parties_with_deposits(&gateway).await;
    gateway.advance(MINUTE);
    gateway.revoke(&studio).await;
    let before = gateway.database.contents().await;
    let problem = office.collect(&photo.code).await.assert_problem(409, "photo-quarantined");
    assert_eq!(problem["held_back_since"], json!(gateway.now()));
    assert_eq!(gateway.database.contents().await, before, "no lease, no guess counted");
    office.collect_ok(&of_second_till.code).await;

    let released = gateway.administration().release_photos(&studio.party, None).await.unwrap();
    assert_eq!((released.devices, released.photos), (1, 1));
    office.collect_and_settle(&photo.code, &json!({ "outcome": "used" })).await;
    assert_eq!(gateway.database.count_events("photos.released").await, 1);
    let again = gateway.administration().release_photos(&studio.party, None).await.unwrap();
    assert_eq!((again.devices, gateway.database.count_events("photos.released").await), (0, 1));
}

#[tokio::test]
async fn one_device_can_be_released_and_another_not() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = parties_with_deposits(&gateway).await;
    let third_till = gateway.device_of(&studio.party).await;
    let of_third_till = third_till.deposit_numbered(3).await;
    gateway.revoke(&studio).await;
    gateway.revoke(&third_till).await;
    let administration = gateway.administration();
    administration.release_photos(&studio.party, Some(third_till.device_id)).await.unwrap();
    assert_quarantined(&office.collect(&photo.code).await);
    office.collect_ok(&of_third_till.code).await;
    office.collect_ok(&of_second_till.code).await;
    // Another studio cannot be named for it.
    let other = gateway.studio("Foto Porst").await;
    let nothing = administration.release_photos(&other.party, Some(studio.device_id)).await.unwrap();
    assert_eq!(nothing.devices, 0);
    assert_quarantined(&office.collect(&photo.code).await);
}

#[tokio::test]
async fn a_lease_without_a_hand_over_is_quarantined_too_and_a_hand_over_goes_on() {
    let gateway = quarantining().await;
    let (studio, office, [leased, _]) = parties_with_deposits(&gateway).await;
    let seen = studio.deposit_numbered(4).await;
    let (leased_id, seen_id) = (office.collect_ok(&leased.code).await, office.collect_and_fetch(&seen.code).await);
    gateway.revoke(&studio).await;

    assert_quarantined(&office.collect(&leased.code).await);
    assert_quarantined(&office.fetch(&leased_id, &leased.code).await);
    assert_eq!(office.head(&leased_id, &leased.code).await.status, 409);

    assert_eq!(office.fetch(&seen_id, &seen.code).await.status, 200);
    gateway.advance(DAY);
    assert_eq!(office.collect_ok(&seen.code).await, seen_id, "its lease is renewed");
    assert_eq!(office.settle(&seen_id, &json!({ "outcome": "used" })).await.status, 200);
}

#[tokio::test]
async fn a_photo_kept_for_a_second_document_is_checked_again() {
    let gateway = quarantining().await;
    let (studio, office, [photo, _]) = parties_with_deposits(&gateway).await;
    office.collect_and_settle(&photo.code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    gateway.revoke(&studio).await;
    assert_quarantined(&office.collect(&photo.code).await);
}

#[tokio::test]
async fn its_retention_goes_on_and_a_suspended_studio_quarantines_nothing() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = parties_with_deposits(&gateway).await;
    gateway.set_suspended(&studio.party, true).await;
    office.collect_ok(&of_second_till.code).await;
    gateway.revoke(&studio).await;
    gateway.advance(180 * DAY);
    office.collect(&photo.code).await.assert_problem(410, "photo-expired");
    gateway.sweep().await;
    office.collect(&photo.code).await.assert_problem(410, "photo-expired");
}

#[tokio::test]
async fn the_clerk_reads_what_to_tell_the_citizen() {
    let gateway = quarantining().await;
    let (studio, office, [photo, _]) = parties_with_deposits(&gateway).await;
    gateway.revoke(&studio).await;
    let told =
        async |reader: RouterClient| serde_json::to_string_pretty(&reader.collect(&photo.code).await.json()).unwrap();
    insta::assert_snapshot!([told(office.clone()).await, told(office.in_english()).await].join("\n"));
}

#[tokio::test]
async fn an_administrator_releases_them_at_the_command_line() {
    let home = GatewayFolder::new();
    home.set("photos_of_revoked", "\"quarantine\"");
    let (till, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let code = till.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap().code();
    assert!(home.failure(&["studio", "release", "Foto Koch"]).contains("no revoked device"));
    assert!(home.run(&["device", "revoke", &till.device_id]).status.success());
    let desk = office.client(gateway.office());
    assert_eq!(desk.collect(&code).await.unwrap().problem(), (409, "photo-quarantined".into()));
    let released = home.json(&["studio", "release", "Foto Koch", "--device", &till.device_id]);
    assert_eq!(released, json!({ "devices": 1, "photos": 1 }));
    desk.collect_ok(&code).await;
}
