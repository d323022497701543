//! `migrate-store` copies every row to the other database; only one of the two is in use at any time.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use serde_json::{Value, json};

use super::BackupSetup;
use crate::support::gateway_process::GatewayFolder;
use crate::support::postgres::TestDatabase;
use crate::support::raw_database::RawDatabase;

const FILE: &str = "gateway/lichtbild.sqlite";

/// A gateway over a file with three photos: one waits, one is leased by the first office, one is used.
async fn setup_with_photos() -> (BackupSetup, [String; 3]) {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    let (studio, office) = (setup.studio.client(gateway.studio()), setup.office.client(gateway.office()));
    let mut codes = Vec::new();
    for number in 0..20 {
        codes.push(studio.deposit(&format!("a-key-of-photo-{number}")).await.unwrap().code());
    }
    let [waiting, leased, used] = [0, 1, 2].map(|number: usize| codes[number].clone());
    for code in [&leased, &used] {
        let collection = office.collect_ok(code).await;
        assert_eq!(office.fetch(&collection, code).await.unwrap().status, 200);
        if *code == used {
            office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
        }
    }
    assert!(gateway.stop().success());
    (setup, [waiting, leased, used])
}

fn rows(moved: &Value, table: &str) -> Value {
    let tables = moved["tables"].as_array().unwrap();
    tables.iter().find(|found| found["name"] == table).unwrap_or_else(|| panic!("{table}: {moved}"))["rows"].clone()
}

/// All work continues with the database of the configuration.
async fn assert_continues(setup: &BackupSetup, [waiting, leased, used]: &[String; 3]) {
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let gateway = setup.home.start();
    let (studio, other) = (setup.studio.client(gateway.studio()), setup.other.client(gateway.office()));
    assert!(studio.deposit("a-key-of-photo-0").await.unwrap().is_replayed());
    let collection = other.collect_ok(waiting).await;
    assert_eq!(other.fetch(&collection, waiting).await.unwrap().status, 200);
    other.settle(&collection, &json!({ "outcome": "released" })).await.unwrap();
    assert_eq!(other.collect(leased).await.unwrap().problem(), (409, "photo-leased-elsewhere".into()));
    assert_eq!(other.collect(used).await.unwrap().problem(), (410, "photo-settled".into()));
    setup.office.client(gateway.office()).collect_ok(leased).await;
    assert!(gateway.stop().success());
}

#[tokio::test]
async fn a_town_moves_to_a_server_and_back_with_every_row() {
    let (setup, codes) = setup_with_photos().await;
    let database = TestDatabase::empty().await;
    let moved = setup.home.json(&["migrate-store", FILE, &database.url]);
    assert_eq!((rows(&moved, "photos"), rows(&moved, "frames")), (json!(20), json!(19)));
    assert_eq!((rows(&moved, "devices"), rows(&moved, "collections")), (json!(3), json!(2)));
    let log = rows(&moved, "audit");
    for command in [&["serve"][..], &["studio", "list"], &["backup", "saved"]] {
        let message = setup.home.failure(command);
        assert!(message.contains("was moved to another one") && message.contains("name the new one"), "{message}");
    }
    let verified = setup.home.run(&["verify"]);
    let stderr = String::from_utf8_lossy(&verified.stderr);
    assert_eq!(verified.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("is out of use") && !stderr.contains("The database is intact"), "{stderr}");
    setup.home.set("database", &format!("\"{}\"", database.url));
    let there = RawDatabase::connect(&database.url).await;
    assert!(there.chain_holds().await);
    assert_eq!((there.count_events("store.moved").await, json!(there.count("audit").await - 1)), (1, log));
    assert_continues(&setup, &codes).await;

    let with_keys = ["--key-file", "gateway/gateway.key"];
    let back = setup.home.json(&[&["migrate-store", &database.url, "gateway/back.sqlite"][..], &with_keys].concat());
    assert_eq!(back["findings"]["rows_without_digest"], json!({}));
    assert_eq!(rows(&back, "photos"), 20);
    let verified: serde_json::Value = serde_json::from_slice(&setup.home.run(&["verify", "--json"]).stdout).unwrap();
    // The trigger that keeps it out of use belongs to the program's schema.
    assert_eq!(verified["findings"]["faults"], json!({ "out_of_use": 1 }));
    let message = setup.home.failure(&["serve"]);
    assert!(message.contains("was moved to another one"), "{message}");
    let refused =
        there.execute("INSERT INTO audit SELECT 999999, at, actor, event, subject, details, prev, sha256 FROM audit");
    assert!(refused.await.unwrap_err().to_string().contains("moved to another one"));
    setup.home.set("database", "\"back.sqlite\"");
    assert_continues(&setup, &codes).await;
}

#[tokio::test]
async fn nothing_moves_while_a_gateway_works_or_into_a_database_that_holds_something() {
    let (setup, codes) = setup_with_photos().await;
    let database = TestDatabase::empty().await;
    let gateway = setup.home.start();
    let message = setup.home.failure(&["migrate-store", FILE, &database.url]);
    assert!(message.contains("the database is in use") && message.contains("stop every gateway"), "{message}");
    assert!(gateway.stop().success());
    setup.home.json(&["migrate-store", FILE, &database.url]);

    let other = BackupSetup::new();
    let message = other.home.failure(&["migrate-store", FILE, &database.url]);
    assert!(message.contains("has rows already"), "{message}");
    assert!(other.home.run(&["studio", "list"]).status.success(), "its own is in use as before");
    setup.home.set("database", &format!("\"{}\"", database.url));
    let gateway = setup.home.start();
    let message = setup.home.failure(&["migrate-store", &database.url, "back.sqlite"]);
    assert!(message.contains("the database is in use"), "{message}");
    assert!(gateway.stop().success());
    assert_continues(&setup, &codes).await;

    for same in [[FILE, "new.sqlite"], [database.url.as_str(), "postgres://anna@db.example/new"]] {
        let message = other.home.failure(&["migrate-store", same[0], same[1]]);
        assert!(message.contains("are of the same kind"), "{message}");
    }
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_killed_move_leaves_one_database_in_use_and_is_finished_by_the_same_command() {
    use super::killed_commands::kill_command_at;
    for step in ["move.before_commit", "move.copied", "move.source_left"] {
        let (setup, codes) = setup_with_photos().await;
        let database = TestDatabase::empty().await;
        let command = ["migrate-store", FILE, &database.url];
        kill_command_at(&setup.home, step, &command).await;
        let is_left = step == "move.source_left";
        assert_eq!(setup.home.run(&["studio", "list"]).status.success(), !is_left, "{step}: the old one");
        if step != "move.before_commit" {
            let there = GatewayFolder::empty();
            std::fs::create_dir(there.file("")).unwrap();
            std::fs::write(there.config(), format!("database = \"{}\"", database.url)).unwrap();
            let message = there.failure(&["studio", "list"]);
            assert!(message.contains("was not finished") && message.contains("migrate-store"), "{step}: {message}");
        }
        setup.home.json(&command);
        setup.home.set("database", &format!("\"{}\"", database.url));
        assert_continues(&setup, &codes).await;
    }
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_row_that_is_not_as_it_was_is_found_and_the_old_database_stays_in_use() {
    use super::killed_commands::kill_command_at;
    let (setup, _) = setup_with_photos().await;
    let database = TestDatabase::empty().await;
    kill_command_at(&setup.home, "move.copied", &["migrate-store", FILE, &database.url]).await;
    let there = RawDatabase::connect(&database.url).await;
    there
        .execute("UPDATE photos SET expires_at = expires_at + 1 WHERE photo_id = (SELECT max(photo_id) FROM photos)")
        .await
        .unwrap();
    let message = setup.home.failure(&["migrate-store", FILE, &database.url]);
    assert!(message.contains("photos differs at") && message.contains("in use as before"), "{message}");
    assert!(setup.home.run(&["studio", "list"]).status.success());
}
