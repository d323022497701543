//! A reason of health or religion is known to the studio and, with the code, to the office. It is neither in the files
//! nor in the log.

use lichtbild::validation::Profile;
use serde_json::json;

use super::log::capture_log;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::variants::variant;
use crate::support::router_client::{idempotency_key, json_string};
use crate::support::test_gateway::{MINUTE, TestGateway};

async fn gateway_for_portraits() -> TestGateway {
    TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 8 * 1024 * 1024;
    })
    .await
}

/// Words of a declaration, and the check that it softens.
const TELLING: [&str; 8] = ["religious", "medical", "under6", "under10", "exception", "subject\"", "roll", "face_"];

fn told_by(content: &[u8]) -> Option<&'static str> {
    let content = String::from_utf8_lossy(content).to_lowercase();
    TELLING.into_iter().find(|word| content.contains(word))
}

#[tokio::test]
async fn neither_files_nor_log_tell_what_was_declared() {
    let (lines, _guard) = capture_log();
    let gateway = gateway_for_portraits().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let turned = variant("turned by 20 degrees").bytes.as_slice();
    let mut codes = vec![];
    for (number, declared) in
        [("photo-exception", "religious"), ("photo-exception", "medical"), ("photo-subject", "under6")]
            .into_iter()
            .enumerate()
    {
        let key = idempotency_key(number as u32);
        let headers = [("content-type", "image/jpeg"), ("idempotency-key", &key), declared];
        for _ in 0..2 {
            let answer = studio.post_photo("/v1/photos", turned, &headers).await;
            assert_eq!(answer.status, 201, "{answer:?}");
            assert!(told_by(&answer.body).is_some(), "the search finds nothing at all");
            codes.push(json_string(&answer.json()["code"]));
        }
    }
    // Lists are made from unsealed data and do not contain it either.
    assert_eq!(told_by(&studio.photos("").await.body), None);
    let collection = office.collect_and_fetch(&codes[0]).await;
    for settled in [false, true] {
        if settled {
            office.settle(&collection, &json!({ "outcome": "refused", "reason": "pose" })).await;
            gateway.advance(MINUTE);
            gateway.sweep().await;
        }
        for (path, content) in gateway.files() {
            // Envelopes look random and may contain a short word by chance; all other rows are checked one by one
            // below.
            let noise = |word: &str| word.len() <= 5;
            assert!(told_by(&content).is_none_or(noise), "{}: {:?}", path.display(), told_by(&content));
        }
        for column in ["findings", "profile", "state"] {
            let texts = gateway.database.texts(&format!("SELECT {column} FROM photos")).await;
            assert!(texts.iter().all(|text| told_by(text.as_bytes()).is_none()), "{texts:?}");
        }
        for row in gateway.database.audit().await {
            assert_eq!(told_by(row.details.to_string().as_bytes()), None, "{row:?}");
        }
    }
    tracing::info!("the test has written this");
    let log = lines.text();
    assert!(log.contains("the test has written this"));
    assert_eq!(told_by(log.as_bytes()), None, "{log}");
}

#[tokio::test]
async fn what_lies_in_the_clear_is_the_same_with_and_without_a_declaration() {
    let gateway = gateway_for_portraits().await;
    let studio = gateway.studio("Foto Koch").await;
    // A photo that is accepted in both cases, with advice about the face that depends on the declaration.
    let small = variant("a little smaller").bytes.as_slice();
    let keys = [idempotency_key(1), idempotency_key(2), idempotency_key(3)];
    let declared = [None, Some(("photo-exception", "religious")), Some(("photo-subject", "under10"))];
    for (key, declared) in keys.iter().zip(declared) {
        let headers = [("content-type", "image/jpeg"), ("idempotency-key", key.as_str())];
        let headers = headers.into_iter().chain(declared).collect::<Vec<_>>();
        assert_eq!(studio.post_photo("/v1/photos", small, &headers).await.status, 201);
    }
    let frame = gateway.database.for_dialect("hex(frame)", "encode(frame, 'hex')");
    let row = format!(
        "SELECT state || findings || bytes || profile || epoch || length(frame) || substr({frame}, 1, 2)
         FROM photos JOIN frames USING (photo_id)"
    );
    let mut rows = gateway.database.texts(&row).await;
    assert_eq!(rows.len(), 3);
    rows.dedup();
    assert_eq!(rows.len(), 1, "{rows:?}");
    let details = gateway.database.audit().await.into_iter().filter(|row| row.event == "photo.deposited");
    let mut details: Vec<_> = details.map(|row| row.details).collect();
    details.dedup();
    assert_eq!(details.len(), 1, "{details:?}");
}

#[tokio::test]
async fn a_refusal_before_the_declaration_does_not_give_the_photo_away() {
    let gateway = gateway_for_portraits().await;
    let studio = gateway.studio("Foto Koch").await;
    let turned = variant("turned by 20 degrees").bytes.as_slice();
    studio.deposit(turned, &idempotency_key(1)).await.assert_problem(422, "photo-refused");
    studio.deposit(&fixture("portrait-413x531.jpg"), &idempotency_key(2)).await.assert_problem(422, "photo-refused");
    let key = idempotency_key(1);
    let headers = [("content-type", "image/jpeg"), ("idempotency-key", &key), ("photo-exception", "medical")];
    assert_eq!(studio.post_photo("/v1/photos", turned, &headers).await.status, 201);
    let size = turned.len().to_string();
    let refused = gateway.database.audit().await.into_iter().filter(|row| row.event == "photo.refused_by_judge");
    let refused: Vec<_> = refused.map(|row| row.details.to_string()).collect();
    assert_eq!(refused.len(), 2);
    assert!(refused.iter().all(|details| !details.contains(&size)), "{refused:?}");
}
