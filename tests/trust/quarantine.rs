//! Photos of a revoked device: kept by default, held back where that is the policy, until they are released.

skip_in!(quick: "starts the program in one of its tests");

use lichtbild::domain::quarantine::PhotosOfRevoked;
use serde_json::json;

use crate::support::caller::{Answer, Caller, Deposit};
use crate::support::gateway::{DAY, MINUTE, TestGateway};
use crate::support::process::Home;

async fn quarantining() -> TestGateway {
    TestGateway::with(|setup| setup.rules.photos_of_revoked = PhotosOfRevoked::Quarantine).await
}

/// A studio, its second till, an office, and a photo of each till.
async fn town(gateway: &TestGateway) -> (Caller, Caller, [Deposit; 2]) {
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let second_till = gateway.device_of(&studio.party).await;
    let deposits = [studio.deposited(1).await, second_till.deposited(2).await];
    (studio, office, deposits)
}

fn held_back(answer: &Answer) {
    answer.refused(409, "photo-quarantined");
}

#[tokio::test]
async fn by_default_the_photos_of_a_revoked_device_stay_collectable() {
    let gateway = TestGateway::start().await;
    let (studio, office, [photo, _]) = town(&gateway).await;
    gateway.revoke(&studio).await;
    office.settled(&photo.code, &json!({ "outcome": "used" })).await;
}

#[tokio::test]
async fn under_quarantine_they_are_held_back_until_they_are_released() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = town(&gateway).await;
    gateway.advance(MINUTE);
    gateway.revoke(&studio).await;
    let before = gateway.database.contents().await;
    let problem = office.collect(&photo.code).await.refused(409, "photo-quarantined");
    assert_eq!(problem["held_back_since"], json!(gateway.now()));
    assert_eq!(gateway.database.contents().await, before, "no lease, no guess counted");
    office.collected(&of_second_till.code).await;

    let released = gateway.administration().release_photos(&studio.party, None).await.unwrap();
    assert_eq!((released.devices, released.photos), (1, 1));
    office.settled(&photo.code, &json!({ "outcome": "used" })).await;
    assert_eq!(gateway.database.happened("photos.released").await, 1);
    let again = gateway.administration().release_photos(&studio.party, None).await.unwrap();
    assert_eq!((again.devices, gateway.database.happened("photos.released").await), (0, 1));
}

#[tokio::test]
async fn one_device_can_be_released_and_another_not() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = town(&gateway).await;
    let third_till = gateway.device_of(&studio.party).await;
    let of_third_till = third_till.deposited(3).await;
    gateway.revoke(&studio).await;
    gateway.revoke(&third_till).await;
    let administration = gateway.administration();
    administration.release_photos(&studio.party, Some(third_till.device_id)).await.unwrap();
    held_back(&office.collect(&photo.code).await);
    office.collected(&of_third_till.code).await;
    office.collected(&of_second_till.code).await;
    // Nobody else's studio can be named for it.
    let other = gateway.studio("Foto Porst").await;
    let nothing = administration.release_photos(&other.party, Some(studio.device_id)).await.unwrap();
    assert_eq!(nothing.devices, 0);
    held_back(&office.collect(&photo.code).await);
}

#[tokio::test]
async fn a_lease_without_a_hand_over_is_held_back_too_and_a_hand_over_goes_on() {
    let gateway = quarantining().await;
    let (studio, office, [leased, _]) = town(&gateway).await;
    let seen = studio.deposited(4).await;
    let (leased_id, seen_id) = (office.collected(&leased.code).await, office.handed_over(&seen.code).await);
    gateway.revoke(&studio).await;

    held_back(&office.collect(&leased.code).await);
    held_back(&office.fetch(&leased_id, &leased.code).await);
    assert_eq!(office.head(&leased_id, &leased.code).await.status, 409);

    assert_eq!(office.fetch(&seen_id, &seen.code).await.status, 200);
    gateway.advance(DAY);
    assert_eq!(office.collected(&seen.code).await, seen_id, "its lease is renewed");
    assert_eq!(office.settle(&seen_id, &json!({ "outcome": "used" })).await.status, 200);
}

#[tokio::test]
async fn a_photo_kept_for_a_second_document_is_weighed_anew() {
    let gateway = quarantining().await;
    let (studio, office, [photo, _]) = town(&gateway).await;
    office.settled(&photo.code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    gateway.revoke(&studio).await;
    held_back(&office.collect(&photo.code).await);
}

#[tokio::test]
async fn its_retention_goes_on_and_a_suspended_studio_holds_nothing_back() {
    let gateway = quarantining().await;
    let (studio, office, [photo, of_second_till]) = town(&gateway).await;
    gateway.set_suspended(&studio.party, true).await;
    office.collected(&of_second_till.code).await;
    gateway.revoke(&studio).await;
    gateway.advance(180 * DAY);
    office.collect(&photo.code).await.refused(410, "photo-expired");
    gateway.sweep().await;
    office.collect(&photo.code).await.refused(410, "photo-expired");
}

#[tokio::test]
async fn the_clerk_reads_what_to_tell_the_citizen() {
    let gateway = quarantining().await;
    let (studio, office, [photo, _]) = town(&gateway).await;
    gateway.revoke(&studio).await;
    let told = async |reader: Caller| serde_json::to_string_pretty(&reader.collect(&photo.code).await.json()).unwrap();
    insta::assert_snapshot!([told(office.clone()).await, told(office.in_english()).await].join("\n"));
}

#[tokio::test]
async fn an_administrator_releases_them_at_the_command_line() {
    let home = Home::new();
    home.set("photos_of_revoked", "\"quarantine\"");
    let (till, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let code = till.calls(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap().code();
    assert!(home.failure(&["studio", "release", "Foto Koch"]).contains("no revoked device"));
    assert!(home.run(&["device", "revoke", &till.device_id]).status.success());
    let counter = office.calls(gateway.office());
    assert_eq!(counter.collect(&code).await.unwrap().problem(), (409, "photo-quarantined".into()));
    let released = home.json(&["studio", "release", "Foto Koch", "--device", &till.device_id]);
    assert_eq!(released, json!({ "devices": 1, "photos": 1 }));
    counter.collects(&code).await;
}
