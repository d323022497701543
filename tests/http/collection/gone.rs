//! Codes of photos that no longer exist: the response says what happened and when.

use serde_json::json;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::{DAY, START};

#[tokio::test]
async fn a_settled_photo_names_the_moment_and_the_office() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let [used, refused] = [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await];
    gateway.advance(DAY);
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    office
        .collect_and_settle(&refused.code, &json!({ "outcome": "refused", "reason": "pose", "note": "Kopf gedreht" }))
        .await;
    gateway.advance(DAY);
    for deposit in [&used, &refused] {
        let before = gateway.database.contents().await;
        for caller in [&office, &other] {
            let problem = caller.collect(&deposit.code).await.assert_problem(410, "photo-settled");
            assert_eq!(problem["settled_at"], json!(START + DAY));
            assert_eq!(problem["office"], json!({ "name": "Bürgeramt Mitte", "place": "Düsseldorf" }));
            assert!(!problem.to_string().contains("Kopf gedreht"));
        }
        assert_eq!(gateway.database.contents().await, before);
    }
}

#[tokio::test]
async fn a_withdrawn_photo_says_when() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    gateway.advance(DAY);
    assert_eq!(studio.withdraw(&deposit.photo_id).await.status, 200);
    gateway.advance(DAY);
    let problem = office.collect(&deposit.code).await.assert_problem(410, "photo-withdrawn");
    assert_eq!(problem["withdrawn_at"], json!(START + DAY));
}

#[tokio::test]
async fn an_expired_photo_says_when_to_the_millisecond() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    gateway.advance(180 * DAY - std::time::Duration::from_millis(1));
    assert_eq!(studio.state_of(&deposit).await, "available");
    gateway.advance(std::time::Duration::from_millis(1));
    let problem = office.collect(&deposit.code).await.assert_problem(410, "photo-expired");
    assert_eq!(problem["expired_at"], json!(START + 180 * DAY));
    assert_eq!(studio.state_of(&deposit).await, "expired");
}
