//! `audit verify` and `audit export` on a gateway's log in both databases, and an auditor that fetches it.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use super::running_gateway::{checkpoint_files, exit_code_and_json, openssl_verifies};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess};
use crate::support::https_client::DeviceFiles;
use crate::support::postgres::TestDatabase;
use crate::support::raw_database::RawDatabase;

/// A gateway whose log ends with a checkpoint, and direct access to its database.
struct AuditLogSetup {
    home: GatewayFolder,
    database: RawDatabase,
    rows: i64,
    _server: Option<TestDatabase>,
}

impl AuditLogSetup {
    async fn both() -> [Self; 2] {
        let server = TestDatabase::empty().await;
        let over_server = GatewayFolder::over_server(&server.url);
        let connected = RawDatabase::connect(&server.url).await;
        let home = GatewayFolder::new();
        let opened = RawDatabase::open(&home.database()).await;
        [Self::of(home, opened, None).await, Self::of(over_server, connected, Some(server)).await]
    }

    async fn of(home: GatewayFolder, database: RawDatabase, server: Option<TestDatabase>) -> Self {
        for name in ["Foto Koch", "Foto Porst", "Foto Meier"] {
            home.studio(name);
        }
        // A gateway that stops signs the rows since its last checkpoint.
        assert!(home.start().stop().success());
        let rows = database.count("audit").await;
        let setup = Self { home, database, rows, _server: server };
        assert_eq!(setup.checkpoints().last(), Some(&setup.file_of(rows)));
        setup
    }

    fn checkpoints(&self) -> Vec<PathBuf> {
        checkpoint_files(&self.home)
    }

    fn file_of(&self, count: i64) -> PathBuf {
        self.home.file(&format!("checkpoints/checkpoint-{count:012}.json"))
    }

    /// Runs `audit verify` and returns its exit code and JSON.
    fn verify(&self, arguments: &[&str]) -> (i32, Value) {
        exit_code_and_json(&self.home.run(&[&["audit", "verify", "--json"], arguments].concat()))
    }
}

#[tokio::test]
async fn what_is_done_to_the_stored_log_is_found_by_the_command_with_the_row_and_a_code_of_its_own() {
    for setup in AuditLogSetup::both().await {
        let (code, whole) = setup.verify(&[]);
        assert_eq!((code, &whole["whole"], &whole["rows"]), (0, &true.into(), &setup.rows.into()), "{whole}");
        assert_eq!((&whole["first"], &whole["vouched_up_to"]), (&1.into(), &setup.rows.into()), "{whole}");

        setup.database.unlock_audit().await;
        setup.database.execute("CREATE TABLE kept AS SELECT * FROM audit").await.unwrap();
        let last = setup.rows;
        let update = |change: &str| format!("UPDATE audit SET {change} WHERE sequence = 3");
        for (tampering, sequence, expected) in [
            (update("at = at + 1"), 3, "changed"),
            (update("actor = 'nobody'"), 3, "changed"),
            (update("event = 'photo.expired'"), 3, "changed"),
            (update("subject = NULL"), 3, "changed"),
            (update("details = details || ' '"), 3, "changed"),
            (update("prev = sha256"), 3, "prev_changed"),
            (update("sha256 = prev"), 3, "changed"),
            ("DELETE FROM audit WHERE sequence = 3".into(), 3, "missing"),
            ("DELETE FROM audit WHERE sequence <= 2".into(), 1, "missing"),
            (format!("DELETE FROM audit WHERE sequence = {last}"), last, "truncated"),
            ("DELETE FROM audit".into(), 1, "truncated"),
            (
                "UPDATE audit SET sequence = -1 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 5;
                 UPDATE audit SET sequence = 5 WHERE sequence = -1"
                    .into(),
                3,
                "changed",
            ),
            (
                "INSERT INTO audit SELECT 0, at, actor, event, subject, details, prev, sha256 FROM audit WHERE sequence = 1;
                 UPDATE audit SET sequence = sequence + 1000; UPDATE audit SET sequence = sequence - 999"
                    .into(),
                2,
                "changed",
            ),
            (
                "INSERT INTO log_anchors SELECT sequence, sha256, at FROM audit WHERE sequence = 2;
                 DELETE FROM audit WHERE sequence <= 2"
                    .into(),
                3,
                "front_cut",
            ),
        ] {
            setup.database.execute(&tampering).await.unwrap();
            let (code, found) = setup.verify(&[]);
            assert_eq!((code, &found["sequence"], &found["wrong"]), (3, &sequence.into(), &expected.into()), "{tampering}: {found}");
            setup.mend().await;
        }
        // Replaced with a new digest, and rewritten up to the end.
        setup.database.rewrite_audit_row(3, 3).await;
        let (code, found) = setup.verify(&[]);
        assert_eq!((code, &found["sequence"], &found["wrong"]), (3, &3.into(), &"replaced".into()), "{found}");
        setup.mend().await;
        setup.database.rewrite_audit_row(3, last).await;
        let (code, found) = setup.verify(&[]);
        assert_eq!((code, &found["wrong"]), (3, &"rewritten".into()), "{found}");
        let stderr = String::from_utf8(setup.home.run(&["audit", "verify"]).stderr).unwrap();
        assert!(stderr.contains("a signed checkpoint has another row") && stderr.contains("next: "), "{stderr}");
        setup.mend().await;
        assert_eq!(setup.verify(&[]).0, 0);
    }
}

impl AuditLogSetup {
    async fn mend(&self) {
        let mend = "DELETE FROM audit; DELETE FROM log_anchors; INSERT INTO audit SELECT * FROM kept";
        self.database.execute(mend).await.unwrap();
    }
}

#[tokio::test]
async fn an_export_is_verified_far_from_the_gateway() {
    for setup in AuditLogSetup::both().await {
        let export = setup.home.run(&["audit", "export"]);
        assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
        let text = String::from_utf8(export.stdout).unwrap();
        assert_eq!(text.lines().count() as i64, setup.rows);

        let elsewhere = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let file = elsewhere.path().join(name);
            fs::write(&file, text).unwrap();
            file.to_str().unwrap().to_owned()
        };
        let key = file("audit.pub", &fs::read_to_string(setup.home.file("certs/audit.pub")).unwrap());
        let folder = setup.home.file("checkpoints").to_str().unwrap().to_owned();
        let verify = |export: &str, more: &[&str]| {
            let mut command = setup.home.command();
            command.env("LICHTBILD_CONFIG", elsewhere.path().join("no-gateway-here"));
            let arguments = ["audit", "verify", "--json", "--file", export];
            exit_code_and_json(&command.args([&arguments, more].concat()).output().unwrap())
        };
        let with_checkpoint = ["--checkpoint", &folder, "--public-key", &key];
        let whole = file("whole.jsonl", &text);
        let (code, printed) = verify(&whole, &with_checkpoint);
        assert_eq!((code, &printed["vouched_up_to"]), (0, &setup.rows.into()), "{printed}");

        let lines: Vec<_> = text.lines().collect();
        let without = |place: usize| [&lines[..place], &lines[place + 1..]].concat().join("\n");
        for (place, expected) in [(0, "front_cut"), (2, "missing"), (lines.len() - 1, "truncated")] {
            let (code, printed) = verify(&file("without.jsonl", &without(place)), &with_checkpoint);
            let sequence = if place == 0 { 2 } else { place + 1 };
            assert_eq!(
                (code, &printed["wrong"], &printed["sequence"]),
                (3, &expected.into(), &sequence.into()),
                "{printed}"
            );
        }
        let changed = file("changed.jsonl", &text.replacen("device.added", "device.invited", 1));
        assert_eq!(verify(&changed, &[]).0, 3);
        let restyled = file("restyled.jsonl", &text.replacen("{\"sequence\"", "{ \"sequence\"", 1));
        assert_eq!(verify(&restyled, &[]).0, 3);
        // A part of the log is reported as such.
        let part = file("part.jsonl", &lines[1..3].join("\n"));
        assert_eq!(verify(&part, &with_checkpoint).0, 3);
        let (code, printed) = verify(&part, &[&with_checkpoint[..], &["--part"]].concat());
        assert_eq!((code, &printed["first"], &printed["rows"]), (0, &2.into(), &2.into()), "{printed}");
    }
}

#[test]
fn an_export_goes_from_a_day_to_a_day() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let rows = |arguments: &[&str]| {
        let output = home.run(&[&["audit", "export"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().count()
    };
    assert_eq!(rows(&["--from", "2020-01-01", "--to", "9999-01-01"]), 2);
    assert_eq!(rows(&["--from", "9999-01-01"]), 0);
    assert_eq!(rows(&["--to", "2020-01-01"]), 0);
    assert_eq!(home.run(&["audit", "export", "--from", "yesterday"]).status.code(), Some(2));
}

/// The auditor's curl with mutual TLS.
fn curl(gateway: &GatewayProcess, device: &DeviceFiles, path: &str) -> Output {
    let mut command = Command::new("curl");
    command
        .args(["-sS", "--max-time", "20", "--noproxy", "*", "--cert"])
        .arg(device.file("certificate.pem"))
        .arg("--key");
    command.arg(device.file("key.pem")).arg("--cacert").arg(device.file("gateway-ca.pem"));
    command.arg(format!("{}{path}", gateway.office())).output().unwrap()
}

#[test]
fn an_auditor_fetches_log_and_checkpoints_over_mutual_tls() {
    let home = GatewayFolder::new();
    let office = home.office("Amt Nord");
    let auditor = home.json(&["device", "add", "--office", "Amt Nord", "--auditor", "--label", "Revision"]);
    let auditor = DeviceFiles::new(&auditor);
    assert!(home.start().stop().success());
    let gateway = home.start();
    let log = curl(&gateway, &auditor, "/v1/audit/log");
    fs::write(home.beside("log.jsonl"), &log.stdout).unwrap();
    let list: Value = serde_json::from_slice(&curl(&gateway, &auditor, "/v1/audit/checkpoints").stdout).unwrap();
    let count = list["checkpoints"][0]["count"].as_i64().unwrap();
    let document = home.beside("fetched.json");
    let path = format!("/v1/audit/checkpoints/{count}");
    fs::write(&document, curl(&gateway, &auditor, &path).stdout).unwrap();
    fs::write(document.with_extension("sig"), curl(&gateway, &auditor, &format!("{path}/signature")).stdout).unwrap();
    assert!(openssl_verifies(&home, &document));
    let (log, document) = (home.beside("log.jsonl"), document.to_str().unwrap());
    let printed = home.json(&["audit", "verify", "--file", log.to_str().unwrap(), "--checkpoint", document]);
    assert_eq!(printed["vouched_up_to"], count);

    let refused = String::from_utf8(curl(&gateway, &auditor, "/v1/collections").stdout).unwrap();
    assert!(refused.contains("device-is-auditors"), "{refused}");
    let refused = String::from_utf8(curl(&gateway, &office, "/v1/audit/log").stdout).unwrap();
    assert!(refused.contains("auditors-only"), "{refused}");
    assert_eq!(home.run(&["device", "add", "--studio", "Foto Koch", "--auditor"]).status.code(), Some(2));
}
