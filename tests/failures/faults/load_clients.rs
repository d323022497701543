//! Studios and offices under load: they retry at any node until they have an answer, and record all answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lichtbild::clock::{Clock, SystemClock};
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::digest::Sha256Digest;
use serde_json::{Value, json};

use super::history::{ClientRequest, History, ObservedOutcome, RecordedOperation};
use crate::support::https_client::{DeviceFiles, HttpsClient, HttpsResponse};
use crate::support::photos::jpeg::SeededRng;
use crate::support::router_client::photo;

/// Shorter than a node may be paused: its work may be done after the client has given up.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(4);
/// Pause of a studio, so that offices can keep up.
const BETWEEN_DEPOSITS: Duration = Duration::from_millis(60);
const RETRY_DELAY: Duration = Duration::from_millis(40);

/// State that all clients share.
pub struct SharedRun {
    pub history: History,
    /// True if clients only finish their current work.
    pub closing: AtomicBool,
    /// Times at which a clock had leapt, on the time of the history.
    pub clock_leaps: Mutex<Vec<(Duration, Duration)>>,
    /// The codes of acknowledged deposits.
    codes: Mutex<Vec<String>>,
    /// Collections that were acknowledged, with their codes.
    collections: Mutex<Vec<(String, String)>>,
    /// A day that no clock reaches.
    kept_until: String,
}

impl SharedRun {
    pub fn new() -> Self {
        let kept_until = (SystemClock.now() + Duration::from_secs(30 * 86_400)).to_utc().date().to_string();
        let (history, closing) = (History::begin(), AtomicBool::new(false));
        let (clock_leaps, codes, collections) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { history, closing, clock_leaps, codes, collections, kept_until }
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// All operations except answers of a node whose clock was months ahead, which reports photos and certificates as
    /// expired. Its changes count.
    pub fn operations(&self) -> Vec<RecordedOperation> {
        let leaps = self.clock_leaps.lock().unwrap();
        let is_told_by_clock = |told: &ObservedOutcome| {
            ["photo-settled", "photo-expired", "certificate-expired"].iter().any(|problem| told.is_problem(problem))
        };
        let mut operations = self.history.operations();
        operations.retain(|operation| {
            let is_within = |(from, to): &(Duration, Duration)| operation.begun <= *to && operation.ended >= *from;
            !is_told_by_clock(&operation.outcome) || !leaps.iter().any(is_within)
        });
        operations
    }

    pub fn codes(&self) -> Vec<String> {
        self.codes.lock().unwrap().clone()
    }
}

/// A device that reaches every node.
pub struct LoadClient {
    setup: Arc<SharedRun>,
    device: String,
    party: String,
    nodes: Vec<HttpsClient>,
    noise: SeededRng,
}

impl LoadClient {
    pub fn new(setup: &Arc<SharedRun>, files: &DeviceFiles, party: &str, urls: &[String], seed: u64) -> Self {
        let nodes = urls.iter().map(|url| files.client_with_timeout(REQUEST_TIMEOUT, url)).collect();
        let (device, party) = (files.device_id.clone(), party.to_owned());
        Self { setup: Arc::clone(setup), device, party, nodes, noise: SeededRng::seeded(seed) }
    }

    /// True once in `times`.
    fn one_in(&mut self, times: usize) -> bool {
        self.noise.below(times) == 0
    }

    /// Deposits photos one by one, each under one key until it is acknowledged.
    pub async fn run_studio(mut self, first: u32) -> Self {
        let mut limiter = tokio::time::interval(BETWEEN_DEPOSITS);
        for number in first.. {
            limiter.tick().await;
            if self.setup.is_closing() {
                break;
            }
            let key = format!("a-key-for-photo-{number}");
            let bytes = photo(number);
            let mut tries_at_the_end = 0;
            let code = loop {
                if let ObservedOutcome::Deposited { code, .. } = self.deposit(&key, &bytes).await {
                    break code;
                }
                tries_at_the_end += u32::from(self.setup.is_closing());
                assert!(tries_at_the_end < 1_000, "all faults are over, and {key} is not taken");
                tokio::time::sleep(RETRY_DELAY).await;
            };
            self.setup.codes.lock().unwrap().push(code);
            // Repeats the deposit, as after a lost answer.
            if self.one_in(8) {
                self.deposit(&key, &bytes).await;
            }
        }
        self
    }

    async fn deposit(&mut self, key: &str, bytes: &[u8]) -> ObservedOutcome {
        let node = self.any_node();
        let wish = ClientRequest::Deposit { key: key.to_owned(), sha256: Sha256Digest::of(bytes).to_string() };
        self.record(wish, async { to_outcome(node.deposit_bytes(key, bytes.to_vec()).await, deposited) }).await
    }

    /// Collects photos in competition with other offices and settles them.
    pub async fn run_office(mut self) -> Self {
        while !self.setup.is_closing() {
            let Some(code) = self.some_code() else {
                tokio::time::sleep(RETRY_DELAY).await;
                continue;
            };
            if self.one_in(50) {
                self.tries_what_is_not_its_own().await;
            }
            match self.collect(&code).await {
                ObservedOutcome::Leased { collection_id, .. } => self.works_on(&collection_id, &code).await,
                ObservedOutcome::Unknown => tokio::time::sleep(RETRY_DELAY).await,
                _ => {}
            }
        }
        self
    }

    /// Mostly a new code, which other offices try too.
    fn some_code(&mut self) -> Option<String> {
        let all = self.setup.codes.lock().unwrap().len();
        let back = if self.one_in(4) { all } else { all.min(12) };
        let place = all.checked_sub(1)? - self.noise.below(back);
        Some(self.setup.codes.lock().unwrap()[place].clone())
    }

    async fn tries_what_is_not_its_own(&mut self) {
        let mut secret = [0; 12];
        secret[..8].copy_from_slice(&self.noise.next().to_be_bytes());
        self.collect(&RetrievalCode::from_secret(&secret).reveal()).await;
        let seen = self.setup.collections.lock().unwrap().len();
        if seen > 0 {
            let place = self.noise.below(seen);
            let (collection_id, code) = self.setup.collections.lock().unwrap()[place].clone();
            self.fetch(&collection_id, &code).await;
        }
    }

    async fn works_on(&mut self, collection_id: &str, code: &str) {
        let fetches = [0, 1, 1, 1, 2][self.noise.below(5)];
        for _ in 0..fetches {
            for _ in 0..3 {
                if self.fetch(collection_id, code).await != ObservedOutcome::Unknown {
                    break;
                }
            }
        }
        let outcome = match self.noise.below(10) {
            0..=3 => "used",
            4 => "refused",
            5..=6 => "kept",
            7..=8 => "released",
            // The clerk leaves without settling.
            _ => return,
        };
        for _ in 0..4 {
            match self.settle(collection_id, outcome).await {
                told if told.may_have_happened() && told != ObservedOutcome::Settled => {
                    tokio::time::sleep(RETRY_DELAY).await
                }
                _ => break,
            }
        }
        if self.one_in(4) {
            self.fetch(collection_id, code).await;
        }
    }

    async fn collect(&mut self, code: &str) -> ObservedOutcome {
        let node = self.any_node();
        let wish = ClientRequest::Collect { code: code.to_owned() };
        let told = self.record(wish, async { to_outcome(node.collect(code).await, leased) }).await;
        if let ObservedOutcome::Leased { collection_id, is_new: true, .. } = &told {
            self.setup.collections.lock().unwrap().push((collection_id.clone(), code.to_owned()));
        }
        told
    }

    async fn fetch(&mut self, collection_id: &str, code: &str) -> ObservedOutcome {
        let node = self.any_node();
        let wish = ClientRequest::Fetch { collection_id: collection_id.to_owned(), code: code.to_owned() };
        let image =
            |answer: &HttpsResponse| ObservedOutcome::Photo { sha256: Sha256Digest::of(&answer.body).to_string() };
        self.record(wish, async { to_outcome(node.fetch(collection_id, code).await, image) }).await
    }

    async fn settle(&mut self, collection_id: &str, outcome: &'static str) -> ObservedOutcome {
        let node = self.any_node();
        let wish = ClientRequest::Settle { collection_id: collection_id.to_owned(), outcome };
        let body = match outcome {
            "kept" => json!({ "outcome": outcome, "until": self.setup.kept_until }),
            "refused" => json!({ "outcome": outcome, "reason": "eyes_closed" }),
            _ => json!({ "outcome": outcome }),
        };
        self.record(wish, async { to_outcome(node.settle(collection_id, &body).await, |_| ObservedOutcome::Settled) })
            .await
    }

    /// Looks for a photo at the end; true if it was found or was erased by the rules.
    pub async fn verify_final_state(&mut self, code: &str) -> bool {
        for _ in 0..5 {
            match self.collect(code).await {
                ObservedOutcome::Leased { collection_id, .. } => {
                    if matches!(self.fetch(&collection_id, code).await, ObservedOutcome::Photo { .. }) {
                        return true;
                    }
                }
                told if !told.may_have_happened() => return told.is_problem("photo-settled"),
                _ => {}
            }
        }
        false
    }

    fn any_node(&mut self) -> HttpsClient {
        let node = self.noise.below(self.nodes.len());
        self.nodes[node].clone()
    }

    async fn record(&self, wish: ClientRequest, ask: impl Future<Output = ObservedOutcome>) -> ObservedOutcome {
        self.setup.history.record(&self.device, &self.party, wish, ask).await
    }
}

fn to_outcome(
    answer: reqwest::Result<HttpsResponse>,
    success: impl FnOnce(&HttpsResponse) -> ObservedOutcome,
) -> ObservedOutcome {
    match answer {
        Err(_) => ObservedOutcome::Unknown,
        Ok(answer) if answer.status < 300 => success(&answer),
        Ok(answer) => ObservedOutcome::Refused { status: answer.status, problem: answer.text("type") },
    }
}

fn deposited(answer: &HttpsResponse) -> ObservedOutcome {
    let is_repeat = answer.is_replayed();
    ObservedOutcome::Deposited { photo_id: answer.text("photo_id"), code: answer.text("code"), is_repeat }
}

fn leased(answer: &HttpsResponse) -> ObservedOutcome {
    let body: Value = answer.json();
    let photo_id = body["photo"]["photo_id"].as_str().unwrap().to_owned();
    ObservedOutcome::Leased { collection_id: answer.text("collection_id"), photo_id, is_new: answer.status == 201 }
}
