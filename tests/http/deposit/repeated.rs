//! Repeated deposits: the same response, the same code, one photo.

use serde_json::json;

use crate::http::setup::{studio_alone, studio_and_office};
use crate::support::router_client::{idempotency_key, photo};
use crate::support::test_gateway::{DAY, TestGateway};

#[tokio::test]
async fn a_repeat_gets_the_same_receipt_and_says_so() {
    let (gateway, studio) = studio_alone().await;
    let first = studio.deposit(&photo(1), &idempotency_key(1)).await;
    let before = gateway.database.contents().await;
    for _ in 0..3 {
        gateway.advance(DAY);
        let repeat = studio.deposit(&photo(1), &idempotency_key(1)).await;
        assert_eq!((repeat.status, repeat.json()), (201, first.json()));
        assert_eq!(repeat.header("idempotent-replayed"), "true");
        assert_eq!(repeat.header("location"), first.header("location"));
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_used_key_with_another_photo_is_refused() {
    let (gateway, studio) = studio_alone().await;
    studio.deposit(&photo(1), &idempotency_key(1)).await;
    let before = gateway.database.contents().await;
    studio.deposit(&photo(2), &idempotency_key(1)).await.assert_problem(422, "idempotency-key-reused");
    // The photo is not checked, because the key decides first.
    studio.deposit(b"no photo", &idempotency_key(1)).await.assert_problem(422, "idempotency-key-reused");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_key_belongs_to_its_device() {
    let gateway = TestGateway::start().await;
    let (studio, other) = (gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await);
    let second_till = gateway.device_of(&studio.party).await;
    let mut codes = vec![];
    for device in [&studio, &second_till, &other] {
        let answer = device.deposit(&photo(1), &idempotency_key(1)).await;
        assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, ""));
        codes.push(answer.json()["code"].to_string());
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 3);
}

#[tokio::test]
async fn a_repeat_after_the_end_still_gets_the_code_and_learns_the_state() {
    let (gateway, studio, office) = studio_and_office().await;
    let [used, refused, withdrawn, expired] = [
        studio.deposit_numbered(1).await,
        studio.deposit_numbered(2).await,
        studio.deposit_numbered(3).await,
        studio.deposit_numbered(4).await,
    ];
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    office.collect_and_settle(&refused.code, &json!({ "outcome": "refused", "reason": "gaze" })).await;
    assert_eq!(studio.withdraw(&withdrawn.photo_id).await.status, 200);
    gateway.advance(180 * DAY);
    for swept in [false, true] {
        if swept {
            gateway.sweep().await;
        }
        let before = gateway.database.contents().await;
        for (deposit, state) in
            [(&used, "used"), (&refused, "refused"), (&withdrawn, "withdrawn"), (&expired, "expired")]
        {
            let repeat = studio.deposit(&deposit.bytes, &deposit.key).await;
            assert_eq!((repeat.status, repeat.header("idempotent-replayed")), (201, "true"));
            let receipt = repeat.json();
            assert_eq!((&receipt["code"], &receipt["state"]), (&json!(deposit.code), &json!(state)), "swept {swept}");
            studio.deposit(&photo(9), &deposit.key).await.assert_problem(422, "idempotency-key-reused");
        }
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn a_refused_photo_may_be_corrected_under_its_key() {
    let (_gateway, studio) = studio_alone().await;
    studio.deposit(b"not a photo", &idempotency_key(1)).await.assert_problem(422, "photo-refused");
    let answer = studio.deposit(&photo(1), &idempotency_key(1)).await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, ""));
}
