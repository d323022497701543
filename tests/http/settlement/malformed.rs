//! Malformed settlement requests.

use serde_json::json;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::test_gateway::TestGateway;

#[tokio::test]
async fn unknown_fields_and_outcomes_are_refused() {
    let (gateway, studio, office) = studio_and_office().await;
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
async fn a_field_that_does_not_fit_is_named_with_the_values_that_do() {
    let (_gateway, _, office) = studio_and_office().await;
    let path = "/v1/collections/01a20297-4dc0-7fe2-bb16-ceb27bf086c4/settle";
    let outcomes = json!(["used", "kept", "refused", "released"]);
    let refused = async |body: &str| {
        let problem = office.post_text(path, body.into()).await.assert_problem(400, "request-malformed");
        let english = office.in_english().post_text(path, body.into()).await.assert_problem(400, "request-malformed");
        for word in problem.get("field").into_iter().chain(problem["allowed"].as_array().into_iter().flatten()) {
            for problem in [&problem, &english] {
                assert!(problem["detail"].as_str().unwrap().contains(word.as_str().unwrap()), "{problem}");
            }
        }
        problem
    };
    for body in ["{}", r#"{"outcome":"G94ZJ-756FW-FHRWS-2ZVE8"}"#, r#"{"outcome":1}"#] {
        let problem = refused(body).await;
        assert_eq!((&problem["field"], &problem["allowed"]), (&json!("outcome"), &outcomes), "{body}");
        assert!(!problem.to_string().contains("756FW"), "{problem}");
    }
    for body in [r#"{"outcome":"refused"}"#, r#"{"outcome":"refused","reason":"ugly"}"#] {
        let problem = refused(body).await;
        assert_eq!((&problem["field"], problem["allowed"].as_array().unwrap().len()), (&json!("reason"), 15));
    }
    let unknown = refused(r#"{"outcome":"kept","until":"2026-12-31","G94ZJ-756FW-FHRWS-2ZVE8":1}"#).await;
    assert_eq!((unknown.get("field"), &unknown["allowed"]), (None, &json!(["outcome", "until", "reason", "note"])));
    assert!(!unknown.to_string().contains("756FW"), "{unknown}");
    let superfluous = refused(r#"{"outcome":"used","note":"x"}"#).await;
    assert_eq!(superfluous["allowed"], json!(["outcome"]));
    for (body, field) in [
        (r#"{"outcome":"kept"}"#, "until"),
        (r#"{"outcome":"kept","until":7}"#, "until"),
        (r#"{"outcome":"kept","until":"tomorrow"}"#, "until"),
        (r#"{"outcome":"used","outcome":"used"}"#, "outcome"),
        (r#"{"outcome":"refused","reason":"gaze","note":7}"#, "note"),
        (r#"{"outcome":"refused","reason":"gaze","note":"a\u0007"}"#, "note"),
    ] {
        let problem = refused(body).await;
        assert_eq!((&problem["field"], problem.get("allowed")), (&json!(field), None), "{body}");
    }
    let problem = office.post_text("/v1/collections", r#"{"code":7}"#.into()).await;
    assert_eq!(problem.assert_problem(400, "request-malformed")["field"], "code");
}

#[tokio::test]
async fn a_note_over_five_hundred_characters_is_refused() {
    let (gateway, studio, office) = studio_and_office().await;
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    let refused = json!({ "outcome": "refused", "reason": "other", "note": "ß".repeat(501) });
    let problem = office.settle(&collection, &refused).await.assert_problem(422, "note-too-long");
    assert_eq!((&problem["characters"], &problem["limit_characters"]), (&json!(501), &json!(500)));
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_note_that_does_not_read_as_it_is_is_refused() {
    let (gateway, studio, office) = studio_and_office().await;
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for hidden in "\u{7}\r\u{85}\u{61c}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{e000}\u{e0041}".chars() {
        let note = format!("Augen{hidden}zu");
        let refused = json!({ "outcome": "refused", "reason": "other", "note": note });
        let problem = office.settle(&collection, &refused).await.assert_problem(400, "request-malformed");
        let named = format!("Zeichen 6 von note ist U+{:04X}", u32::from(hidden));
        assert!(problem["detail"].as_str().unwrap().starts_with(&named), "{problem}");
    }
    assert_eq!(gateway.database.contents().await, before);
    let two_lines = json!({ "outcome": "refused", "reason": "other", "note": "Augen zu,\nMund offen – „Łódź“ №7" });
    assert_eq!(office.settle(&collection, &two_lines).await.status, 200);
}

#[tokio::test]
async fn a_note_is_stored_without_the_characters_that_change_nothing_and_a_repeat_is_the_same() {
    let (_gateway, studio, office, deposit) = deposited_photo().await;
    let collection = office.collect_and_fetch(&deposit.code).await;
    let refused = |note: &str| json!({ "outcome": "refused", "reason": "other", "note": note });
    // 500 characters in the stored form.
    let (written, stored) = ("Brille\u{ad}\tweg ❤\u{fe0f}\r\n👩\u{200d}🦰".to_owned(), "Brille weg ❤\n👩🦰");
    let filled = "x".repeat(500 - stored.chars().count());
    for note in [written.clone() + &filled, stored.to_owned() + &filled] {
        assert_eq!(office.settle(&collection, &refused(&note)).await.status, 200);
    }
    assert_eq!(studio.photo(&deposit.photo_id).await.json()["refusal"]["note"], stored.to_owned() + &filled);
}

#[tokio::test]
async fn a_body_that_is_no_object_is_told_to_be_one() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    for body in [r#"["used"]"#, "null", r#" "used""#, "7"] {
        let path = "/v1/collections/01a20297-4dc0-7fe2-bb16-ceb27bf086c4/settle";
        let problem = office.post_text(path, body.into()).await.assert_problem(400, "request-malformed");
        assert!(problem["detail"].as_str().unwrap().contains("JSON-Objekt"), "{problem}");
    }
}

#[tokio::test]
async fn nobody_settles_what_is_not_theirs() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for id in [collection.as_str(), "01a20297-4dc0-7fe2-bb16-ceb27bf086c4", "x", "%00", "..%2f.."] {
        other.settle(id, &json!({ "outcome": "used" })).await.assert_problem(404, "collection-unknown");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_note_with_a_retrieval_code_is_refused_and_stored_nowhere() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    let other = studio.deposit_numbered(2).await.code;
    let collection = office.collect_and_fetch(&deposit.code).await;
    let before = gateway.database.contents().await;
    let bare = other.replace('-', "");
    for written in [other.clone(), bare.to_lowercase(), format!("Mund offen{bare}"), other.replace('-', " \u{feff}")] {
        let refused = json!({ "outcome": "refused", "reason": "other", "note": format!("Augen zu. {written}") });
        let problem = office.settle(&collection, &refused).await.assert_problem(400, "request-malformed");
        assert_eq!(problem["detail"], "note enthält einen Abrufcode. Er gehört in keine Anmerkung.", "{written}");
    }
    assert_eq!(gateway.database.contents().await, before);
}
