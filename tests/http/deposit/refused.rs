//! Refused deposits: each response gives the reason, and nothing is stored except an audit row for a checked photo.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Method;
use hyper::body::Frame;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::{Value, json};

use crate::http::setup::studio_alone;
use crate::support::router_client::{idempotency_key, photo};
use crate::support::test_gateway::TestGateway;

#[tokio::test]
async fn headers_that_are_missing_or_malformed_are_refused() {
    let (gateway, studio) = studio_alone().await;
    let before = gateway.database.contents().await;
    let (jpeg, key) = (("content-type", "image/jpeg"), idempotency_key(1));
    let keyed = ("idempotency-key", key.as_str());
    let long = "x".repeat(129);
    type RequestHeaders<'a> = &'a [(&'a str, &'a str)];
    let cases: [(RequestHeaders<'_>, u16, &str); 17] = [
        (&[jpeg], 400, "idempotency-key-missing"),
        (&[jpeg, ("idempotency-key", "")], 400, "idempotency-key-malformed"),
        (&[jpeg, ("idempotency-key", "0123456789abcde")], 400, "idempotency-key-malformed"),
        (&[jpeg, ("idempotency-key", &long)], 400, "idempotency-key-malformed"),
        (&[jpeg, ("idempotency-key", "0123456789 abcdef")], 400, "idempotency-key-malformed"),
        (&[jpeg, ("idempotency-key", "0123456789abcdefé")], 400, "idempotency-key-malformed"),
        (&[jpeg, keyed, ("idempotency-key", "another-key-of-the-same-request")], 400, "idempotency-key-malformed"),
        (&[jpeg, keyed, ("content-digest", "sha-256=AA==")], 400, "content-digest-malformed"),
        (&[jpeg, keyed, ("content-digest", "sha-256=:AA==:")], 400, "content-digest-malformed"),
        (&[jpeg, keyed, ("content-digest", "sha-256=:é:")], 400, "content-digest-malformed"),
        // The studio believes that it announces a digest.
        (&[jpeg, keyed, ("content-digest", "SHA-256=:AA==:")], 400, "content-digest-malformed"),
        (&[keyed], 415, "format-unsupported"),
        (&[keyed, ("content-type", "image/png")], 415, "format-unsupported"),
        (&[keyed, ("content-type", "image/jpg")], 415, "format-unsupported"),
        (&[keyed, ("content-type", "multipart/form-data; boundary=x")], 415, "format-unsupported"),
        (&[keyed, ("content-type", "application/octet-stream")], 415, "format-unsupported"),
        (&[keyed, ("content-type", "")], 415, "format-unsupported"),
    ];
    for (headers, status, kind) in cases {
        studio.post_photo("/v1/photos", &photo(1), headers).await.assert_problem(status, kind);
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_file_that_arrives_changed_is_refused() {
    let (gateway, studio) = studio_alone().await;
    let before = gateway.database.contents().await;
    let announced = Sha256Digest::of(b"what the studio meant to send");
    let (field, key) = (announced.to_content_digest(), idempotency_key(1));
    let split = [("content-digest", "sha-512=:AA==:"), ("content-digest", &field)];
    for digests in [&split[1..], &split] {
        let headers = [&[("content-type", "image/jpeg"), ("idempotency-key", &key)], digests].concat();
        let problem = studio.post_photo("/v1/photos", &photo(1), &headers).await.assert_problem(422, "digest-mismatch");
        assert_eq!(problem["announced"], json!(announced));
        assert_eq!(problem["received"], json!(Sha256Digest::of(&photo(1))));
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_by_its_length_and_by_its_bytes() {
    let limit = photo(1).len() as u64 + 10;
    let gateway = TestGateway::with(|setup| setup.max_photo_bytes = limit).await;
    let studio = gateway.studio("Foto Koch").await;
    let before = gateway.database.contents().await;
    let large = vec![0xFF; limit as usize + 1];
    let announced = studio.deposit(&large, &idempotency_key(1)).await;
    let streamed = studio.request(Method::POST, "/v1/photos").header("content-type", "image/jpeg");
    let streamed = streamed.header("idempotency-key", idempotency_key(1)).body(Body::new(EndlessBody)).unwrap();
    let streamed = studio.send(streamed).await;
    for answer in [announced, streamed] {
        assert_eq!(answer.assert_problem(413, "photo-too-large")["limit_bytes"], limit);
        assert_eq!(answer.header("connection"), "close");
    }
    studio.check(&large).await.assert_problem(413, "photo-too-large");
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(studio.deposit(&photo(1), &idempotency_key(1)).await.status, 201);
}

/// An endless body without a declared length.
struct EndlessBody;

impl hyper::body::Body for EndlessBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0xFF; 512])))))
    }
}

#[tokio::test]
async fn a_body_shorter_than_its_length_is_refused() {
    let (gateway, studio) = studio_alone().await;
    let before = gateway.database.contents().await;
    let (key, length) = (idempotency_key(1), photo(1).len() + 1);
    let length = length.to_string();
    let headers = [("content-type", "image/jpeg"), ("idempotency-key", &key), ("content-length", &length)];
    studio.post_photo("/v1/photos", &photo(1), &headers).await.assert_problem(400, "body-cut");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_photo_that_the_check_refuses_leaves_one_audit_row_and_all_findings_in_two_languages() {
    let (gateway, studio) = studio_alone().await;
    let before = gateway.database.contents().await;
    // Two faults at once: a square photo, and data after its end.
    let mut bytes = crate::support::photos::jpeg::colour_jpeg(60, 60);
    bytes.extend(b"PK");
    let german = studio.deposit(&bytes, &idempotency_key(1)).await;
    let english = studio.in_english().deposit(&bytes, &idempotency_key(1)).await;
    let [german_problem, english_problem] =
        [&german, &english].map(|answer| answer.assert_problem(422, "photo-refused"));
    assert_eq!((german.header("content-language"), english.header("content-language")), ("de", "en"));
    let refusing = |problem: &Value| {
        let findings = problem["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding["severity"] == "refuse").map(|f| f["check"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(refusing(&german_problem), [json!("trailing_data"), json!("aspect_ratio")]);
    assert_eq!(refusing(&english_problem), refusing(&german_problem));
    assert_ne!(english_problem["findings"][0]["message"], german_problem["findings"][0]["message"]);
    assert_eq!(gateway.database.contents().await.without("audit"), before.without("audit"));
    let rows = gateway.database.audit().await;
    let rows: Vec<_> = rows.iter().filter(|row| row.event == "photo.refused_by_judge").collect();
    assert_eq!(rows.len(), 2, "one for each attempt");
    assert_eq!(rows[0].details["checks"], json!(refusing(&german_problem)));
    assert_eq!(rows[0].subject, None);
}

#[tokio::test]
async fn a_device_that_uploads_too_fast_waits_and_others_do_not() {
    let gateway = TestGateway::with(|setup| setup.limits.uploads_per_minute = 2).await;
    let (studio, other) = (gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await);
    studio.deposit_numbered(1).await;
    assert_eq!(studio.check(&photo(2)).await.status, 200);
    let before = gateway.database.contents().await;
    let refused = studio.deposit(&photo(2), &idempotency_key(2)).await;
    refused.assert_problem(429, "too-many-requests");
    assert_eq!(refused.retry_after_seconds(), 30);
    let refused = studio.check(&photo(2)).await;
    refused.assert_problem(429, "too-many-requests");
    assert_eq!(refused.retry_after_seconds(), 30);
    assert_eq!(gateway.database.contents().await, before);
    other.deposit_numbered(2).await;
    gateway.advance(Duration::from_secs(30));
    studio.deposit_numbered(2).await;
}

#[tokio::test]
async fn a_device_that_uploads_bad_photos_in_a_loop_does_not_fill_the_audit_log() {
    let (gateway, studio) = studio_alone().await;
    for number in 0..70 {
        assert_eq!(studio.deposit(b"no photo", &idempotency_key(number)).await.status, 422);
    }
    assert_eq!(gateway.database.count_events("photo.refused_by_judge").await, 60);
    gateway.advance(Duration::from_secs(1));
    assert_eq!(studio.deposit(b"no photo", &idempotency_key(70)).await.status, 422);
    assert_eq!(gateway.database.audit().await.pop().unwrap().details["left_out"], 10);
}
