//! A gateway killed during a deposit: an acknowledged photo is stored, any other completely or not at all, and a repeat
//! is answered.

use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::{HttpsClient, PHOTO};

const STEPS: [&str; 6] = [
    "deposit.received",
    "deposit.judged",
    "deposit.sealed",
    "deposit.row_written",
    "deposit.before_commit",
    "deposit.committed",
];

#[tokio::test]
async fn a_deposit_killed_at_any_step_is_finished_by_its_repeat() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Bürgeramt Mitte"));
    let mut codes =
        vec![studio.client(home.start().studio()).deposit("a-key-of-before-the-crash").await.unwrap().code()];
    for step in STEPS {
        let key = format!("a-key-for-{step}");
        let mut halting = home.start_halting_at(step);
        let caller = studio.client(halting.studio());
        let upload = tokio::spawn({
            let key = key.clone();
            async move { caller.deposit(&key).await }
        });
        halting.wait_until_halted().await;
        halting.kill_hard();
        assert!(upload.await.unwrap().is_err(), "{step}: answered before it was durable");

        let gateway = home.start();
        let durable = step == "deposit.committed";
        let mut ledger = DatabaseInspector::open(&home.database()).await;
        ledger.assert_consistent().await;
        let there = codes.len() + usize::from(durable);
        assert_eq!(ledger.photos().await, there as i64, "{step}");
        let caller = studio.client(gateway.studio());
        let list = caller.get("/v1/photos").await.unwrap().json();
        assert_eq!(list["photos"].as_array().unwrap().len(), there, "{step}");

        let repeat = caller.deposit(&key).await.unwrap();
        assert_eq!(repeat.is_replayed(), durable, "{step}");
        codes.push(repeat.code());
        let again = caller.deposit(&key).await.unwrap();
        assert!(again.is_replayed() && again.code() == repeat.code(), "{step}");
        assert_collectable(&office.client(gateway.office()), &codes, step).await;
        ledger.assert_consistent().await;
        gateway.kill_hard();
    }
}

async fn assert_collectable(office: &HttpsClient, codes: &[String], step: &str) {
    for code in codes {
        let collection = office.collect_ok(code).await;
        let photo = office.fetch(&collection, code).await.unwrap();
        assert_eq!(photo.status, 200, "{step}: {}", photo.json());
        assert!(photo.body == PHOTO, "{step}: other bytes than were sent");
    }
}
