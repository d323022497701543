//! Checkpoints of a running gateway: signed, written, and verified with openssl alone; and a log that is shortened
//! meanwhile.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lichtbild::clock::{Clock, SystemClock};
use lichtbild::domain::log::checkpoint::LOG_RETENTION;
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::storage::{DatabaseLocation, SqlStore};
use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, mode, wait_until};
use crate::support::postgres::TestDatabase;
use crate::support::raw_database::RawDatabase;
use crate::support::test_gateway::DAY;

pub fn checkpoint_files(home: &GatewayFolder) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.file("checkpoints")).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    files
}

pub fn exit_code_and_json(output: &Output) -> (i32, Value) {
    let printed = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), printed)
}

/// The command for auditors in the documentation.
const OPENSSL: &str = "openssl dgst -sha256 -verify audit.pub -signature checkpoint-N.sig checkpoint-N.json";

pub fn openssl_verifies(home: &GatewayFolder, document: &Path) -> bool {
    let manual = include_str!("../../../docs/operation/audit.md");
    assert!(manual.contains(OPENSSL), "the documentation prints the line that is tested");
    let command = OPENSSL
        .replace("audit.pub", home.file("certs/audit.pub").to_str().unwrap())
        .replace("checkpoint-N.sig", document.with_extension("sig").to_str().unwrap())
        .replace("checkpoint-N.json", document.to_str().unwrap());
    let mut words = command.split_whitespace();
    let output = Command::new(words.next().unwrap()).args(words).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.success(), stdout.contains("Verified OK"), "{stdout}");
    output.status.success()
}

#[test]
fn openssl_alone_verifies_a_checkpoint_and_refuses_one_that_was_changed() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    assert_eq!(mode(&home.file("certs/audit.key")), 0o600);
    assert!(home.start().stop().success());
    let [document] = checkpoint_files(&home).try_into().unwrap();
    assert!(openssl_verifies(&home, &document));
    let text = fs::read_to_string(&document).unwrap();
    let checkpoint: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&checkpoint["format"], &checkpoint["count"]), (&"lichtbild-checkpoint/v1".into(), &2.into()));
    assert_eq!(checkpoint["gateway"], "localhost");

    fs::write(&document, text.replace("\"count\": 2", "\"count\": 1")).unwrap();
    assert!(!openssl_verifies(&home, &document));
    let refused = home.run(&["audit", "verify"]);
    assert_eq!(refused.status.code(), Some(3));
    let stderr = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(stderr.contains("the signature is wrong") && stderr.contains("next: "), "{stderr}");
}

#[test]
fn checkpoints_are_signed_when_rows_were_added_and_never_overwritten() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    assert!(home.start().stop().success());
    let first = checkpoint_files(&home);
    let content = fs::read(&first[0]).unwrap();
    assert!(home.start().stop().success());
    assert_eq!(checkpoint_files(&home), first, "nothing was added");
    home.studio("Foto Porst");
    // A lost folder is restored from the database.
    fs::remove_dir_all(home.file("checkpoints")).unwrap();
    assert!(home.start().stop().success());
    assert_eq!(checkpoint_files(&home).len(), 2);
    assert_eq!(fs::read(&first[0]).unwrap(), content);
    assert!(checkpoint_files(&home).iter().all(|document| openssl_verifies(&home, document)));

    // The state after a power failure between signature and text.
    fs::remove_file(checkpoint_files(&home).last().unwrap()).unwrap();
    assert!(home.start().stop().success());
    assert_eq!(checkpoint_files(&home).len(), 2);

    // A file with the name of the next checkpoint is not overwritten, and the log says so.
    home.studio("Foto Meier");
    let in_the_way = home.file("checkpoints/checkpoint-000000000006.sig");
    fs::write(&in_the_way, "somebody else's").unwrap();
    assert!(home.start().stop().success());
    assert_eq!(fs::read(&in_the_way).unwrap(), b"somebody else's");
    assert_eq!(checkpoint_files(&home).len(), 2);
    assert!(fs::read_to_string(home.beside("log")).unwrap().contains("cannot write checkpoint 6"));
}

#[tokio::test]
async fn every_node_of_a_fleet_writes_the_same_checkpoints() {
    let server = TestDatabase::empty().await;
    let first = GatewayFolder::over_server(&server.url);
    let second = first.copy_as_node();
    first.studio("Foto Koch");
    let (here, there) = (first.start(), second.start());
    second.studio("Foto Porst");
    assert!(here.stop().success());
    assert!(there.stop().success());
    let content =
        |home: &GatewayFolder| checkpoint_files(home).iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>();
    // The second gateway signs after the last checkpoint of the first one when it stops.
    assert_eq!(content(&second).last(), content(&first).last());
    assert!(checkpoint_files(&second).iter().all(|document| openssl_verifies(&first, document)));
    assert_eq!(second.json(&["audit", "verify"])["vouched_up_to"], 4);
}

/// Rows that a gateway wrote eleven years ago, with its checkpoint.
async fn write_history(home: &GatewayFolder, location: &DatabaseLocation, rows: u32) {
    let store = SqlStore::open(location).await.unwrap();
    let long_ago = SystemClock.now() - LOG_RETENTION - 180 * DAY;
    for _ in 0..rows {
        let (actor, event, details) = ("gateway".into(), AuditEvent::CodeUnknown, serde_json::json!({}));
        store.append_audit(AuditEntry { at: long_ago, actor, event, subject: None, details }).await.unwrap();
    }
    let key = CheckpointKey::from_pem(&fs::read_to_string(home.file("certs/audit.key")).unwrap()).unwrap();
    let log = store.log_rows(0, 1).await.unwrap()[0].sha256;
    let head = store.log_head().await.unwrap();
    let (checkpoint, signed) = key.sign(head, "localhost", log, long_ago).unwrap();
    assert!(store.add_checkpoint(&checkpoint, &signed).await.unwrap());
    store.close().await;
}

#[tokio::test]
async fn a_log_whose_front_went_at_its_time_is_still_proved_but_not_under_a_clock_that_jumped() {
    let server = TestDatabase::empty().await;
    let (over_server, home) = (GatewayFolder::over_server(&server.url), GatewayFolder::new());
    let (connected, opened) = (RawDatabase::connect(&server.url).await, RawDatabase::open(&home.database()).await);
    let file = DatabaseLocation::File(home.database());
    for (home, database, location) in [(home, opened, file), (over_server, connected, server.location())] {
        home.set("sweep_seconds", "0.2");
        write_history(&home, &location, 1_200).await;
        home.studio("Foto Koch");
        // The last sweep is longer ago than a gateway ever pauses.
        let moment = SystemClock.now().unix_milliseconds() - 40 * 86_400_000;
        let swept = format!("INSERT INTO notes (name, moment) VALUES ('last_swept_at', {moment})");
        database.execute(&swept).await.unwrap();
        let gateway = home.start();
        wait_until("the sweeper wants somebody to look at the clock", async || {
            gateway.log().contains("erasures are paused")
        })
        .await;
        assert_eq!(database.count("audit").await, 1_202);

        assert!(home.run(&["confirm-clock"]).status.success());
        wait_until("the front of the log goes", async || database.count("audit").await < 10).await;
        assert!(gateway.stop().success());
        let printed = home.json(&["audit", "verify"]);
        assert_eq!((&printed["whole"], &printed["first"]), (&true.into(), &1_201.into()), "{printed}");
        let export = home.run(&["audit", "export"]).stdout;
        assert!(export.starts_with(b"{\"sequence\":1201,"));

        // Without the checkpoint at its beginning, such a log cannot be told from a truncated one.
        let anchor = home.file("checkpoints/checkpoint-000000001200.json");
        fs::rename(&anchor, home.beside("anchor.json")).unwrap();
        let (code, printed) = exit_code_and_json(&home.run(&["audit", "verify", "--json"]));
        assert_eq!(
            (code, &printed["wrong"], &printed["sequence"]),
            (3, &"front_cut".into(), &1_201.into()),
            "{printed}"
        );
    }
}

#[tokio::test]
async fn a_running_gateway_signs_hourly_or_as_configured() {
    let home = GatewayFolder::new();
    home.set("checkpoint_minutes", "0.01");
    let gateway = home.start();
    home.studio("Foto Koch");
    wait_until("a checkpoint counts what was added", async || {
        checkpoint_files(&home).last().is_some_and(|file| file.ends_with("checkpoint-000000000002.json"))
    })
    .await;
    // The command works while the gateway runs.
    assert_eq!(home.json(&["audit", "verify"])["vouched_up_to"], 2);
    assert!(gateway.stop().success());
}

#[test]
fn a_gateway_that_never_had_a_key_makes_one_and_says_so() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    for file in ["certs/audit.key", "certs/audit.pub"] {
        fs::remove_file(home.file(file)).unwrap();
    }
    let gateway = home.start();
    let log = home.beside("log");
    assert!(gateway.stop().success());
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("made the key that signs checkpoints") && log.contains("give the public key to the auditors"),
        "{log}"
    );
    assert_eq!(mode(&home.file("certs/audit.key")), 0o600);
    assert!(openssl_verifies(&home, &checkpoint_files(&home)[0]));

    // After the first signature a lost key is not replaced by another.
    fs::remove_file(home.file("certs/audit.key")).unwrap();
    home.studio("Foto Porst");
    assert!(home.start().stop().success());
    assert_eq!(checkpoint_files(&home).len(), 1);
    let log = fs::read_to_string(home.beside("log")).unwrap();
    assert!(log.contains("copy it from another node or a backup"), "{log}");
}
