//! Effect of each outcome on the photo.

use serde_json::json;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::{MINUTE, START, TestGateway};

#[tokio::test]
async fn a_used_photo_is_erased_in_the_same_moment() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_and_fetch(&deposit.code).await;
    gateway.advance(MINUTE);
    let answer = office.settle(&collection, &json!({ "outcome": "used" })).await;
    let expected = json!({ "collection_id": collection, "photo_id": deposit.photo_id, "outcome": "used",
        "settled_at": START + MINUTE, "handed_over_at": START, "erased": true });
    assert_eq!((answer.status, answer.json()), (200, expected));
    assert_erased(&gateway, &deposit.photo_id).await;
    let photo = studio.photo(&deposit.photo_id).await.json();
    assert_eq!((&photo["state"], &photo["settled_at"]), (&json!("used"), &json!(START + MINUTE)));
    assert!(photo.get("refusal").is_none());
    assert_eq!(gateway.database.count_events("collection.used").await, 1);
}

/// An office may close a case without the picture, but its receipt must not look as if it had it.
#[tokio::test]
async fn a_settlement_without_a_fetch_has_no_time_of_a_hand_over() {
    for outcome in ["used", "released"] {
        let (_gateway, _studio, office, deposit) = deposited_photo().await;
        let collection = office.collect(&deposit.code).await.json()["collection_id"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            let receipt = office.settle(&collection, &json!({ "outcome": outcome })).await.json();
            assert_eq!((&receipt["outcome"], receipt.get("handed_over_at")), (&json!(outcome), None));
        }
    }
}

async fn assert_erased(gateway: &TestGateway, photo_id: &str) {
    let of_photo = |columns: &str, table: &str| {
        let sql = format!("SELECT {columns} FROM {table} WHERE photo_id = '{photo_id}'");
        async move { gateway.database.texts(&sql).await }
    };
    assert_eq!(of_photo("photo_id", "frames").await, [""; 0]);
    assert_eq!(of_photo("CASE WHEN lookup_id IS NULL THEN 'gone' END", "photos").await, ["gone"]);
    assert_eq!(of_photo("length(tombstone_id) || ''", "photos").await, ["32"]);
}

#[tokio::test]
async fn a_refusal_tells_the_studio_why_and_erases() {
    let (gateway, studio, office) = studio_and_office().await;
    let [with_note, without] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    let note = "Augen geschlossen – bitte neu aufnehmen".to_owned() + &"ä".repeat(461);
    assert_eq!(note.chars().count(), 500);
    let refused = json!({ "outcome": "refused", "reason": "eyes_closed", "note": note });
    let collection = office.collect_and_fetch(&with_note.code).await;
    let receipt = office.settle(&collection, &refused).await.json();
    assert_eq!((&receipt["outcome"], &receipt["erased"]), (&json!("refused"), &json!(true)));
    office.collect_and_settle(&without.code, &json!({ "outcome": "refused", "reason": "wrong_person" })).await;
    for deposit in [&with_note, &without] {
        assert_erased(&gateway, &deposit.photo_id).await;
        assert_eq!(studio.state_of(deposit).await, "refused");
    }
    let refusal_of = async |id: &str| studio.photo(id).await.json()["refusal"].clone();
    assert_eq!(
        refusal_of(&with_note.photo_id).await,
        json!({ "reason": "eyes_closed", "message": "Augen geschlossen oder verdeckt", "note": note })
    );
    assert_eq!(
        refusal_of(&without.photo_id).await,
        json!({ "reason": "wrong_person", "message": "Zeigt eine andere Person" })
    );
    let english = studio.in_english().photo(&without.photo_id).await.json();
    assert_eq!(english["refusal"]["message"], "Shows another person");
    // The log contains the reason but never the note.
    let rows = gateway.database.audit().await;
    let row = rows.iter().find(|row| row.event == "collection.refused").unwrap();
    assert_eq!(row.details["reason"], "eyes_closed");
    assert!(!row.details.to_string().contains("Augen"));
}

#[tokio::test]
async fn a_released_photo_is_anyones_who_has_the_code() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_ok(&deposit.code).await;
    let receipt = office.settle(&collection, &json!({ "outcome": "released" })).await;
    assert_eq!((receipt.status, &receipt.json()["erased"]), (200, &json!(false)));
    assert_eq!(studio.state_of(&deposit).await, "available");
    assert_eq!(gateway.database.count_events("collection.released").await, 1);
    let next = other.collect_and_fetch(&deposit.code).await;
    assert_ne!(next, collection);
    // The first office's settlement stays, no matter what happened to the photo since.
    assert_eq!(office.settle(&collection, &json!({ "outcome": "released" })).await.body, receipt.body);
    assert_eq!(studio.state_of(&deposit).await, "leased");
}

#[tokio::test]
async fn a_settlement_needs_no_hand_over() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_ok(&deposit.code).await;
    assert_eq!(office.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
    assert_erased(&gateway, &deposit.photo_id).await;
}
