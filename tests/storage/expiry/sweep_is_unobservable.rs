//! Two gateways receive the same requests; one is swept at every step and one never. Their answers are equal to the
//! byte.

use std::time::Duration;

use serde_json::json;

use crate::support::photos::jpeg::SeededRng;
use crate::support::router_client::{
    DepositedPhoto, RouterClient, RouterResponse, idempotency_key, json_string, photo,
};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

struct SweptGateway {
    gateway: TestGateway,
    studios: Vec<RouterClient>,
    offices: Vec<RouterClient>,
    deposits: Vec<(usize, DepositedPhoto)>,
    collections: Vec<(String, String)>,
    swept: bool,
}

impl SweptGateway {
    async fn new(swept: bool) -> Self {
        let gateway = TestGateway::with(|setup| {
            setup.limits.retention = 20 * DAY;
            setup.limits.wrong_codes.per_device = 1000;
        })
        .await;
        let studios = [gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await];
        let offices = [gateway.office("Bürgeramt Mitte").await, gateway.office("Bürgeramt Süd").await];
        // Certificates stay valid; only photos and collections expire here.
        let (mut devices, far) = (vec![], gateway.now() + 4000 * DAY);
        for caller in studios.iter().chain(&offices) {
            devices.push(gateway.device_until(&caller.party, far).await);
        }
        let offices = devices.split_off(2);
        Self { gateway, studios: devices, offices, deposits: vec![], collections: vec![], swept }
    }

    /// Performs the random step and returns every answer.
    async fn step(&mut self, number: u32, noise: &mut SeededRng) -> Vec<RouterResponse> {
        let studio = noise.below(2);
        let office = self.offices[noise.below(2)].clone();
        let (chosen, chosen_collection) = (noise.below(6), noise.below(6));
        let deposit = self.deposits.len().checked_sub(chosen + 1).map(|index| self.deposits[index].clone());
        let collection =
            self.collections.len().checked_sub(chosen_collection + 1).map(|index| self.collections[index].clone());
        let (what, outcome) = (noise.below(14), outcome(noise.below(6)));
        let span = [MINUTE, 14 * MINUTE, 15 * MINUTE, DAY, 7 * DAY, 13 * DAY][noise.below(6)];
        match (what, deposit, collection) {
            (0..=1, ..) | (_, None, _) => {
                let answer = self.studios[studio].deposit(&photo(number), &idempotency_key(number)).await;
                let receipt = answer.json();
                let (photo_id, code) = (json_string(&receipt["photo_id"]), json_string(&receipt["code"]));
                self.deposits.push((
                    studio,
                    DepositedPhoto { photo_id, code, bytes: photo(number), key: idempotency_key(number) },
                ));
                vec![answer]
            }
            (2..=4, Some((_, deposit)), _) => {
                let answer = office.collect(&deposit.code).await;
                if let Some(id) = answer.json().get("collection_id") {
                    self.collections.push((json_string(id), deposit.code));
                }
                vec![answer]
            }
            (5..=6, _, Some((id, code))) => vec![office.fetch(&id, &code).await],
            (7, _, Some((id, code))) => vec![office.head(&id, &code).await],
            (8, _, Some((id, _))) => vec![office.settle(&id, &outcome).await],
            (9, Some((studio, deposit)), _) => vec![self.studios[studio].withdraw(&deposit.photo_id).await],
            (10, Some((studio, deposit)), _) => vec![self.studios[studio].deposit(&deposit.bytes, &deposit.key).await],
            _ => {
                self.pass(span).await;
                self.everything().await
            }
        }
    }

    async fn pass(&self, span: Duration) {
        self.gateway.advance(span);
        if self.swept {
            self.gateway.sweep().await;
        }
    }

    /// Sends every request that changes nothing.
    async fn everything(&self) -> Vec<RouterResponse> {
        let mut answers = vec![];
        for studio in &self.studios {
            answers.push(studio.photos("").await);
            for state in ["available", "leased", "kept", "used", "refused", "withdrawn", "expired"] {
                answers.push(studio.photos(&format!("limit=2&state={state}")).await);
            }
        }
        for office in &self.offices {
            answers.push(office.collections("").await);
        }
        answers
    }
}

fn outcome(number: usize) -> serde_json::Value {
    match number {
        0 => json!({ "outcome": "used" }),
        1 => json!({ "outcome": "refused", "reason": "gaze" }),
        2 => json!({ "outcome": "kept", "until": "2027-01-31" }),
        3 => json!({ "outcome": "kept", "until": "2026-12-31" }),
        _ => json!({ "outcome": "released" }),
    }
}

/// Status and headers without the random request number.
fn seen(answer: &RouterResponse) -> String {
    let mut headers = answer.headers.clone();
    assert!(headers.remove("request-id").is_some());
    format!("{} {headers:?}", answer.status)
}

async fn live_through(seed: u64, steps: u32) {
    let (mut swept, mut unswept) = (SweptGateway::new(true).await, SweptGateway::new(false).await);
    let (mut noise, mut same_noise) = (SeededRng::seeded(seed), SeededRng::seeded(seed));
    for number in 0..steps {
        let answers = swept.step(number, &mut noise).await;
        let others = unswept.step(number, &mut same_noise).await;
        for (answer, other) in answers.iter().zip(&others) {
            assert_eq!(seen(answer), seen(other), "seed {seed}, step {number}");
            assert!(answer.body == other.body && answer.status < 500, "seed {seed}, step {number}: {answer:?}");
        }
    }
    swept.gateway.sweep().await;
    unswept.gateway.sweep().await;
    swept.gateway.database.audit().await;
    unswept.gateway.database.audit().await;
    // At the end the rows are equal too; only the log and the events contain the times of the sweeps.
    let rows = async |world: &SweptGateway| {
        world.gateway.database.contents().await.without("audit").without("guesses").without("events")
    };
    let events = "SELECT deduplication_key FROM events ORDER BY deduplication_key";
    let told = async |world: &SweptGateway| world.gateway.database.texts(events).await;
    assert_eq!(told(&swept).await, told(&unswept).await, "seed {seed}");
    assert_eq!(rows(&swept).await, rows(&unswept).await, "seed {seed}");
}

#[tokio::test]
async fn sweeping_is_unobservable_with_the_first_seed() {
    live_through(1, 250).await;
}

#[tokio::test]
async fn sweeping_is_unobservable_with_the_second_seed() {
    live_through(2, 250).await;
}

#[tokio::test]
async fn sweeping_is_unobservable_with_the_third_seed() {
    live_through(3, 250).await;
}
