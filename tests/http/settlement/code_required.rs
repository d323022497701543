//! Settlements by a device that has not sent the code of the collection.

use serde_json::{Value, json};

use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

fn destructive() -> [Value; 3] {
    [
        json!({ "outcome": "used" }),
        json!({ "outcome": "refused", "reason": "gaze" }),
        // Until the end of this day.
        json!({ "outcome": "kept", "until": "2026-11-22" }),
    ]
}

async fn counters(gateway: &TestGateway) -> (RouterClient, RouterClient, RouterClient) {
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let colleague = gateway.device_of(&counter.party).await;
    (studio, counter, colleague)
}

async fn assert_refused(gateway: &TestGateway, colleague: &RouterClient, collection: &str) {
    let before = gateway.database.contents().await;
    for outcome in destructive() {
        colleague.settle(collection, &outcome).await.assert_problem(403, "collection-code-required");
    }
    assert_eq!(gateway.database.contents().await, before, "a refusal changes nothing");
}

#[tokio::test]
async fn a_colleague_who_has_not_the_code_destroys_no_photo_and_can_give_it_back() {
    let gateway = TestGateway::start().await;
    let (studio, counter, colleague) = counters(&gateway).await;
    let deposit = studio.deposit_numbered(1).await;
    let collection = counter.collect_ok(&deposit.code).await;
    assert_refused(&gateway, &colleague, &collection).await;
    assert_eq!(counter.fetch(&collection, &deposit.code).await.status, 200);
    assert_refused(&gateway, &colleague, &collection).await;
    // A wrong code does not count as sent.
    colleague.fetch(&collection, &studio.deposit_numbered(2).await.code).await.assert_problem(404, "code-unknown");
    assert_refused(&gateway, &colleague, &collection).await;
    assert_eq!(colleague.settle(&collection, &json!({ "outcome": "released" })).await.status, 200);
    assert_eq!(studio.state_of(&deposit).await, "available");
}

#[tokio::test]
async fn a_device_that_has_shown_the_code_settles() {
    for (number, outcome) in destructive().into_iter().enumerate() {
        for by_fetching in [false, true] {
            let gateway = TestGateway::start().await;
            let (studio, counter, colleague) = counters(&gateway).await;
            let deposit = studio.deposit_numbered(number as u32).await;
            let collection = counter.collect_and_fetch(&deposit.code).await;
            if by_fetching {
                assert_eq!(colleague.fetch(&collection, &deposit.code).await.status, 200);
            } else {
                assert_eq!(colleague.collect_ok(&deposit.code).await, collection);
                // Each device is recorded once.
                let before = gateway.database.contents().await;
                assert_eq!(colleague.collect_ok(&deposit.code).await, collection);
                assert_eq!(counter.collect_ok(&deposit.code).await, collection);
                assert_eq!(gateway.database.contents().await, before);
            }
            assert_eq!(colleague.settle(&collection, &outcome).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_lease_that_was_renewed_by_a_colleague_is_settled_by_either() {
    for settles_at_the_first in [false, true] {
        let gateway = TestGateway::start().await;
        let (studio, counter, colleague) = counters(&gateway).await;
        let deposit = studio.deposit_numbered(1).await;
        let collection = counter.collect_and_fetch(&deposit.code).await;
        gateway.advance(20 * MINUTE);
        assert_refused(&gateway, &colleague, &collection).await;
        assert_eq!(colleague.collect_ok(&deposit.code).await, collection);
        let device = if settles_at_the_first { counter } else { colleague };
        assert_eq!(device.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
    }
}

#[tokio::test]
async fn what_was_settled_is_confirmed_to_every_device_of_the_office() {
    let gateway = TestGateway::start().await;
    let (studio, counter, colleague) = counters(&gateway).await;
    for (number, outcome) in destructive().into_iter().enumerate() {
        let deposit = studio.deposit_numbered(number as u32).await;
        let collection = counter.collect_and_settle(&deposit.code, &outcome).await;
        assert_eq!(colleague.settle(&collection, &outcome).await.status, 200);
    }
    // The deadline has settled it.
    let collection = counter.collect_and_fetch(&studio.deposit_numbered(9).await.code).await;
    gateway.advance(8 * DAY);
    assert_eq!(colleague.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
}

#[tokio::test]
async fn a_lease_from_before_the_upgrade_is_settled_by_the_device_that_made_it() {
    let gateway = TestGateway::start().await;
    let (studio, counter, colleague) = counters(&gateway).await;
    let collection = counter.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    gateway.database.execute("DELETE FROM collection_devices").await.unwrap();
    assert_refused(&gateway, &colleague, &collection).await;
    assert_eq!(counter.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
}
