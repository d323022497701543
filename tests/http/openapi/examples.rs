//! Examples of the description: answers that a gateway gives. `LICHTBILD_UPDATE_OPENAPI=1` records them anew.

use std::fs;

use lichtbild::validation::Profile;
use serde_json::{Value, json};

use crate::support::router_client::RouterResponse;
use crate::support::test_gateway::{MINUTE, TestGateway};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/openapi/examples.json");

/// Answers by operation and status; problems also by their type.
#[derive(Default)]
struct Examples(Value);

impl Examples {
    fn add(&mut self, operation: &str, answer: &RouterResponse) {
        let (status, body) = (answer.status.to_string(), answer.json());
        match body["type"].as_str() {
            Some(kind) => self.0[operation][&status][kind] = body.clone(),
            None => self.0[operation][&status] = body.clone(),
        }
    }

    fn request(&mut self, operation: &str, body: Value) {
        self.0[operation]["request"] = body;
    }
}

async fn record() -> Value {
    let gateway = TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 2 * 1024 * 1024;
    })
    .await;
    let studio = gateway.studio("Foto Koch").await.in_english();
    let office = gateway.office("Bürgerbüro Mitte").await.in_english();
    let auditor = gateway.auditor(&office.party).await.in_english();
    let fixture = |name| fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (portrait, small) = (fixture("portrait-1244x1600.jpg"), fixture("portrait-827x1063.jpg"));
    let keys = ["7b0c1f5e-6a55-4b64-9d3e-5f6a7b8c9d0e", "c2d1e0f4-93a7-4d58-8b61-0f2e4a6c8d13"];
    let mut examples = Examples::default();

    let deposit = studio.deposit(&portrait, keys[0]).await;
    examples.add("depositPhoto", &deposit);
    examples.add("depositPhoto", &studio.deposit(&small, keys[1]).await);
    examples.add("depositPhoto", &studio.deposit(&portrait[1..], keys[0]).await);
    examples.add("depositPhoto", &studio.post_photo("/v1/photos", &portrait, &[("content-type", "image/jpeg")]).await);
    examples.add("checkPhoto", &studio.check(&small).await);
    examples.add("readProfile", &studio.get("/v1/profile").await);
    examples.add("readStudio", &studio.get("/v1/me").await);
    examples.add("listPhotos", &studio.photos("limit=50").await);
    let receipt = deposit.json();
    let (photo_id, code) = (receipt["photo_id"].as_str().unwrap(), receipt["code"].as_str().unwrap());
    examples.add("readPhoto", &studio.photo("0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e").await);

    gateway.advance(MINUTE);
    examples.request("collectPhoto", json!({ "code": code }));
    let collection = office.collect(code).await;
    examples.add("collectPhoto", &collection);
    examples.add("collectPhoto", &office.collect(code).await);
    examples.add("collectPhoto", &office.collect("G94ZJ-756FW-FHRWS-2ZVE9").await);
    examples.add("collectPhoto", &office.collect("G94ZJ-756FW-FHRWS-2ZVE8").await);
    examples.add("withdrawPhoto", &studio.withdraw(photo_id).await);
    let collection_id = collection.json()["collection_id"].as_str().unwrap().to_owned();
    assert_eq!(office.fetch(&collection_id, code).await.status, 200);
    examples.add("listCollections", &office.collections("limit=50").await);
    examples.add("settleCollection", &office.settle(&collection_id, &json!({ "outcome": "lost" })).await);
    let outcome = json!({ "outcome": "refused", "reason": "eyes_closed", "note": "Left eye half closed" });
    examples.request("settleCollection", outcome.clone());
    examples.add("settleCollection", &office.settle(&collection_id, &outcome).await);
    examples.add("settleCollection", &office.settle(&collection_id, &json!({ "outcome": "used" })).await);
    examples.add("collectPhoto", &office.collect(code).await);
    examples.add("readPhoto", &studio.photo(photo_id).await);
    examples.add("readOffice", &office.get("/v1/me").await);
    examples.add("listCheckpoints", &auditor.get("/v1/audit/checkpoints").await);
    let (lookup, nonce) = ("5e".repeat(32), "c1".repeat(32));
    examples.request("lookUpInvitation", json!({ "lookup": lookup, "nonce": nonce }));
    examples.add("lookUpInvitation", &gateway.anonymous_client().in_english().look_up(&lookup, &nonce).await);
    examples.0
}

#[tokio::test]
async fn the_examples_are_answers_of_the_gateway() {
    let recorded = record().await;
    if std::env::var_os("LICHTBILD_UPDATE_OPENAPI").is_some() {
        fs::write(FILE, serde_json::to_string_pretty(&recorded).unwrap() + "\n").unwrap();
    }
    let committed: Value = serde_json::from_str(&fs::read_to_string(FILE).unwrap()).unwrap();
    assert_eq!(committed, recorded, "run this test once with LICHTBILD_UPDATE_OPENAPI=1, then write docs/openapi");
}
