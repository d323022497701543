//! One history: each step is carried out by the reference and by the gateway, and the answers are compared.

use std::collections::{BTreeMap, HashMap};

use axum::body::Body;
use axum::http::Method;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::flows::admin::administer::AdministrationError;
use lichtbild::flows::admin::quarantine::release_quarantined;
use lichtbild::flows::admin::verify::verify;
use lichtbild::flows::maintenance::sweep;
use lichtbild::storage::StoreError;
use serde_json::{Value, json};

use super::reference::{ExpectedAnswer, ModelCode, ModelDecision, ModelState};
use super::requests::{SentCode, Spelling};
use super::steps::{ModelCollectionRef, ModelStep, resolve};
use super::studio_requests::{SentDigest, sent_bytes};
use super::system::{ModelStore, SystemUnderTest};
use crate::support::gateway_process::wait_until;
use crate::support::raw_database::{DatabaseSnapshot, RawDatabase};
use crate::support::router_client::{RouterResponse, idempotency_key, json_string, photo};

/// A code of no photo.
const FOREIGN_CODE: &str = "G94ZJ-756FW-FHRWS-2ZVE8";

/// Steps between two comparisons of everything that can be read.
const LOOK_EVERY: u32 = 8;

/// A gateway that is compared with the reference.
pub struct Comparison {
    pub system: SystemUnderTest,
    /// The code of each deposit, which stays the same whatever happens to the database.
    codes: HashMap<ModelCode, String>,
    pub steps: u32,
    /// A bug in the database, which the product's `verify` would find at once: with a bug it is no part of the comparison.
    bug: Option<PlantedBug>,
}

/// A defect that a test plants in the database.
#[derive(Debug, Clone, Copy)]
pub enum PlantedBug {
    /// A trigger.
    Schema(&'static str),
    /// A change just before an office sends a code. `$now`, `$photo` and `$office` are the time, the photo of the code and the office.
    BeforeCollect(&'static str),
}

#[derive(PartialEq, Eq)]
enum ChangeMark {
    Version(i64),
    Rows(Box<DatabaseSnapshot>),
}

/// Name of the result of an administrator's command.
fn command(answer: Result<bool, AdministrationError>) -> &'static str {
    match answer {
        Ok(true) => "done",
        Ok(false) => "nothing-to-do",
        Err(AdministrationError::Store(StoreError::RolledBack(_))) => "rolled-back",
        Err(error) => panic!("{error:?}"),
    }
}

impl Comparison {
    pub async fn start(store: ModelStore, state: &ModelState, bug: Option<PlantedBug>) -> Self {
        let system = SystemUnderTest::new(store, state.quarantines_revoked).await;
        if let Some(PlantedBug::Schema(sql)) = bug {
            system.gateway().database.execute(sql).await.unwrap();
        }
        Self { system, codes: HashMap::new(), steps: 0, bug }
    }

    /// Carries out a step, which has brought the reference from `before` to `after`, and compares the answers.
    pub async fn step(&mut self, before: &ModelState, step: &ModelStep, after: &ModelState) {
        self.steps += 1;
        let expected = &after.expected;
        let is_logged = expected.status > 0 && before.data.version != after.data.version;
        let mark = if expected.is_read_only || is_logged { self.change_mark().await } else { None };
        match self.request(before, step).await {
            Some(answer) => self.compare(expected, &answer, matches!(step, ModelStep::Head { .. })),
            None => assert_eq!(self.administer(before, step).await, expected.outcome, "the answer to {step:?}"),
        }
        if mark.is_some() {
            assert_eq!(self.change_mark().await != mark, is_logged, "{step:?} changed the database");
        }
        if self.steps.is_multiple_of(LOOK_EVERY) {
            self.look(after).await;
        } else if matches!(step, ModelStep::Sweep) {
            self.compare_frames(after).await;
        }
    }

    /// Compares all that can be read, and checks the database by the product's own means.
    pub async fn finish(self, state: &ModelState) {
        self.look(state).await;
        if state.is_alarmed() {
            return;
        }
        self.wait_for_open_transactions().await;
        sweep::sweep(&self.system.gateway().gateway, self.system.gateway().now()).await.unwrap();
        self.compare_log(state).await;
        let mut swept = state.clone();
        swept.sweep();
        self.compare_frames(&swept).await;
        self.verify().await;
    }

    async fn verify(&self) {
        if self.bug.is_none() {
            let gateway = self.system.gateway();
            let report = verify(&gateway.store, Some(&gateway.gateway.keys())).await.unwrap();
            assert!(report.is_ok(), "{report:#?}");
        }
    }

    /// A value that differs when the database was changed. SQLite has one for each session; a server's rows are read, which takes longer
    /// and is done in every fourth step only.
    async fn change_mark(&self) -> Option<ChangeMark> {
        let database = &self.system.gateway().database;
        match database {
            RawDatabase::File(_) => Some(ChangeMark::Version(database.number("PRAGMA data_version").await)),
            RawDatabase::Server(_) if self.steps.is_multiple_of(4) => {
                Some(ChangeMark::Rows(Box::new(database.contents().await)))
            }
            RawDatabase::Server(_) => None,
        }
    }

    /// Sends the request of a step; `None` if the step is none.
    async fn request(&self, state: &ModelState, step: &ModelStep) -> Option<RouterResponse> {
        let collection_id = |collection: &ModelCollectionRef| {
            let number = resolve(state, *collection).unwrap();
            self.system.ids.collections[number].clone()
        };
        Some(match step {
            ModelStep::Deposit { device, key, picture, digest } => {
                self.deposit(*device, *key, &sent_bytes(*picture), *digest).await
            }
            ModelStep::LookAt { device, photo } => {
                let number = state.find(*photo).unwrap();
                self.system.client(*device).photo(&self.system.ids.photos[number]).await
            }
            ModelStep::Withdraw { device, photo } => {
                let number = state.find(*photo).unwrap();
                self.system.client(*device).withdraw(&self.system.ids.photos[number]).await
            }
            ModelStep::Collect { device, code } => {
                self.plant_before_collect(state, *device, *code).await;
                self.system.client(*device).collect(&self.spelled(*code).unwrap()).await
            }
            ModelStep::Fetch { device, collection, code } => {
                self.photo_bytes(Method::GET, *device, &collection_id(collection), *code).await
            }
            ModelStep::Head { device, collection, code } => {
                self.photo_bytes(Method::HEAD, *device, &collection_id(collection), *code).await
            }
            ModelStep::Settle { device, collection, decision } => {
                let body = match decision {
                    ModelDecision::Refused(reason) => {
                        json!({ "outcome": "refused", "reason": reason })
                    }
                    ModelDecision::Kept(until) => {
                        json!({ "outcome": "kept", "until": until.to_string() })
                    }
                    decision => json!({ "outcome": decision.name() }),
                };
                self.system.client(*device).settle(&collection_id(collection), &body).await
            }
            _ => return None,
        })
    }

    async fn deposit(&self, device: usize, key: u32, bytes: &[u8], digest: SentDigest) -> RouterResponse {
        let (key, length) = (idempotency_key(key), bytes.len().to_string());
        let digest = match digest {
            SentDigest::Missing => None,
            SentDigest::Right => Some(Sha256Digest::of(bytes).to_content_digest()),
            SentDigest::Wrong => Some(Sha256Digest::from_bytes([0; 32]).to_content_digest()),
        };
        let mut headers = vec![("content-type", "image/jpeg"), ("content-length", &length), ("idempotency-key", &key)];
        headers.extend(digest.as_deref().map(|digest| ("content-digest", digest)));
        self.system.client(device).post_photo("/v1/photos", bytes, &headers).await
    }

    /// Carries out the SQL of [`PlantedBug::BeforeCollect`].
    async fn plant_before_collect(&self, state: &ModelState, device: usize, code: SentCode) {
        let SentCode::Of(code, _) = code else { return };
        if let (Some(PlantedBug::BeforeCollect(sql)), Some(number)) = (self.bug, state.find(code)) {
            let sql = sql
                .replace("$now", &state.now.unix_milliseconds().to_string())
                .replace("$photo", &format!("'{}'", self.system.ids.photos[number]))
                .replace("$office", &format!("'{}'", self.system.parties[state.party_of(device)].party_id));
            self.system.gateway().database.execute(&sql).await.unwrap();
        }
    }

    async fn photo_bytes(&self, method: Method, device: usize, collection: &str, code: SentCode) -> RouterResponse {
        let client = self.system.client(device);
        let mut request = client.request(method, &format!("/v1/collections/{collection}/photo"));
        if let Some(code) = self.spelled(code) {
            request = request.header("retrieval-code", code);
        }
        client.send(request.body(Body::empty()).unwrap()).await
    }

    fn spelled(&self, code: SentCode) -> Option<String> {
        Some(match code {
            SentCode::Of(code, Spelling::Printed) => self.codes[&code].clone(),
            SentCode::Of(code, Spelling::Sloppy) => self.codes[&code].replace('-', "").to_lowercase(),
            SentCode::Mistyped(code) => {
                let printed = &self.codes[&code];
                let wrong = if printed.starts_with('A') { "B" } else { "A" };
                format!("{wrong}{}", &printed[1..])
            }
            SentCode::Foreign => FOREIGN_CODE.to_owned(),
            SentCode::Missing => return None,
        })
    }

    /// Carries out a step that is no request.
    async fn administer(&mut self, state: &ModelState, step: &ModelStep) -> &'static str {
        match step {
            ModelStep::Sweep => return self.sweep(state).await,
            ModelStep::Advance(span) => self.system.gateway().advance(*span),
            ModelStep::Restart => {
                self.system.restart().await;
                // On a server this needs a transaction, which a database that went back in time does not get.
                if !state.is_alarmed() {
                    self.verify().await;
                }
            }
            ModelStep::BackUp => self.system.back_up().await,
            ModelStep::Restore => self.system.restore().await,
            ModelStep::RollBack => {
                self.system.roll_back().await;
                assert!(self.system.gateway().store.rollback().is_some(), "the rollback was not noticed");
            }
            ModelStep::Hold => self.system.hold().await,
            ModelStep::ConfirmRollback => return command(Ok(self.system.confirm_rollback().await)),
            ModelStep::PutBack => self.system.put_back().await,
            ModelStep::Look { device } => self.look_as(*device, state).await,
            _ => return self.administer_parties(state, step).await,
        }
        "done"
    }

    async fn administer_parties(&mut self, state: &ModelState, step: &ModelStep) -> &'static str {
        let gateway = self.system.gateway();
        let administration = gateway.administration();
        command(match step {
            ModelStep::Revoke { device } => administration.revoke_device(self.system.device_id(*device)).await,
            ModelStep::AddDevice { party } => {
                if state.is_alarmed() {
                    return "rolled-back";
                }
                self.system.add_device(*party).await;
                Ok(true)
            }
            ModelStep::Suspend { party } => administration.set_suspended(&self.system.parties[*party], true).await,
            ModelStep::Resume { party } => administration.set_suspended(&self.system.parties[*party], false).await,
            ModelStep::ReleasePhotosOfRevoked { studio } => {
                let released = administration.release_photos(&self.system.parties[*studio], None).await;
                released.map(|counts| counts.devices > 0)
            }
            ModelStep::ReleaseQuarantined { only } => {
                let id = only.map(|code| self.system.ids.photos[state.find(code).unwrap()].parse().unwrap());
                let released = release_quarantined(&gateway.store, gateway.clock.as_ref(), id).await;
                released.map(|photos| photos > 0)
            }
            step => unreachable!("{step:?} is carried out elsewhere"),
        })
    }

    /// Waits until no transaction is open. A sweep of PostgreSQL passes over rows that are locked, and the server ends a transaction that a
    /// request has given up a moment after the answer.
    async fn wait_for_open_transactions(&self) {
        let database = &self.system.gateway().database;
        if matches!(database, RawDatabase::Server(_)) {
            let open =
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL
                        AND pid <> pg_backend_pid()";
            wait_until("no transaction is open", async || database.number(open).await == 0).await;
        }
    }

    async fn sweep(&mut self, state: &ModelState) -> &'static str {
        self.wait_for_open_transactions().await;
        match sweep::sweep(&self.system.gateway().gateway, self.system.gateway().now()).await {
            Ok(_) => {
                self.compare_log(state).await;
                "done"
            }
            Err(StoreError::RolledBack(_)) => "rolled-back",
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Compares the rows of the audit log, which are complete after a sweep.
    async fn compare_log(&self, state: &ModelState) {
        let database = &self.system.gateway().database;
        let mut rows = BTreeMap::new();
        for event in database.texts("SELECT event FROM audit").await {
            *rows.entry(event).or_insert(0_i64) += 1;
        }
        let expected: BTreeMap<_, _> =
            state.data.rows.iter().map(|(event, count)| ((*event).to_owned(), *count)).collect();
        assert_eq!(rows, expected, "rows of the audit log");
        assert!(database.chain_holds().await, "the chain of the audit log is broken");
    }

    /// Compares an answer, and notes the identifiers and the code in it if they are new.
    fn compare(&mut self, expected: &ExpectedAnswer, answer: &RouterResponse, is_head: bool) {
        let is_problem = answer.header("content-type") == "application/problem+json";
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        assert_eq!((answer.status, is_problem), (expected.status, expected.problem.is_some()), "{answer:?}");
        assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
        if is_head {
            assert!(answer.body.is_empty(), "HEAD has a body: {answer:?}");
        } else {
            assert_eq!(body["type"].as_str(), expected.problem, "{answer:?}");
            for (pointer, value) in &expected.members {
                assert_eq!(body.pointer(pointer).unwrap_or(&Value::Null), value, "{pointer} of {answer:?}");
            }
        }
        assert_eq!(answer.header("idempotent-replayed") == "true", expected.is_replayed, "{answer:?}");
        if let Some(picture) = expected.picture {
            let bytes = photo(picture);
            let handed_over = if is_head { &[][..] } else { &bytes };
            assert!(answer.body == handed_over, "the picture's bytes changed");
            assert_eq!(answer.header("content-length"), bytes.len().to_string());
            assert_eq!(answer.header("content-type"), "image/jpeg");
            assert_eq!(answer.header("content-digest"), Sha256Digest::of(&bytes).to_content_digest());
        }
        // Refusals and all other answers contain no picture.
        assert!(expected.picture.is_some() || !answer.body.starts_with(&[0xff, 0xd8]), "a picture was handed out");
        let pointer = if body.get("photo").is_some() { "/photo/photo_id" } else { "/photo_id" };
        if let Some(number) = expected.photo {
            note(&mut self.system.ids.photos, number, json_string(body.pointer(pointer).unwrap()));
        }
        if let Some(number) = expected.collection {
            note(&mut self.system.ids.collections, number, json_string(&body["collection_id"]));
        }
        match expected.code {
            Some(code) => {
                let told = json_string(&body["code"]);
                assert_eq!(*self.codes.entry(code).or_insert_with(|| told.clone()), told, "the code changed");
            }
            None => assert_eq!(body.get("code"), None, "a code was told"),
        }
    }
}

/// Notes the identifier of a number, or compares it.
fn note(ids: &mut Vec<String>, number: usize, id: String) {
    if number == ids.len() {
        assert!(!ids.contains(&id), "{id} is not new");
        ids.push(id);
    } else {
        assert_eq!(ids[number], id, "another identifier");
    }
}
