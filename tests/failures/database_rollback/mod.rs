//! A database that went back in time, or a clock that was changed: no photo is handed over, nothing is signed and
//! nothing is erased until an administrator has confirmed it. Normal events raise no alarm.

skip_in!(quick, postgres: "starts the program, with databases of its own");

#[cfg(feature = "failpoints")]
mod clock;
mod external_head_file;
mod no_false_alarm;
mod postgres_server;
mod sqlite_file;
mod two_hosts;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::https_client::{DeviceFiles, HttpsClient, plain_get};

const ALARM: &str = "database-rollback";

/// A gateway with a studio and an office.
pub struct RollbackSetup {
    pub home: GatewayFolder,
    pub studio: DeviceFiles,
    pub office: DeviceFiles,
}

impl RollbackSetup {
    pub fn new() -> Self {
        Self::at(GatewayFolder::new())
    }

    pub fn at(home: GatewayFolder) -> Self {
        let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        Self { home, studio, office }
    }

    pub fn clients(&self, gateway: &GatewayProcess) -> (HttpsClient, HttpsClient) {
        (self.studio.client(gateway.studio()), self.office.client(gateway.office()))
    }

    /// Deposits a photo and returns its code.
    pub async fn deposit(&self, gateway: &GatewayProcess, key: &str) -> String {
        self.clients(gateway).0.deposit(key).await.unwrap().code()
    }

    /// Collects the photo of a code and settles it as used.
    pub async fn collect_and_use(&self, gateway: &GatewayProcess, code: &str) {
        let office = self.clients(gateway).1;
        let collection = office.collect_ok(code).await;
        assert_eq!(office.fetch(&collection, code).await.unwrap().status, 200);
        assert_eq!(office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap().status, 200);
    }

    pub fn checkpoints(&self) -> Vec<PathBuf> {
        crate::storage::audit_log::running_gateway::checkpoint_files(&self.home)
    }

    /// Rows of the log according to the head file.
    pub fn known_rows(&self) -> i64 {
        known_rows(&self.home.file("log-head.json"))
    }

    /// Waits until the head file has reached the end of the log.
    pub async fn wait_for_head_file(&self, rows: i64) {
        wait_until("the head file follows the log", async || self.known_rows() >= rows).await;
    }
}

pub fn known_rows(head_file: &std::path::Path) -> i64 {
    let read = || serde_json::from_slice::<Value>(&fs::read(head_file).ok()?).ok()?["known"]["count"].as_i64();
    read().unwrap_or(-1)
}

pub async fn readyz(gateway: &GatewayProcess) -> String {
    plain_get(&format!("{}/readyz", gateway.ops())).await
}

/// Asserts that a gateway behind its watermark reports it, hands nothing over, accepts nothing and signs nothing.
pub async fn assert_alarm_blocks_everything(setup: &RollbackSetup, gateway: &GatewayProcess, code: &str) {
    wait_until("the alarm is raised", async || readyz(gateway).await.contains(ALARM)).await;
    let told = readyz(gateway).await;
    assert!(told.contains("not ready") && told.contains("confirm-rollback"), "{told}");
    wait_until("the alarm is in the log", async || gateway.log().contains("database rollback detected")).await;
    let (studio, office) = setup.clients(gateway);
    let refused = office.collect(code).await.unwrap();
    assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
    let refused = studio.deposit("a-key-while-it-is-behind").await.unwrap();
    assert_eq!(refused.problem(), (503, "storage-unavailable".into()));
    let output = setup.home.run(&["verify"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("went back in time"), "{told}");
    let refused = setup.home.failure(&["studio", "add", "Foto Neu", "--place", "Musterstadt"]);
    assert!(refused.contains("went back in time") && refused.contains("confirm-rollback"), "{refused}");
}

/// Confirms the rollback: all photos are in quarantine until they are released, and all other work continues.
pub async fn assert_recovers_after_confirmation(setup: &RollbackSetup, gateway: GatewayProcess, code: &str) {
    wait_until("it is ready again", async || readyz(&gateway).await.contains("\"ready\"")).await;
    let refused = setup.clients(&gateway).1.collect(code).await.unwrap();
    assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
    let later = setup.deposit(&gateway, "a-key-of-after-the-confirmation").await;
    setup.collect_and_use(&gateway, &later).await;
    assert!(gateway.stop().success());
    assert_eq!(setup.home.json(&["audit", "verify"])["whole"], true);
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let gateway = setup.home.start();
    let told = readyz(&gateway).await;
    assert!(told.contains("\"ready\"") && !told.contains("audit-checkpoints"), "{told}");
    setup.home.json(&["quarantine", "release", "--all"]);
    setup.collect_and_use(&gateway, code).await;
}
