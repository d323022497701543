//! Photos kept for a second document.

use lichtbild::flows::maintenance::sweep;
use serde_json::{Value, json};

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::{DAY, MINUTE, START};

fn kept(until: &str) -> Value {
    json!({ "outcome": "kept", "until": until })
}

#[tokio::test]
async fn a_kept_photo_is_collectable_by_any_office_until_the_end_of_its_day() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_and_fetch(&deposit.code).await;
    let receipt = office.settle(&collection, &kept("2026-11-30")).await.json();
    assert_eq!(receipt["outcome"], "kept");
    assert_eq!(receipt["kept_until"], "2026-12-01T00:00:00.000Z");
    assert_eq!(receipt["erased"], false);
    let photo = studio.photo(&deposit.photo_id).await.json();
    assert_eq!((&photo["state"], &photo["expires_at"]), (&json!("kept"), &json!("2026-12-01T00:00:00.000Z")));
    // 2026-11-22T09:30 + 8 d 14 h 29 min = 2026-11-30T23:59
    gateway.advance(8 * DAY + (14 * 60 + 29) * MINUTE);
    let last = other.collect_and_fetch(&deposit.code).await;
    assert_ne!(last, collection);
    other.settle(&last, &json!({ "outcome": "released" })).await;
    assert_eq!(studio.state_of(&deposit).await, "kept");
    gateway.advance(MINUTE);
    let problem = other.collect(&deposit.code).await.assert_problem(410, "photo-expired");
    assert_eq!(problem["expired_at"], "2026-12-01T00:00:00.000Z");
    assert_eq!(studio.state_of(&deposit).await, "expired");
}

#[tokio::test]
async fn a_kept_photo_that_is_given_back_or_whose_lease_lapses_is_kept_again() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    office.collect_and_settle(&deposit.code, &kept("2026-12-31")).await;
    office.collect_and_settle(&deposit.code, &json!({ "outcome": "released" })).await;
    assert_eq!(studio.state_of(&deposit).await, "kept");
    for swept in [false, true] {
        office.collect_ok(&deposit.code).await;
        assert_eq!(studio.state_of(&deposit).await, "leased");
        gateway.advance(15 * MINUTE);
        if swept {
            assert_eq!(gateway.sweep().await.lapsed, 1);
        }
        assert_eq!(studio.state_of(&deposit).await, "kept");
        studio.withdraw(&deposit.photo_id).await.assert_problem(409, "photo-kept");
    }
}

#[tokio::test]
async fn a_kept_photo_may_be_used_at_last() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    let first = office.collect_and_settle(&deposit.code, &kept("2026-12-31")).await;
    gateway.advance(DAY);
    let second = office.collect_and_settle(&deposit.code, &json!({ "outcome": "used" })).await;
    assert_ne!(first, second);
    assert_eq!(gateway.database.count("frames").await, 0);
    // The first settlement keeps its receipt.
    assert_eq!(office.settle(&first, &kept("2026-12-31")).await.json()["settled_at"], json!(START));
}

#[tokio::test]
async fn a_photo_is_kept_for_six_months_at_most_and_not_into_the_past() {
    let (gateway, studio, office) = studio_and_office().await;
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for until in ["2027-05-23", "2026-11-21", "1970-01-01", "9999-12-31"] {
        let problem = office.settle(&collection, &kept(until)).await.assert_problem(422, "settlement-date");
        assert_eq!((&problem["earliest"], &problem["latest"]), (&json!("2026-11-22"), &json!("2027-05-22")));
    }
    for until in ["", "2026-13-01", "2027-02-29", "31.12.2026", "2026-12-31T00:00:00Z"] {
        office.settle(&collection, &kept(until)).await.assert_problem(400, "request-malformed");
    }
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(office.settle(&collection, &kept("2027-05-22")).await.status, 200);
}

#[tokio::test]
async fn keeping_a_kept_photo_again_does_not_prolong_it() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    office.collect_and_settle(&deposit.code, &kept("2027-05-22")).await;
    gateway.advance(150 * DAY);
    let collection = office.collect_and_fetch(&deposit.code).await;
    let before = gateway.database.contents().await;
    let problem = office.settle(&collection, &kept("2027-05-23")).await.assert_problem(422, "settlement-date");
    assert_eq!(problem["latest"], "2027-05-22");
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(office.settle(&collection, &kept("2027-05-22")).await.status, 200);
    gateway.advance(32 * DAY);
    office.collect(&deposit.code).await.assert_problem(410, "photo-expired");
}

#[tokio::test]
async fn a_photo_kept_until_its_epoch_key_is_about_to_die_still_opens() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    gateway.advance(180 * DAY - MINUTE);
    // 2027-05-21, kept for six months, which is the maximum.
    office.collect_and_settle(&deposit.code, &kept("2027-11-21")).await;
    gateway.advance(184 * DAY);
    if let Some(remaining_keys) = sweep::without_expired_epochs(&gateway.gateway, gateway.now()).await.unwrap() {
        sweep::activate_keys(&gateway.gateway, remaining_keys).await.unwrap();
    }
    office.collect_and_fetch(&deposit.code).await;
}
