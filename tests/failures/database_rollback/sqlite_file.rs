//! A SQLite file that is replaced by an older copy.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{ALARM, RollbackSetup, assert_alarm_blocks_everything, assert_recovers_after_confirmation, readyz};
use crate::support::gateway_process::wait_until;
use crate::support::raw_database::RawDatabase;

/// Puts the file back as a snapshot or a copy does: without its write-ahead log.
fn put_back(copy: &Path, database: &Path) {
    fs::copy(copy, database).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", database.display()));
    }
}

/// A photo was deposited, the file copied, the photo used, and the copy put back. The gateway was stopped or killed.
async fn went_back(setup: &RollbackSetup, stops: bool) -> String {
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    fs::copy(setup.home.database(), setup.home.beside("yesterday")).unwrap();
    let gateway = setup.home.start();
    setup.collect_and_use(&gateway, &code).await;
    let database = RawDatabase::open(&setup.home.database()).await;
    let rows = database.count("audit").await;
    drop(database);
    setup.wait_for_head_file(rows).await;
    if stops {
        assert!(gateway.stop().success())
    } else {
        drop(gateway)
    }
    put_back(&setup.home.beside("yesterday"), &setup.home.database());
    code
}

#[tokio::test]
async fn a_used_photo_is_not_handed_out_again_until_an_administrator_confirms_the_older_file() {
    let setup = RollbackSetup::new();
    let code = went_back(&setup, true).await;
    let before = setup.checkpoints();
    // Also at the next start: the gateway has not forgotten.
    for _ in 0..2 {
        let gateway = setup.home.start();
        assert_alarm_blocks_everything(&setup, &gateway, &code).await;
        assert!(gateway.stop().success());
        assert_eq!(setup.checkpoints(), before, "nothing is signed");
    }
    let gateway = setup.home.start();
    let confirmed = setup.home.json(&["confirm-rollback"]);
    assert_eq!((&confirmed["photos"], &confirmed["invitations"]), (&json!(1), &json!(0)));
    assert!(confirmed["found"].as_str().unwrap().contains("rows"), "{confirmed}");
    assert!(setup.home.file("checkpoints/superseded-1").is_dir(), "what was signed stays as evidence");
    assert_recovers_after_confirmation(&setup, gateway, &code).await;
    let refused = setup.home.failure(&["confirm-rollback"]);
    assert!(refused.contains("nothing to confirm"), "{refused}");
}

#[tokio::test]
async fn what_is_signed_after_a_confirmation_is_a_file_although_higher_counts_were() {
    let setup = RollbackSetup::new();
    went_back(&setup, true).await;
    let before = setup.checkpoints();
    let gateway = setup.home.start();
    wait_until("the alarm is raised", async || readyz(&gateway).await.contains(ALARM)).await;
    setup.home.json(&["confirm-rollback"]);
    wait_until("it is ready again", async || readyz(&gateway).await.contains("\"ready\"")).await;
    assert!(gateway.stop().success());
    let after = setup.checkpoints();
    assert!(after.iter().any(|file| !before.contains(file)), "{before:?} {after:?}");
}

#[tokio::test]
async fn the_head_file_alone_tells_when_there_was_no_time_for_a_checkpoint() {
    let setup = RollbackSetup::new();
    let code = went_back(&setup, false).await;
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    let held = setup.home.json(&["restored", "hold", "--as-of", "2026-11-22T09:30:00Z"]);
    assert_eq!(held["photos"], 1);
    assert_recovers_after_confirmation(&setup, gateway, &code).await;
}

#[tokio::test]
async fn the_right_file_put_back_ends_the_alarm_by_itself() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    fs::copy(setup.home.database(), setup.home.beside("yesterday")).unwrap();
    let gateway = setup.home.start();
    let later = setup.deposit(&gateway, "a-key-for-a-later-photo").await;
    assert!(gateway.stop().success());
    fs::copy(setup.home.database(), setup.home.beside("today")).unwrap();
    put_back(&setup.home.beside("yesterday"), &setup.home.database());
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    assert!(gateway.stop().success());
    put_back(&setup.home.beside("today"), &setup.home.database());
    let gateway = setup.home.start();
    assert!(readyz(&gateway).await.contains("\"ready\""));
    for code in [&code, &later] {
        setup.collect_and_use(&gateway, code).await;
    }
}

#[tokio::test]
async fn rows_cut_off_together_with_their_checkpoints_are_missed() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    let database = RawDatabase::open(&setup.home.database()).await;
    database.unlock_audit().await;
    for sql in [
        "DROP TRIGGER checkpoints_stay",
        "DELETE FROM checkpoints",
        "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
    ] {
        database.execute(sql).await.unwrap();
    }
    drop(database);
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
}

#[tokio::test]
async fn a_file_that_is_exchanged_while_the_gateway_has_it_open_takes_nothing_more() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    fs::copy(setup.home.database(), setup.home.beside("copy")).unwrap();
    fs::rename(setup.home.beside("copy"), setup.home.database()).unwrap();
    // At once, because later changes would go into a deleted file.
    let (studio, office) = setup.clients(&gateway);
    let refused = studio.deposit("a-key-for-a-lost-photo").await.unwrap();
    assert_eq!(refused.problem(), (503, "storage-unavailable".into()));
    assert_eq!(office.collect(&code).await.unwrap().problem(), (409, "photo-quarantined".into()));
    wait_until("it is told", async || {
        let told = readyz(&gateway).await;
        told.contains(ALARM) && told.contains("start it again")
    })
    .await;
}

#[tokio::test]
async fn an_alarm_about_rows_that_were_not_in_the_head_file_yet_outlives_a_restart() {
    let setup = RollbackSetup::new();
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    for (from, to) in [(setup.home.database(), "yesterday"), (setup.home.file("log-head.json"), "head")] {
        fs::copy(from, setup.home.beside(to)).unwrap();
    }
    let gateway = setup.home.start();
    setup.collect_and_use(&gateway, &code).await;
    fs::rename(setup.home.beside("yesterday"), setup.home.database()).unwrap();
    wait_until("the alarm is raised", async || readyz(&gateway).await.contains(ALARM)).await;
    // As if the file had been replaced before the watermark was written.
    fs::copy(setup.home.beside("head"), setup.home.file("log-head.json")).unwrap();
    let before = setup.known_rows();
    wait_until("the mark is written all the same", async || setup.known_rows() > before).await;
    // As in a power failure.
    drop(gateway);
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", setup.home.database().display()));
    }
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
}
