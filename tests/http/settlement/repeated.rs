//! Repeated settlements, and settlements that contradict an earlier one.

use serde_json::{Value, json};

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::{DAY, START, TestGateway};

fn outcomes() -> Vec<Value> {
    vec![
        json!({ "outcome": "used" }),
        json!({ "outcome": "refused", "reason": "gaze" }),
        json!({ "outcome": "refused", "reason": "gaze", "note": "Blick zur Seite" }),
        json!({ "outcome": "refused", "reason": "pose" }),
        json!({ "outcome": "kept", "until": "2026-11-30" }),
        json!({ "outcome": "kept", "until": "2026-12-31" }),
        json!({ "outcome": "released" }),
    ]
}

#[tokio::test]
async fn the_same_settlement_again_gets_the_same_receipt_and_another_is_refused() {
    let (gateway, studio, office) = studio_and_office().await;
    for (number, settled) in outcomes().iter().enumerate() {
        let deposit = studio.deposit_numbered(number as u32).await;
        let collection = office.collect_and_fetch(&deposit.code).await;
        let receipt = office.settle(&collection, settled).await;
        assert_eq!(receipt.status, 200);
        let before = gateway.database.contents().await;
        for outcome in outcomes() {
            let answer = office.settle(&collection, &outcome).await;
            if outcome == *settled {
                assert_eq!((answer.status, answer.json()), (200, receipt.json()));
            } else {
                let problem = answer.assert_problem(409, "collection-settled");
                assert_eq!(problem["outcome"], settled["outcome"]);
                assert_eq!(problem["settled_at"], json!(START));
            }
        }
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn a_receipt_can_be_asked_for_long_after() {
    let (gateway, studio, office) = studio_and_office().await;
    let mut settled = vec![];
    for (number, outcome) in outcomes().into_iter().enumerate() {
        let deposit = studio.deposit_numbered(number as u32).await;
        let collection = office.collect_and_fetch(&deposit.code).await;
        let receipt = office.settle(&collection, &outcome).await.json();
        settled.push((collection, outcome, receipt));
    }
    // Also when the last day of a kept photo is over.
    for days in [20, 400] {
        gateway.advance(days * DAY);
        gateway.sweep().await;
        let office = gateway.device_of(&office.party).await;
        let before = gateway.database.contents().await;
        for (collection, outcome, receipt) in &settled {
            let again = office.settle(collection, outcome).await;
            assert_eq!((again.status, &again.json()), (200, receipt));
        }
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn a_settlement_that_time_made_stands() {
    for swept in [false, true] {
        let gateway = TestGateway::start().await;
        let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
        let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
        gateway.advance(8 * DAY);
        if swept {
            assert_eq!(gateway.sweep().await.used_by_default, 1);
        }
        for outcome in outcomes() {
            let answer = office.settle(&collection, &outcome).await;
            if outcome["outcome"] == "used" {
                assert_eq!((answer.status, &answer.json()["settled_at"]), (200, &json!(START + 7 * DAY)));
            } else {
                let problem = answer.assert_problem(409, "collection-settled");
                assert_eq!((&problem["outcome"], &problem["settled_at"]), (&json!("used"), &json!(START + 7 * DAY)));
            }
        }
    }
}

#[tokio::test]
async fn an_answer_that_a_photo_counts_as_used_is_as_durable_as_any() {
    let (gateway, _studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_and_fetch(&deposit.code).await;
    gateway.advance(8 * DAY);
    assert_eq!(office.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
    assert_eq!(gateway.database.count_events("collection.used_by_default").await, 1);
    // A clock that was wrong is set back.
    gateway.clock.shift_by(-8 * 86_400_000);
    assert_eq!(office.collect(&deposit.code).await.assert_problem(410, "photo-settled")["outcome"], "used");
    assert_eq!(gateway.database.count("frames").await, 0);
}
