//! Photo bytes that an office fetches.

use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::MINUTE;

#[tokio::test]
async fn a_photo_may_be_fetched_again_and_never_changes() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_ok(&deposit.code).await;
    for _ in 0..3 {
        let answer = office.fetch(&collection, &deposit.code).await;
        assert_eq!((answer.status, &answer.body[..]), (200, &deposit.bytes[..]));
        assert_eq!(answer.header("content-type"), "image/jpeg");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-digest"), Sha256Digest::of(&deposit.bytes).to_content_digest());
        gateway.advance(MINUTE);
    }
    assert_eq!(gateway.database.count_events("collection.handed_over").await, 1);
    assert_eq!(gateway.database.number("SELECT hand_overs FROM collection_devices").await, 3);
}

#[tokio::test]
async fn the_headers_alone_tell_size_and_digest() {
    let (_gateway, _studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_ok(&deposit.code).await;
    let answer = office.head(&collection, &deposit.code).await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), deposit.bytes.len().to_string());
    assert_eq!(answer.header("content-digest"), Sha256Digest::of(&deposit.bytes).to_content_digest());
    assert_eq!(answer.header("content-type"), "image/jpeg");
}

#[tokio::test]
async fn a_settled_collection_gives_nothing_out() {
    let (gateway, studio, office) = studio_and_office().await;
    let outcomes = [
        json!({ "outcome": "used" }),
        json!({ "outcome": "refused", "reason": "glasses" }),
        json!({ "outcome": "kept", "until": "2026-12-31" }),
        json!({ "outcome": "released" }),
    ];
    for (number, outcome) in outcomes.iter().enumerate() {
        let deposit = studio.deposit_numbered(number as u32).await;
        let collection = office.collect_and_settle(&deposit.code, outcome).await;
        let before = gateway.database.contents().await;
        office.fetch(&collection, &deposit.code).await.assert_problem(409, "collection-over");
        assert_eq!(office.head(&collection, &deposit.code).await.status, 409);
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn a_damaged_frame_is_never_handed_over() {
    let (gateway, studio, office) = studio_and_office().await;
    let [damaged, swapped, whole] =
        [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await, studio.deposit_numbered(3).await];
    let id = &damaged.photo_id;
    let database = &gateway.database;
    let flipped = database.for_dialect(
        "CAST(x'01' || zeroblob(length(frame) - 1) AS BLOB)",
        "decode('01' || repeat('00', length(frame) - 1), 'hex')",
    );
    database.execute(&format!("UPDATE frames SET frame = {flipped} WHERE photo_id = '{id}'")).await.unwrap();
    let swap = format!(
        "UPDATE frames SET frame = (SELECT frame FROM frames WHERE photo_id = '{}') WHERE photo_id = '{}'",
        whole.photo_id, swapped.photo_id
    );
    gateway.database.execute(&swap).await.unwrap();
    let before = gateway.database.contents().await;
    for deposit in [&damaged, &swapped] {
        office.collect(&deposit.code).await.assert_problem(500, "photo-damaged");
    }
    assert_eq!(gateway.database.contents().await, before);
    office.collect_and_fetch(&whole.code).await;
}
