//! Leases that run out, before a hand-over and after one.

use serde_json::json;

use crate::http::setup::studio_and_office;
use crate::support::router_client::json_string;
use crate::support::test_gateway::{DAY, MINUTE, START};

#[tokio::test]
async fn a_lease_that_runs_out_unused_makes_the_photo_available_again() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_ok(&deposit.code).await;
    gateway.advance(15 * MINUTE);
    assert_eq!(studio.state_of(&deposit).await, "available");
    let problem = office.fetch(&collection, &deposit.code).await.assert_problem(409, "lease-expired");
    assert_eq!(problem["lease_until"], json!(START + 15 * MINUTE));
    office.settle(&collection, &json!({ "outcome": "used" })).await.assert_problem(409, "lease-expired");
    let next = other.collect(&deposit.code).await;
    assert_eq!(next.status, 201);
    assert_eq!(gateway.database.count_events("collection.lapsed").await, 1);
    // This changes nothing for the first office.
    office.fetch(&collection, &deposit.code).await.assert_problem(409, "lease-expired");
    office.settle(&collection, &json!({ "outcome": "used" })).await.assert_problem(409, "lease-expired");
    office.collect(&deposit.code).await.assert_problem(409, "photo-leased-elsewhere");
    let next = json_string(&next.json()["collection_id"]);
    assert_eq!(other.fetch(&next, &deposit.code).await.body, deposit.bytes);
}

#[tokio::test]
async fn the_same_office_gets_a_new_collection_after_a_lapse() {
    let (gateway, studio, office) = studio_and_office().await;
    let code = studio.deposit_numbered(1).await.code;
    let first = office.collect_ok(&code).await;
    gateway.advance(15 * MINUTE);
    let second = office.collect(&code).await;
    assert_eq!(second.status, 201);
    assert_ne!(json_string(&second.json()["collection_id"]), first);
}

#[tokio::test]
async fn after_a_hand_over_only_that_office_may_come_back() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    gateway.advance(MINUTE);
    let collection = office.collect_and_fetch(&deposit.code).await;
    gateway.advance(15 * MINUTE);
    office.fetch(&collection, &deposit.code).await.assert_problem(409, "lease-expired");
    assert_eq!(studio.state_of(&deposit).await, "leased");
    let settle_due = START + MINUTE + 7 * DAY;
    let problem = other.collect(&deposit.code).await.assert_problem(409, "photo-leased-elsewhere");
    assert_eq!(problem["lease_until"], json!(settle_due));
    let renewed = office.collect(&deposit.code).await;
    assert_eq!((renewed.status, json_string(&renewed.json()["collection_id"])), (200, collection.clone()));
    assert_eq!(renewed.json()["lease_until"], json!(START + 31 * MINUTE));
    assert_eq!(gateway.database.count_events("collection.renewed").await, 1);
    assert_eq!(office.fetch(&collection, &deposit.code).await.body, deposit.bytes);

    // Neither fetching nor renewing extends the time for the settlement.
    gateway.advance(7 * DAY - 16 * MINUTE);
    let last = office.collect(&deposit.code).await.json();
    assert_eq!(last["lease_until"], json!(settle_due));
    assert_eq!(office.fetch(&collection, &deposit.code).await.status, 200);
    gateway.advance(MINUTE);
    for caller in [&office, &other] {
        let problem = caller.collect(&deposit.code).await.assert_problem(410, "photo-settled");
        assert_eq!(problem["settled_at"], json!(settle_due));
        assert_eq!(problem["office"], json!({ "name": "Bürgeramt Mitte", "place": "Düsseldorf" }));
    }
    office.fetch(&collection, &deposit.code).await.assert_problem(409, "collection-over");
    assert_eq!(studio.state_of(&deposit).await, "used");
}

#[tokio::test]
async fn an_office_that_was_handed_the_photo_may_settle_long_after_its_lease() {
    let (gateway, studio, office) = studio_and_office().await;
    let code = studio.deposit_numbered(1).await.code;
    let collection = office.collect_and_fetch(&code).await;
    gateway.advance(7 * DAY - MINUTE);
    let receipt = office.settle(&collection, &json!({ "outcome": "used" })).await;
    assert_eq!((receipt.status, &receipt.json()["outcome"]), (200, &json!("used")));
}

#[tokio::test]
async fn asking_for_the_headers_hands_nothing_over() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let code = studio.deposit_numbered(1).await.code;
    let collection = office.collect_ok(&code).await;
    let before = gateway.database.contents().await;
    assert_eq!(office.head(&collection, &code).await.status, 200);
    assert_eq!(gateway.database.contents().await, before);
    gateway.advance(15 * MINUTE);
    assert_eq!(office.head(&collection, &code).await.status, 409);
    assert_eq!(other.collect(&code).await.status, 201);
}

#[tokio::test]
async fn no_lease_outlives_its_photo() {
    let (gateway, studio, office) = studio_and_office().await;
    let [only_leased, handed_over] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    gateway.advance(180 * DAY - MINUTE);
    let end = START + 180 * DAY;
    let collected = office.collect(&only_leased.code).await.json();
    assert_eq!(collected["lease_until"], json!(end));
    office.collect_and_fetch(&handed_over.code).await;
    gateway.advance(MINUTE);
    let problem = office.collect(&only_leased.code).await.assert_problem(410, "photo-expired");
    assert_eq!(problem["expired_at"], json!(end));
    // This one was read: it counts as used.
    let problem = office.collect(&handed_over.code).await.assert_problem(410, "photo-settled");
    assert_eq!(problem["settled_at"], json!(end));
}

#[tokio::test]
async fn a_photo_that_cannot_be_opened_is_never_on_record_as_handed_over() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_ok(&deposit.code).await;
    gateway.database.execute("CREATE TABLE aside AS SELECT * FROM frames").await.unwrap();
    gateway.database.replace_frames(&[0; 100]).await;
    office.fetch(&collection, &deposit.code).await.assert_problem(500, "photo-damaged");
    gateway.database.execute("UPDATE frames SET frame = (SELECT frame FROM aside)").await.unwrap();
    assert_eq!(gateway.database.count_events("collection.handed_over").await, 0);
    // When the lease has expired, every office can lease the photo again.
    gateway.advance(15 * MINUTE);
    let next = other.collect_and_fetch(&deposit.code).await;
    assert_eq!(other.fetch(&next, &deposit.code).await.body, deposit.bytes);
}

#[tokio::test]
async fn a_photo_that_is_leased_and_released_in_a_loop_waits() {
    let (_gateway, studio, office) = studio_and_office().await;
    let (deposit, other) = (studio.deposit_numbered(1).await, studio.deposit_numbered(2).await);
    for _ in 0..60 {
        let collection = office.collect_ok(&deposit.code).await;
        office.settle(&collection, &json!({ "outcome": "released" })).await;
    }
    let refused = office.collect(&deposit.code).await;
    refused.assert_problem(429, "too-many-requests");
    assert_eq!(refused.retry_after_seconds(), 1);
    office.collect_ok(&other.code).await;
}
