//! Declarations about the person: accepted or refused, never ignored, and carried to the clerk.

use lichtbild::validation::Profile;
use serde_json::{Value, json};

use crate::support::photos::jpeg::fixture;
use crate::support::photos::variants::variant;
use crate::support::router_client::{RouterClient, RouterResponse, idempotency_key, json_string, photo};
use crate::support::test_gateway::{DAY, TestGateway};

async fn gateway_for_portraits() -> TestGateway {
    TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 8 * 1024 * 1024;
        setup.limits.uploads_per_minute = 60_000;
    })
    .await
}

async fn declaring(
    studio: &RouterClient,
    path: &str,
    bytes: &[u8],
    key: &str,
    declared: &[(&str, &str)],
) -> RouterResponse {
    let headers = [&[("content-type", "image/jpeg"), ("idempotency-key", key)], declared].concat();
    studio.post_photo(path, bytes, &headers).await
}

fn named(body: &Value, severity: &str) -> Vec<String> {
    let findings = body["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["severity"] == severity).map(|finding| json_string(&finding["check"])).collect()
}

#[tokio::test]
async fn a_declaration_that_cannot_be_read_is_refused_and_nothing_is_checked() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let before = gateway.database.contents().await;
    let (subject, exception) = ("photo-subject", "photo-exception");
    type DeclaredHeaders<'a> = &'a [(&'a str, &'a str)];
    let cases: [(DeclaredHeaders<'_>, &str); 13] = [
        (&[(subject, "")], "photo-subject-unknown"),
        (&[(subject, "Under6")], "photo-subject-unknown"),
        (&[(subject, "under7")], "photo-subject-unknown"),
        (&[(subject, "under10, under6")], "photo-subject-unknown"),
        (&[(subject, "under6"), (subject, "under6")], "photo-subject-unknown"),
        (&[(subject, "säugling")], "photo-subject-unknown"),
        (&[(subject, "medical")], "photo-subject-unknown"),
        (&[(exception, "")], "photo-exception-unknown"),
        (&[(exception, "none")], "photo-exception-unknown"),
        (&[(exception, "MEDICAL")], "photo-exception-unknown"),
        (&[(exception, "medical,religious")], "photo-exception-unknown"),
        (&[(exception, "medical"), (exception, "religious")], "photo-exception-unknown"),
        (&[(subject, "under6"), (exception, "under6")], "photo-exception-unknown"),
    ];
    for (declared, kind) in cases {
        for path in ["/v1/photos", "/v1/photos/check"] {
            declaring(&studio, path, &photo(1), &idempotency_key(1), declared).await.assert_problem(400, kind);
        }
    }
    assert_eq!(gateway.database.contents().await, before);
    let sound = [("photo-subject", "adult"), ("photo-exception", "medical")];
    assert_eq!(declaring(&studio, "/v1/photos", &photo(1), &idempotency_key(1), &sound).await.status, 201);
}

#[tokio::test]
async fn what_is_refused_without_a_declaration_is_advice_with_one() {
    let gateway = gateway_for_portraits().await;
    let studio = gateway.studio("Foto Koch").await;
    let turned = variant("turned by 20 degrees").bytes.as_slice();
    for path in ["/v1/photos/check", "/v1/photos"] {
        for (number, declared) in
            [[("photo-exception", "medical")], [("photo-exception", "religious")], [("photo-subject", "under6")]]
                .into_iter()
                .enumerate()
        {
            let answer = declaring(&studio, path, turned, &idempotency_key(number as u32), &declared).await;
            assert!(matches!(answer.status, 200 | 201), "{answer:?}");
            let body = answer.json();
            assert_eq!(named(&body, "refuse"), [""; 0]);
            assert!(named(&body, "advise").contains(&"roll".to_owned()), "{body}");
        }
    }
    let checked = declaring(&studio, "/v1/photos/check", turned, &idempotency_key(7), &[]).await.json();
    assert_eq!((&checked["verdict"], named(&checked, "refuse")), (&json!("refused"), vec!["roll".to_owned()]));
    let problem = studio.deposit(turned, &idempotency_key(7)).await.assert_problem(422, "photo-refused");
    assert_eq!(named(&problem, "refuse"), ["roll"]);
    let under_10 = declaring(&studio, "/v1/photos", turned, &idempotency_key(7), &[("photo-subject", "under10")]).await;
    under_10.assert_problem(422, "photo-refused");
}

#[tokio::test]
async fn the_clerk_learns_what_was_declared_and_what_it_softened() {
    let gateway = gateway_for_portraits().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let turned = variant("turned by 20 degrees").bytes.as_slice();
    let declared = [("photo-subject", "under6"), ("photo-exception", "medical")];
    let receipt = declaring(&studio, "/v1/photos", turned, &idempotency_key(1), &declared).await.json();
    for _ in 0..2 {
        let collected = office.collect(&json_string(&receipt["code"])).await.json();
        for body in [&receipt, &collected["photo"]] {
            assert_eq!((&body["subject"], &body["exception"]), (&json!("under6"), &json!("medical")));
        }
        assert_eq!(collected["photo"]["findings"], receipt["findings"]);
        assert!(named(&collected["photo"], "advise").contains(&"roll".to_owned()), "{collected}");
    }

    let ordinary = studio.deposit(&fixture("portrait-1244x1600.jpg"), &idempotency_key(2)).await.json();
    let collected = office.collect(&json_string(&ordinary["code"])).await.json();
    for body in [&ordinary, &collected["photo"]] {
        assert!(body.get("subject").is_none() && body.get("exception").is_none(), "{body}");
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_receipt_whatever_it_declares() {
    let gateway = gateway_for_portraits().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let turned = variant("turned by 20 degrees").bytes.as_slice();
    let first =
        declaring(&studio, "/v1/photos", turned, &idempotency_key(1), &[("photo-exception", "religious")]).await.json();
    let before = gateway.database.contents().await;
    for declared in [&[("photo-exception", "religious")][..], &[("photo-subject", "under6")], &[]] {
        let repeat = declaring(&studio, "/v1/photos", turned, &idempotency_key(1), declared).await;
        assert_eq!((repeat.status, repeat.header("idempotent-replayed")), (201, "true"));
        assert_eq!(repeat.json(), first, "{declared:?}");
    }
    // The header has no effect here, but an invalid value is still refused.
    let nonsense =
        declaring(&studio, "/v1/photos", turned, &idempotency_key(1), &[("photo-exception", "vanity")]).await;
    nonsense.assert_problem(400, "photo-exception-unknown");
    assert_eq!(gateway.database.contents().await, before);

    // The same during a lease. After the erasure the sealed findings are gone, and the code is the same.
    let collection = office.collect_and_fetch(&json_string(&first["code"])).await;
    let repeat = studio.deposit(turned, &idempotency_key(1)).await.json();
    assert_eq!((&repeat["exception"], &repeat["findings"]), (&json!("religious"), &first["findings"]));
    office.settle(&collection, &json!({ "outcome": "used" })).await;
    let repeat = studio.deposit(turned, &idempotency_key(1)).await.json();
    assert_eq!((&repeat["code"], &repeat["state"]), (&first["code"], &json!("used")));
    assert!(repeat.get("exception").is_none() && !named(&repeat, "advise").contains(&"roll".to_owned()), "{repeat}");
}

#[tokio::test]
async fn a_repeat_of_a_damaged_photo_still_gets_its_code() {
    let gateway = gateway_for_portraits().await;
    let studio = gateway.studio("Foto Koch").await;
    let portrait = fixture("portrait-1244x1600.jpg");
    let first =
        declaring(&studio, "/v1/photos", &portrait, &idempotency_key(1), &[("photo-subject", "under10")]).await.json();
    gateway.database.replace_frames(&[2]).await;
    gateway.advance(DAY);
    let repeat = studio.deposit(&portrait, &idempotency_key(1)).await;
    assert_eq!((repeat.status, &repeat.json()["code"]), (201, &first["code"]));
}
