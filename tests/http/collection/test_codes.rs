//! Codes with which vendors provoke each refusal of a collection.

use axum::body::Body;
use axum::http::Method;
use lichtbild::domain::code::test_code::{TEST_CODE, TEST_CODES};
use serde_json::json;

use crate::http::setup::studio_and_office;
use crate::support::test_gateway::{DAY, TestGateway};

/// Last symbols of the third group, status, problem and `Retry-After`.
const ANSWERS: [(&str, u16, &str, &str); 14] = [
    ("40400", 404, "code-unknown", ""),
    ("40901", 409, "photo-leased-elsewhere", ""),
    ("40902", 409, "photo-leased-elsewhere", ""),
    ("40903", 409, "photo-quarantined", ""),
    ("40904", 409, "photo-quarantined", ""),
    ("41001", 410, "photo-settled", ""),
    ("41002", 410, "photo-settled", ""),
    ("41003", 410, "photo-withdrawn", ""),
    ("41004", 410, "photo-expired", ""),
    ("42901", 429, "too-many-codes", "60"),
    ("42902", 429, "too-many-requests", "2"),
    ("50001", 500, "photo-damaged", ""),
    ("50301", 503, "gateway-busy", "1"),
    ("50302", 503, "storage-unavailable", "5"),
];

#[tokio::test]
async fn every_test_code_gets_its_answer_without_a_look_up_and_is_said_to_be_one() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let before = gateway.database.contents().await;
    assert_eq!(ANSWERS.len() + 1, TEST_CODES.len());
    for (group, status, kind, retry_after) in ANSWERS {
        let (code, _) = TEST_CODES.iter().find(|(code, _)| code.contains(group)).unwrap();
        let answer = office.collect(&code.to_lowercase().replace('-', " ")).await;
        let problem = answer.assert_problem(status, kind);
        assert_eq!((&problem["test"], answer.header("retry-after")), (&json!(true), retry_after), "{code}");
        let english = office.in_english().collect(code).await.json();
        assert!(english["detail"].as_str().unwrap().ends_with("test code; no photo is concerned."), "{english}");
        assert!(!english.to_string().contains(code), "{english}");
    }
    let symbol = office.collect(TEST_CODE).await.assert_problem(400, "code-is-test");
    assert_eq!(symbol["test"], true);
    assert_eq!(gateway.database.contents().await, before);
    // The answers of photos have no such member.
    let unknown = office.collect("G94ZJ-756FW-FHRWS-2ZVE8").await.assert_problem(404, "code-unknown");
    assert_eq!(unknown.get("test"), None);
}

#[tokio::test]
async fn an_operator_can_switch_the_answers_off_and_then_no_test_code_asks_for_a_wait() {
    let gateway = TestGateway::with(|setup| {
        setup.answers_test_codes = false;
        setup.limits.wrong_codes.per_device = 1;
    })
    .await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let before = gateway.database.contents().await;
    for (code, _) in TEST_CODES {
        let answer = office.collect(code).await;
        let problem = answer.assert_problem(400, "code-is-test");
        assert_eq!((&problem["test"], answer.header("retry-after")), (&json!(true), ""), "{code}");
    }
    // They are still neither looked up nor counted as wrong codes.
    assert_eq!(gateway.database.contents().await, before);
    office.collect("G94ZJ-756FW-FHRWS-2ZVE8").await.assert_problem(404, "code-unknown");
}

#[tokio::test]
async fn two_answers_of_one_type_differ_as_those_of_photos_do() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let answer = async |group: &str| {
        let (code, _) = TEST_CODES.iter().find(|(code, _)| code.contains(group)).unwrap();
        office.collect(code).await.json()
    };
    let [leased, handed_over] = [answer("40901").await, answer("40902").await];
    assert_eq!((leased.get("handed_over"), &handed_over["handed_over"]), (None, &json!(true)));
    let [revoked, restored] = [answer("40903").await, answer("40904").await];
    assert_eq!(
        (&revoked["held_back_because"], &restored["held_back_because"]),
        (&json!("device_revoked"), &json!("restored"))
    );
    let [used, refused] = [answer("41001").await, answer("41002").await];
    assert_eq!((&used["outcome"], &refused["outcome"]), (&json!("used"), &json!("refused")));
    assert_eq!(used["office"], json!({ "name": "Testamt", "place": "Teststadt" }));
    for problem in [&answer("41003").await["withdrawn_at"], &answer("41004").await["expired_at"], &used["settled_at"]] {
        assert_eq!(*problem, json!(gateway.now() - DAY));
    }
}

#[tokio::test]
async fn a_test_code_opens_nothing_and_the_desk_tells_it_apart() {
    let (gateway, studio, office) = studio_and_office().await;
    let collection = office.collect_ok(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    let (code, _) = TEST_CODES[1];
    office.fetch(&collection, code).await.assert_problem(400, "code-is-test");
    // The desk's form has a token of its own.
    let form = office.send(office.request(Method::GET, "/desk/").body(Body::empty()).unwrap()).await;
    let page = String::from_utf8_lossy(&form.body).into_owned();
    let token = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let request = office.request(Method::POST, "/desk/").header("content-type", "application/x-www-form-urlencoded");
    let shown = office.send(request.body(Body::from(format!("csrf={token}&code={code}"))).unwrap()).await;
    let page = String::from_utf8_lossy(&shown.body).into_owned();
    assert!(shown.status == 400 && page.contains("data-problem=\"code-is-test\""), "{page}");
    assert!(page.contains("Das ist ein Testcode") && !page.contains(code), "{page}");
    assert_eq!(gateway.database.contents().await, before);
}

#[test]
fn the_manual_lists_every_test_code() {
    let manual = include_str!("../../../docs/api.md");
    for (code, _) in TEST_CODES {
        assert!(manual.contains(code), "{code}");
    }
}
