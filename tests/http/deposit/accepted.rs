//! Answer to a studio whose photo is accepted.

use axum::body::Body;
use axum::http::Method;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::validation::Profile;
use serde_json::json;

use crate::http::setup::studio_alone;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::{encoded, exposed};
use crate::support::photos::variants::large_portrait;
use crate::support::router_client::{idempotency_key, json_string, photo};
use crate::support::test_gateway::{DAY, START, TestGateway};

#[tokio::test]
async fn a_deposit_is_answered_with_all_that_was_promised() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await.in_english();
    let bytes = photo(1);
    let answer = studio.deposit(&bytes, &idempotency_key(1)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let receipt = answer.json();
    let photo_id = json_string(&receipt["photo_id"]);
    assert_eq!(answer.header("location"), format!("/v1/photos/{photo_id}"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("idempotent-replayed"), "");
    let code = json_string(&receipt["code"]);
    assert_eq!(RetrievalCode::parse(&code).unwrap().reveal(), code);
    let own = studio.send(studio.request(Method::GET, "/v1/me").body(Body::empty()).unwrap()).await.json();
    assert_eq!(own["studio"]["name"], "Foto Koch");
    let expected = json!({
        "photo_id": photo_id, "code": code, "state": "available", "expires_at": START + 180 * DAY,
        "sha256": Sha256Digest::of(&bytes), "bytes": bytes.len(), "width": 35, "height": 45, "profile": "small",
        "findings": receipt["findings"], "remarks": true, "studio": own["studio"],
    });
    assert_eq!(receipt, expected);
    let advice = &receipt["findings"][0];
    assert_eq!((&advice["check"], &advice["severity"]), (&json!("compression"), &json!("advise")));
    for field in ["measured", "limit", "message", "hint"] {
        assert!(!json_string(&advice[field]).is_empty());
    }
    assert_eq!(gateway.database.count("photos").await, 1);
    assert_eq!(gateway.database.count("frames").await, 1);
    assert_eq!(gateway.database.count_events("photo.deposited").await, 1);
}

#[tokio::test]
async fn a_real_portrait_comes_back_byte_for_byte() {
    let gateway = TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 8 * 1024 * 1024;
    })
    .await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let portrait = fixture("portrait-1244x1600.jpg");
    let receipt = studio.deposit(&portrait, &idempotency_key(1)).await.json();
    // The portrait has no capture time and smiles; there are no other findings.
    let told: Vec<&str> =
        receipt["findings"].as_array().unwrap().iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert_eq!(told, ["capture_time_missing", "smile"]);
    let code = json_string(&receipt["code"]);
    let collection = office.collect_ok(&code).await;
    let image = office.fetch(&collection, &code).await;
    assert_eq!(image.status, 200);
    assert!(image.body == portrait);
}

/// Exposure is checked in the whole photo, but white skin is measured on the face, so that finding is sealed.
#[tokio::test]
async fn what_was_measured_on_the_face_is_not_stored_in_the_clear() {
    let gateway = TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 8 * 1024 * 1024;
    })
    .await;
    let studio = gateway.studio("Foto Koch").await;
    let receipt = studio.deposit(&encoded(&exposed(&large_portrait(), 1.8)), &idempotency_key(1)).await.json();
    let checks = |body: &serde_json::Value| -> Vec<String> {
        body["findings"].as_array().unwrap().iter().map(|finding| json_string(&finding["check"])).collect()
    };
    assert!(checks(&receipt).contains(&"exposure".to_owned()), "{receipt}");
    let listed = studio.photos("").await.json();
    assert_eq!(checks(&listed["photos"][0]), ["capture_time_missing"], "{listed}");
}

#[tokio::test]
async fn a_digest_that_fits_is_accepted_wherever_it_stands() {
    let (gateway, studio) = studio_alone().await;
    let digest = Sha256Digest::of(&photo(1)).to_content_digest();
    let both = format!("sha-512=:AA==:, {digest}");
    for (number, field) in [&digest, &both, "md5=:AA==:"].into_iter().enumerate() {
        let (key, number) = (idempotency_key(number as u32), 1);
        let headers = [("content-type", "image/jpeg"), ("idempotency-key", &key), ("content-digest", field)];
        let answer = studio.post_photo("/v1/photos", &photo(number), &headers).await;
        assert_eq!(answer.status, 201, "{field}: {answer:?}");
    }
    assert_eq!(gateway.database.count("photos").await, 3);
}

#[tokio::test]
async fn the_shortest_and_the_longest_key_and_a_parameter_of_the_media_type_are_taken() {
    let (_gateway, studio) = studio_alone().await;
    let long = "~".repeat(128);
    for (number, key) in ["0123456789abcdef", &long].into_iter().enumerate() {
        let headers = [("content-type", "IMAGE/JPEG; q=1"), ("idempotency-key", key)];
        let answer = studio.post_photo("/v1/photos", &photo(number as u32), &headers).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

#[tokio::test]
async fn one_file_under_two_keys_is_two_deposits_with_two_codes() {
    let (gateway, studio) = studio_alone().await;
    let first = studio.deposit(&photo(1), &idempotency_key(1)).await.json();
    let second = studio.deposit(&photo(1), &idempotency_key(2)).await.json();
    assert_ne!(first["code"], second["code"]);
    assert_ne!(first["photo_id"], second["photo_id"]);
    assert_eq!(gateway.database.count("frames").await, 2);
}

#[tokio::test]
async fn a_check_says_what_a_deposit_would_and_stores_nothing() {
    let (gateway, studio) = studio_alone().await;
    let before = gateway.database.contents().await;
    let accepted = studio.check(&photo(1)).await;
    assert_eq!((accepted.status, accepted.json()["verdict"].clone()), (200, json!("accepted")));
    let whole = photo(1);
    let cut = studio.check(&whole[..whole.len() / 2]).await;
    assert_eq!((cut.status, cut.json()["verdict"].clone()), (200, json!("refused")));
    assert_eq!(cut.json()["findings"][0]["check"], "complete");
    studio.post_photo("/v1/photos/check", &whole, &[]).await.assert_problem(415, "format-unsupported");
    assert_eq!(gateway.database.contents().await, before);
}
