//! Requests that are no settlement.

use serde_json::json;

use crate::support::test_gateway::TestGateway;

#[tokio::test]
async fn unknown_fields_and_outcomes_are_refused() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    let path = format!("/v1/collections/{collection}/settle");
    for body in [
        "",
        "{}",
        "null",
        r#"{"outcome":"lost"}"#,
        r#"{"outcome":"lapsed"}"#,
        r#"{"outcome":"Used"}"#,
        r#"{"outcome":1}"#,
        r#"{"outcome":"used","note":"x"}"#,
        r#"{"outcome":"used","until":"2026-12-31"}"#,
        r#"{"outcome":"used","outcome":"released"}"#,
        r#"{"outcome":"released","more":null}"#,
        r#"{"outcome":"kept"}"#,
        r#"{"outcome":"kept","until":null}"#,
        r#"{"outcome":"refused"}"#,
        r#"{"outcome":"refused","reason":"ugly"}"#,
        r#"{"outcome":"refused","reason":"gaze","note":7}"#,
        r#"{"outcome":"used"} trailing"#,
        r#"["used"]"#,
        r#"["released"]"#,
        r#"["used",{}]"#,
        r#" ["refused","gaze",null]"#,
        r#"["refused",{"reason":"gaze"}]"#,
        r#"[{"outcome":"used"}]"#,
        r#""used""#,
    ] {
        office.post_text(&path, body.into()).await.assert_problem(400, "request-malformed");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_note_over_five_hundred_characters_is_refused() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    let refused = json!({ "outcome": "refused", "reason": "other", "note": "ß".repeat(501) });
    let problem = office.settle(&collection, &refused).await.assert_problem(422, "note-too-long");
    assert_eq!((&problem["characters"], &problem["limit_characters"]), (&json!(501), &json!(500)));
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_note_that_does_not_read_as_it_is_is_refused() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for hidden in
        "\u{7}\r\t\u{85}\u{ad}\u{61c}\u{200b}\u{200d}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{e000}\u{fe0f}\u{e0041}"
            .chars()
    {
        let note = format!("Augen{hidden}zu");
        let refused = json!({ "outcome": "refused", "reason": "other", "note": note });
        let problem = office.settle(&collection, &refused).await.assert_problem(400, "request-malformed");
        assert!(problem["detail"].as_str().unwrap().contains("unsichtbare"), "{problem}");
    }
    assert_eq!(gateway.database.contents().await, before);
    let two_lines = json!({ "outcome": "refused", "reason": "other", "note": "Augen zu,\nMund offen – „Łódź“ №7" });
    assert_eq!(office.settle(&collection, &two_lines).await.status, 200);
}

#[tokio::test]
async fn nobody_settles_what_is_not_theirs() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let other = gateway.office("Bürgeramt Süd").await;
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for id in [collection.as_str(), "01a20297-4dc0-7fe2-bb16-ceb27bf086c4", "x", "%00", "..%2f.."] {
        other.settle(id, &json!({ "outcome": "used" })).await.assert_problem(404, "collection-unknown");
    }
    assert_eq!(gateway.database.contents().await, before);
}
