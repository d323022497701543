//! Answer to an office that enters a code.

use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;

use crate::http::setup::{deposited_photo, studio_and_office};
use crate::support::raw_database::DatabaseSnapshot;
use crate::support::router_client::json_string;
use crate::support::test_gateway::{DAY, MINUTE, START};

#[tokio::test]
async fn a_code_is_answered_with_all_that_was_promised() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    gateway.advance(DAY);
    let answer = office.in_english().collect(&deposit.code).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!((answer.header("cache-control"), answer.header("content-language")), ("no-store", "en"));
    let body = answer.json();
    let expected = json!({
        "collection_id": json_string(&body["collection_id"]), "state": "leased", "lease_until": START + DAY + 15 * MINUTE,
        "photo": {
            "photo_id": deposit.photo_id, "sha256": Sha256Digest::of(&deposit.bytes), "bytes": deposit.bytes.len(),
            "width": 35, "height": 45, "content_type": "image/jpeg", "deposited_at": START,
            "expires_at": START + 180 * DAY, "profile": "small", "findings": body["photo"]["findings"],
            "studio": { "name": "Foto Koch", "place": "Düsseldorf" },
        },
    });
    assert_eq!(body, expected);
    assert_eq!(body["photo"]["findings"][0]["check"], "compression");
    assert_eq!(studio.state_of(&deposit).await, "leased");
    let rows = gateway.database.audit().await;
    let row = rows.last().unwrap();
    assert_eq!((row.event.as_str(), &row.actor), ("collection.leased", &office.device_id.to_string()));
    assert_eq!(row.details["photo_id"], json!(deposit.photo_id));
}

#[tokio::test]
async fn a_code_may_be_written_the_way_people_write() {
    let (_gateway, studio, office) = studio_and_office().await;
    let code = studio.deposit_numbered(1).await.code;
    let collection = office.collect_ok(&code).await;
    let bare = code.replace('-', "");
    let spaced: String = bare.chars().flat_map(|symbol| [symbol, ' ']).collect();
    let spellings = [
        code.to_lowercase(),
        bare.clone(),
        spaced,
        format!("\t{}\n", code.replace('-', " \u{2013} ")),
        code.replace('0', "o").replace('1', "l"),
        code.replace('0', "O").replace('1', "I"),
    ];
    for spelling in spellings {
        let answer = office.collect(&spelling).await;
        assert_eq!(
            (answer.status, json_string(&answer.json()["collection_id"])),
            (200, collection.clone()),
            "{spelling}"
        );
    }
    let fetched = office.fetch(&collection, &bare.to_lowercase()).await;
    assert_eq!(fetched.status, 200);
}

#[tokio::test]
async fn the_same_office_gets_the_same_collection_from_each_of_its_devices() {
    let (gateway, studio, office) = studio_and_office().await;
    let colleague = gateway.device_of(&office.party).await;
    let code = studio.deposit_numbered(1).await.code;
    let first = office.collect(&code).await;
    let before = gateway.database.contents().await;
    gateway.advance(MINUTE);
    for device in [&office, &colleague] {
        let again = device.collect(&code).await;
        assert_eq!((again.status, again.json()), (200, first.json()));
    }
    // The gateway records only that the colleague has sent the code.
    let others = |contents: DatabaseSnapshot| contents.without("collection_devices").without("audit");
    assert_eq!(others(gateway.database.contents().await), others(before));
    assert_eq!(gateway.database.count_events("collection.renewed").await, 1);
    let collection = json_string(&first.json()["collection_id"]);
    assert_eq!(colleague.fetch(&collection, &code).await.status, 200);
    assert_eq!(colleague.settle(&collection, &json!({ "outcome": "used" })).await.status, 200);
}

#[tokio::test]
async fn another_office_is_told_until_when_to_wait() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let code = studio.deposit_numbered(1).await.code;
    let collection = office.collect_ok(&code).await;
    let before = gateway.database.contents().await;
    let problem = other.collect(&code).await.assert_problem(409, "photo-leased-elsewhere");
    assert_eq!(problem["lease_until"], json!(START + 15 * MINUTE));
    assert!(!problem.to_string().contains("Mitte"), "who holds it is nobody's business");
    other.fetch(&collection, &code).await.assert_problem(404, "collection-unknown");
    other.head(&collection, &code).await;
    other.settle(&collection, &json!({ "outcome": "used" })).await.assert_problem(404, "collection-unknown");
    other.settle("no-identifier", &json!({ "outcome": "used" })).await.assert_problem(404, "collection-unknown");
    assert_eq!(other.collections("").await.json(), json!({ "collections": [] }));
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn requests_that_are_no_requests_are_refused() {
    let (gateway, studio, office) = studio_and_office().await;
    let code = studio.deposit_numbered(1).await.code;
    let before = gateway.database.contents().await;
    let more = format!(r#"{{"code":"{code}","more":1}}"#);
    let twice = format!(r#"{{"code":"{code}","code":"{code}"}}"#);
    let list = format!(r#"["{code}"]"#);
    for body in ["", "{", "[]", "{}", &list, r#"{"code":1}"#, r#"{"code":null}"#, &more, &twice, "\u{FF}"] {
        let problem = office.post_text("/v1/collections", body.into()).await.assert_problem(400, "request-malformed");
        assert!(!problem.to_string().contains(&code));
    }
    let long = format!(r#"{{"code":"{}"}}"#, "0".repeat(16 * 1024));
    let problem = office.post_text("/v1/collections", long).await.assert_problem(413, "request-too-large");
    assert_eq!(problem["limit_bytes"], 16 * 1024);
    let request = office.request(axum::http::Method::POST, "/v1/collections").header("content-type", "text/plain");
    let body = json!({ "code": code }).to_string();
    office.send(request.body(body.into()).unwrap()).await.assert_problem(415, "format-unsupported");
    assert_eq!(gateway.database.contents().await, before);
}
