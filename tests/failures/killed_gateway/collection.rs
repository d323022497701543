//! A gateway killed during a lease, hand-over or settlement has recorded the step or not; the office can finish in both
//! cases.

use std::time::Duration;

use lichtbild::clock::{Clock, SystemClock};
use serde_json::json;

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::{DeviceFiles, HttpsClient, HttpsResponse, PHOTO};

struct CrashSetup {
    home: GatewayFolder,
    studio: DeviceFiles,
    office: DeviceFiles,
    other: DeviceFiles,
}

impl CrashSetup {
    fn open() -> Self {
        let home = GatewayFolder::new();
        let (studio, office, other) = (home.studio("Foto Koch"), home.office("Amt Nord"), home.office("Amt Süd"));
        Self { home, studio, office, other }
    }

    /// Deposits a photo and prepares the collection with `prepare`.
    async fn before<T>(&self, key: &str, prepare: impl AsyncFnOnce(&HttpsClient, &str) -> T) -> (String, T) {
        let gateway = self.home.start();
        let code = self.studio.client(gateway.studio()).deposit(key).await.unwrap().code();
        let prepared = prepare(&self.office.client(gateway.office()), &code).await;
        gateway.kill_hard();
        (code, prepared)
    }

    /// Does `work` on a gateway that is killed at `step`, and restarts it.
    async fn killed_at<F>(&self, step: &str, work: impl FnOnce(HttpsClient) -> F) -> (GatewayProcess, DatabaseInspector)
    where
        F: Future<Output = reqwest::Result<HttpsResponse>> + Send + 'static,
    {
        let mut halting = self.home.start_halting_at(step);
        let work = tokio::spawn(work(self.office.client(halting.office())));
        halting.wait_until_halted().await;
        halting.kill_hard();
        assert!(work.await.unwrap().is_err(), "{step}: answered before it was durable");
        let gateway = self.home.start();
        let mut ledger = DatabaseInspector::open(&self.home.database()).await;
        ledger.assert_consistent().await;
        (gateway, ledger)
    }
}

#[tokio::test]
async fn a_lease_killed_at_any_step_is_made_or_found_made() {
    let desk = CrashSetup::open();
    for (step, durable) in [("lease.before_commit", false), ("lease.committed", true)] {
        let (code, ()) = desk.before(&format!("a-key-for-{step}"), async |_, _| ()).await;
        let entered = code.clone();
        let work = |office: HttpsClient| async move { office.collect(&entered).await };
        let (gateway, mut ledger) = desk.killed_at(step, work).await;
        let other = desk.other.client(gateway.office());
        if durable {
            assert_eq!(other.collect(&code).await.unwrap().problem().1, "photo-leased-elsewhere");
        }
        let office = desk.office.client(gateway.office());
        let lease = office.collect(&code).await.unwrap();
        assert_eq!(lease.status, if durable { 200 } else { 201 }, "{step}");
        let photo = office.fetch(&lease.text("collection_id"), &code).await.unwrap();
        assert!(photo.body == PHOTO, "{step}");
        assert_eq!(other.collect(&code).await.unwrap().status, 409, "{step}");
        ledger.assert_consistent().await;
    }
}

#[tokio::test]
async fn a_hand_over_killed_at_any_step_can_be_repeated_by_the_same_office_alone() {
    let desk = CrashSetup::open();
    for (step, durable) in [("hand_over.before_commit", 0), ("hand_over.committed", 1)] {
        let prepare = async |office: &HttpsClient, code: &str| office.collect_ok(code).await;
        let (code, collection) = desk.before(&format!("a-key-for-{step}"), prepare).await;
        let (held, entered) = (collection.clone(), code.clone());
        let work = |office: HttpsClient| async move { office.fetch(&held, &entered).await };
        let before = handed_over(&mut DatabaseInspector::open(&desk.home.database()).await).await;
        let (gateway, mut ledger) = desk.killed_at(step, work).await;
        assert_eq!(handed_over(&mut ledger).await - before, durable, "{step}");

        let photo = desk.office.client(gateway.office()).fetch(&collection, &code).await.unwrap();
        assert!(photo.body == PHOTO, "{step}");
        let elsewhere = desk.other.client(gateway.office()).collect(&code).await.unwrap();
        assert_eq!(elsewhere.problem(), (409, "photo-leased-elsewhere".into()), "{step}");
        ledger.assert_consistent().await;
    }
}

async fn handed_over(ledger: &mut DatabaseInspector) -> i64 {
    ledger.count("SELECT count(*) FROM collections WHERE handed_over_at IS NOT NULL").await
}

#[tokio::test]
async fn a_settlement_killed_at_any_step_gives_its_receipt_to_the_repeat() {
    let desk = CrashSetup::open();
    // The day of Germany ends before that of UTC, so today would be in the past late in the evening.
    let tomorrow = (SystemClock.now() + Duration::from_hours(24)).to_utc().date();
    let kept = json!({ "outcome": "kept", "until": tomorrow.to_string() });
    for (step, durable) in [("settle.before_commit", false), ("settle.committed", true)] {
        for outcome in [json!({ "outcome": "used" }), kept.clone()] {
            let name = outcome["outcome"].as_str().unwrap();
            let prepare = async |office: &HttpsClient, code: &str| {
                let collection = office.collect_ok(code).await;
                office.fetch(&collection, code).await.unwrap();
                collection
            };
            let (code, collection) = desk.before(&format!("a-key-for-{step}-{name}"), prepare).await;
            let (held, wanted) = (collection.clone(), outcome.clone());
            let work = |office: HttpsClient| async move { office.settle(&held, &wanted).await };
            let (gateway, mut ledger) = desk.killed_at(step, work).await;

            let office = desk.office.client(gateway.office());
            if !durable {
                assert!(office.fetch(&collection, &code).await.unwrap().body == PHOTO, "{step}: {name}");
            }
            let receipt = office.settle(&collection, &outcome).await.unwrap();
            assert_eq!((receipt.status, receipt.text("outcome").as_str()), (200, name), "{step}");
            let again = office.settle(&collection, &outcome).await.unwrap();
            assert_eq!(again.json(), receipt.json(), "{step}");
            let expected = if name == "used" { 410 } else { 201 };
            assert_eq!(office.collect(&code).await.unwrap().status, expected, "{step}: {name}");
            ledger.assert_consistent().await;
        }
    }
}
