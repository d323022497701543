//! Changes of a caller's rights between two requests.

use serde_json::json;

use crate::http::setup::{deposited_photo, studio_alone, studio_and_office};
use crate::support::router_client::photo;
use crate::support::test_gateway::{DAY, START};

#[tokio::test]
async fn a_revoked_device_is_refused_at_its_next_request_and_its_colleague_is_not() {
    let (gateway, studio, office) = studio_and_office().await;
    let (second_till, second_desk) = (gateway.device_of(&studio.party).await, gateway.device_of(&office.party).await);
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_and_fetch(&deposit.code).await;
    gateway.revoke(&studio).await;
    gateway.revoke(&office).await;
    let before = gateway.database.contents().await;
    studio.deposit(&photo(2), &deposit.key).await.assert_problem(403, "device-revoked");
    studio.deposit(&deposit.bytes, &deposit.key).await.assert_problem(403, "device-revoked");
    studio.withdraw(&deposit.photo_id).await.assert_problem(403, "device-revoked");
    office.collect(&deposit.code).await.assert_problem(403, "device-revoked");
    office.fetch(&collection, &deposit.code).await.assert_problem(403, "device-revoked");
    office.settle(&collection, &json!({ "outcome": "used" })).await.assert_problem(403, "device-revoked");
    assert_eq!(gateway.database.contents().await, before);
    // Its deposits and leases belong to its party.
    assert_eq!(second_till.state_of(&deposit).await, "leased");
    assert_eq!(second_desk.collect_ok(&deposit.code).await, collection);
    assert_eq!(second_desk.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
    assert!(!gateway.administration().revoke_device(studio.device_id).await.unwrap(), "it was revoked before");
    assert_eq!(gateway.database.count_events("device.revoked").await, 2);
}

#[tokio::test]
async fn a_suspended_party_is_served_again_once_it_is_resumed() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    for caller in [&studio, &office] {
        gateway.set_suspended(&caller.party, true).await;
    }
    let before = gateway.database.contents().await;
    studio.deposit(&photo(2), &deposit.key).await.assert_problem(403, "studio-suspended");
    office.collect(&deposit.code).await.assert_problem(403, "office-suspended");
    assert_eq!(gateway.database.contents().await, before);
    gateway.set_suspended(&office.party, false).await;
    // The studio is still suspended, but the citizen's code stays valid.
    office.collect_ok(&deposit.code).await;
    studio.photo(&deposit.photo_id).await.assert_problem(403, "studio-suspended");
    gateway.set_suspended(&studio.party, false).await;
    studio.deposit_numbered(2).await;
}

#[tokio::test]
async fn a_certificate_that_runs_out_stops_at_its_last_moment() {
    let (gateway, studio) = studio_alone().await;
    gateway.advance(365 * DAY - std::time::Duration::from_millis(1));
    assert_eq!(studio.photos("").await.status, 200);
    gateway.advance(std::time::Duration::from_millis(1));
    let problem = studio.photos("").await.assert_problem(403, "certificate-expired");
    assert_eq!(problem["expired_at"], json!(START + 365 * DAY));
}
