//! Repeated hand-overs of one photo: each one is counted, and the audit log does not grow.

use lichtbild::flows::admin::verify::verify;
use serde_json::{Value, json};

use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

async fn fetch_often(device: &RouterClient, collection: &str, code: &str, times: u32) {
    for _ in 0..times {
        assert_eq!(device.fetch(collection, code).await.status, 200);
    }
}

/// The count in each row of an event; null where there is none.
async fn counts(gateway: &TestGateway, event: &str) -> Vec<Value> {
    let rows = gateway.database.audit().await;
    rows.into_iter().filter(|row| row.event == event).map(|row| row.details["hand_overs"].clone()).collect()
}

async fn assert_verified(gateway: &TestGateway) {
    let report = verify(&gateway.store, Some(&gateway.gateway.keys())).await.unwrap();
    assert!(report.is_ok(), "{report:#?}");
}

#[tokio::test]
async fn repeats_are_counted_and_have_a_row_only_after_minutes() {
    let gateway = TestGateway::start().await;
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let deposit = studio.deposit_numbered(1).await;
    let collection = counter.collect_ok(&deposit.code).await;
    for fetched in 1..=30 {
        fetch_often(&counter, &collection, &deposit.code, 1).await;
        // The hand-over is stored before the bytes are sent.
        assert_eq!(gateway.database.number("SELECT max(hand_overs) FROM collection_devices").await, fetched);
        gateway.advance(MINUTE / 6);
    }
    assert_eq!(counts(&gateway, "collection.handed_over").await, [Value::Null]);
    // The first hand-over to another device gets its own row.
    let colleague = gateway.device_of(&counter.party).await;
    fetch_often(&colleague, &collection, &deposit.code, 2).await;
    assert_eq!(counts(&gateway, "collection.handed_over").await, [Value::Null, Value::Null]);
    gateway.advance(5 * MINUTE);
    fetch_often(&counter, &collection, &deposit.code, 2).await;
    assert_eq!(counts(&gateway, "collection.handed_over").await, [Value::Null, Value::Null, json!(31)]);
    assert_verified(&gateway).await;
    counter.settle(&collection, &json!({ "outcome": "used" })).await;
    assert_eq!(counts(&gateway, "collection.used").await, [json!(34)], "of both devices");
    assert_verified(&gateway).await;
}

#[tokio::test]
async fn each_end_of_a_collection_tells_how_often_the_picture_went_out() {
    let gateway = TestGateway::start().await;
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    for (number, (event, outcome)) in [
        ("collection.used", json!({ "outcome": "used" })),
        ("collection.kept", json!({ "outcome": "kept", "until": "2026-12-31" })),
        ("collection.refused", json!({ "outcome": "refused", "reason": "gaze" })),
        ("collection.released", json!({ "outcome": "released" })),
        ("collection.used_by_default", Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        for times in [1, 3] {
            let deposit = studio.deposit_numbered(10 * number as u32 + times).await;
            let collection = counter.collect_ok(&deposit.code).await;
            fetch_often(&counter, &collection, &deposit.code, times).await;
            if outcome == Value::Null {
                gateway.advance(8 * DAY);
                gateway.sweep().await;
            } else {
                assert_eq!(counter.settle(&collection, &outcome).await.status, 200);
            }
        }
        assert_eq!(counts(&gateway, event).await, [Value::Null, json!(3)], "{event}");
    }
    assert_verified(&gateway).await;
}

#[tokio::test]
async fn looking_at_the_size_counts_nothing() {
    let gateway = TestGateway::start().await;
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let deposit = studio.deposit_numbered(1).await;
    let collection = counter.collect_ok(&deposit.code).await;
    let before = gateway.database.contents().await;
    assert_eq!(counter.head(&collection, &deposit.code).await.status, 200);
    assert_eq!(gateway.database.contents().await, before);
}
