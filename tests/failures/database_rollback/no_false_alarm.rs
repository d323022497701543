//! Normal events raise no alarm: stops, crashes, absent nodes, restores and migrations.

use std::fs;

use super::{ALARM, RollbackSetup, readyz};
use crate::support::gateway_process::{GatewayFolder, GatewayProcess, wait_until};
use crate::support::postgres::TestDatabase;

async fn is_ready(gateway: &GatewayProcess) {
    let told = readyz(gateway).await;
    assert!(told.contains("\"ready\"") && !told.contains(ALARM) && !told.contains("log-"), "{told}");
}

#[tokio::test]
async fn stops_and_kills_are_no_alarm() {
    let setup = RollbackSetup::new();
    for round in 0..6 {
        let gateway = setup.home.start();
        is_ready(&gateway).await;
        let code = setup.deposit(&gateway, &format!("a-key-for-photo-{round}")).await;
        is_ready(&gateway).await;
        if round % 2 == 0 {
            setup.collect_and_use(&gateway, &code).await;
            // As in a power failure.
            drop(gateway);
        } else {
            assert!(gateway.stop().success());
        }
    }
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
}

#[tokio::test]
async fn a_node_that_was_away_and_one_that_is_new_are_no_alarm() {
    let database = TestDatabase::empty().await;
    let setup = RollbackSetup::at(GatewayFolder::over_server(&database.url));
    let away = setup.home.copy_as_node();
    assert!(away.start().stop().success());
    let gateway = setup.home.start();
    for round in 0..5 {
        setup.deposit(&gateway, &format!("a-key-for-photo-{round}")).await;
    }
    let second = away.start();
    is_ready(&second).await;
    let new = setup.home.copy_as_node();
    fs::remove_file(new.file("log-head.json")).unwrap();
    let third = new.start();
    is_ready(&third).await;
    // Each node knows the rows of the others, so it notices if they are gone.
    let code = setup.deposit(&gateway, "a-key-for-one-more-photo").await;
    setup.collect_and_use(&second, &code).await;
    let mark = |home: &GatewayFolder| super::known_rows(&home.file("log-head.json"));
    wait_until("all nodes know the same", async || mark(&setup.home) == mark(&away) && mark(&away) == mark(&new)).await;
}

#[tokio::test]
async fn a_hold_on_one_node_is_accepted_by_the_others() {
    let database = TestDatabase::empty().await;
    let setup = RollbackSetup::at(GatewayFolder::over_server(&database.url));
    let away = setup.home.copy_as_node();
    let gateway = setup.home.start();
    let second = away.start();
    setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert_eq!(setup.home.json(&["quarantine", "hold"])["photos"], 1);
    is_ready(&gateway).await;
    is_ready(&second).await;
    drop(second);
    is_ready(&away.start()).await;
}

#[tokio::test]
async fn a_restored_gateway_and_a_moved_one_are_no_alarm() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    setup.deposit(&gateway, "a-key-for-this-photo").await;
    setup.home.json(&["backup", "saved", "--keys", "with"]);
    setup.deposit(&gateway, "a-key-of-after-the-backup").await;
    assert!(gateway.stop().success());
    let server = TestDatabase::empty().await;
    setup.home.json(&["migrate-store", setup.home.database().to_str().unwrap(), &server.url]);
    setup.home.set("database", &format!("\"{}\"", server.url));
    let gateway = setup.home.start();
    is_ready(&gateway).await;
    drop(gateway);

    setup.home.json(&["restore", "saved", "--dir", "new"]);
    // The new database replaces the old one, beside the old watermarks.
    fs::copy(setup.home.beside("new/lichtbild.sqlite"), setup.home.database()).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", setup.home.database().display()));
    }
    setup.home.set("database", "\"lichtbild.sqlite\"");
    let gateway = setup.home.start();
    is_ready(&gateway).await;
    assert!(gateway.stop().success());
    assert_eq!(setup.home.json(&["audit", "verify"])["whole"], true);
}

#[tokio::test]
async fn a_damaged_head_file_is_told_of_set_aside_and_made_anew() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    fs::write(setup.home.file("log-head.json"), "{\"known\":").unwrap();
    let gateway = setup.home.start();
    let told = readyz(&gateway).await;
    assert!(told.contains("\"ready\"") && told.contains("log-mark-unreadable"), "{told}");
    assert!(setup.home.file("log-head.json.1").exists());
    wait_until("a new one is there", async || setup.known_rows() > 0).await;
    assert!(gateway.stop().success());
    is_ready(&setup.home.start()).await;
}

#[tokio::test]
async fn a_head_file_that_cannot_be_written_is_told_of_until_it_can() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    // A folder in place of the file, which even root cannot overwrite.
    fs::remove_file(setup.home.file("log-head.json")).unwrap();
    fs::create_dir_all(setup.home.file("log-head.json/full")).unwrap();
    setup.collect_and_use(&gateway, &code).await;
    wait_until("it is told", async || {
        let told = readyz(&gateway).await;
        told.contains("\"ready\"") && told.contains("log-head-file")
    })
    .await;
    fs::remove_dir_all(setup.home.file("log-head.json")).unwrap();
    wait_until("it is well again", async || !readyz(&gateway).await.contains("log-")).await;
}

#[tokio::test]
async fn a_head_file_of_another_gateway_stays_where_it_is_and_is_told_of() {
    let (setup, anonymous) = (RollbackSetup::new(), RollbackSetup::new());
    assert!(anonymous.home.start().stop().success());
    let theirs = fs::read(anonymous.home.file("log-head.json")).unwrap();
    fs::write(setup.home.file("log-head.json"), &theirs).unwrap();
    let gateway = setup.home.start();
    let told = readyz(&gateway).await;
    assert!(told.contains("\"ready\"") && told.contains("log-mark-unreadable"), "{told}");
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    setup.collect_and_use(&gateway, &code).await;
    wait_until("it is told why no mark is written", async || {
        let told = readyz(&gateway).await;
        told.contains("log-head-file") && told.contains("another key file")
    })
    .await;
    assert!(gateway.stop().success());
    assert!(fs::read(setup.home.file("log-head.json")).unwrap() == theirs);
}
