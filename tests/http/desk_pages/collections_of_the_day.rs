//! The day's collections.

use serde_json::json;

use super::scriptless_browser::{ScriptlessBrowser, page};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

#[tokio::test]
async fn the_day_is_listed_without_photos_and_without_other_offices() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut browser = ScriptlessBrowser::of(&office).await;
    assert!(page(&browser.get("/desk/today").await).contains("noch kein Foto"));
    let yesterday =
        office.collect_and_settle(&studio.deposit_numbered(1).await.code, &json!({ "outcome": "used" })).await;
    gateway.advance(DAY);
    let waiting = office.collect_and_fetch(&studio.deposit_numbered(5).await.code).await;
    gateway.advance(DAY);
    let external = gateway.office("Anderes Amt").await.collect_ok(&studio.deposit_numbered(2).await.code).await;
    let used = office.collect_and_settle(&studio.deposit_numbered(3).await.code, &json!({ "outcome": "used" })).await;
    gateway.advance(MINUTE);
    let open = office.collect_and_fetch(&studio.deposit_numbered(4).await.code).await;
    let list = page(&browser.get("/desk/today").await);
    assert!(!list.contains(&yesterday) && !list.contains(&external) && !list.contains("<img"), "{list}");
    let (newer, older) = (list.find(&open).unwrap(), list.find(&used).unwrap());
    assert!(newer < older && list.contains("geöffnet bis 10:46 Uhr") && list.contains("verwendet"), "{list}");
    // What was looked at and not settled waits here until it is, with what becomes of it.
    assert!(list.contains(&waiting) && list.contains("Bis 29.11.2026 abschließen"), "{list}");
    // From there back to the photo.
    let answer = page(&browser.get(&format!("/desk/collections/{open}")).await);
    assert!(answer.contains("data-problem=\"code-needed\"") && answer.contains("form id=\"enter\""), "{answer}");
}

#[tokio::test]
async fn a_busy_day_is_listed_whole() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    for number in 0..205 {
        office.collect_ok(&studio.deposit_numbered(number).await.code).await;
    }
    let mut browser = ScriptlessBrowser::of(&office).await;
    assert_eq!(page(&browser.get("/desk/today").await).matches("<tr class=\"waiting\">").count(), 205);
}
