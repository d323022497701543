//! A machine that went back in time as a whole: only an external watermark shows it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{RollbackSetup, assert_alarm_blocks_everything, assert_recovers_after_confirmation, known_rows, readyz};
use crate::support::gateway_process::wait_until;

/// Copies the gateway's folder or puts the copy back, with head file and checkpoints.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let _ = fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// Puts the folder back to the state before a photo was used.
async fn machine_went_back(setup: &RollbackSetup) -> String {
    let gateway = setup.home.start();
    let code = setup.deposit(&gateway, "a-key-for-this-photo").await;
    assert!(gateway.stop().success());
    copy(&setup.home.file(""), &setup.home.beside("snapshot"));
    let gateway = setup.home.start();
    setup.collect_and_use(&gateway, &code).await;
    assert!(gateway.stop().success());
    copy(&setup.home.file("checkpoints"), &setup.home.beside("auditor"));
    copy(&setup.home.beside("snapshot"), &setup.home.file(""));
    code
}

/// Configures a second head file in another folder.
fn keeps_a_witness(setup: &RollbackSetup) -> PathBuf {
    let witness = setup.home.beside("elsewhere/head.json");
    fs::create_dir(setup.home.beside("elsewhere")).unwrap();
    let line = format!("\"certs/audit.pub\"\nwitness_file = \"{}\"", witness.display());
    setup.home.set("public_key", &line);
    witness
}

#[tokio::test]
async fn a_head_file_on_another_mount_detects_a_rolled_back_machine() {
    let setup = RollbackSetup::new();
    let witness = keeps_a_witness(&setup);
    let code = machine_went_back(&setup).await;
    let gateway = setup.home.start();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    setup.home.json(&["confirm-rollback"]);
    wait_until("the witness follows", async || known_rows(&witness) == setup.known_rows()).await;
    assert_recovers_after_confirmation(&setup, gateway, &code).await;
}

#[tokio::test]
async fn a_checkpoint_that_an_auditor_keeps_is_a_witness_too() {
    let setup = RollbackSetup::new();
    let code = machine_went_back(&setup).await;
    let kept = fs::read_dir(setup.home.beside("auditor")).unwrap().map(|entry| entry.unwrap().path());
    let newest = kept.filter(|path| path.extension().is_some_and(|end| end == "json")).max().unwrap();
    let gateway = setup.home.start_with(&["--checkpoint", newest.to_str().unwrap()]);
    wait_until("the alarm is raised", async || readyz(&gateway).await.contains(super::ALARM)).await;
    let refused = setup.clients(&gateway).1.collect(&code).await.unwrap();
    assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
    setup.home.json(&["quarantine", "hold", "--as-of", "2026-11-22T09:30:00Z"]);
    wait_until("it is ready again", async || readyz(&gateway).await.contains("\"ready\"")).await;
    assert!(gateway.stop().success());
    // The checkpoint covers rows that were given up, which is known and raises no alarm.
    let gateway = setup.home.start_with(&["--checkpoint", newest.to_str().unwrap()]);
    assert!(readyz(&gateway).await.contains("\"ready\""));
    assert_eq!(setup.clients(&gateway).1.collect(&code).await.unwrap().status, 409);
}

#[tokio::test]
async fn a_witness_whose_mount_comes_late_is_compared_and_not_overwritten() {
    let setup = RollbackSetup::new();
    let witness = keeps_a_witness(&setup);
    let code = machine_went_back(&setup).await;
    let mounted = setup.home.beside("mounted.json");
    fs::rename(&witness, &mounted).unwrap();
    let gateway = setup.home.start();
    wait_until("a witness is made anew", async || known_rows(&witness) > 0).await;
    let known = known_rows(&mounted);
    fs::rename(&mounted, &witness).unwrap();
    assert_alarm_blocks_everything(&setup, &gateway, &code).await;
    assert_eq!(known_rows(&witness), known);
}

#[test]
fn a_checkpoint_that_cannot_be_read_is_no_reason_to_start_without_it() {
    let setup = RollbackSetup::new();
    let refused = setup.home.failure(&["serve", "--checkpoint", "nowhere.json"]);
    assert!(refused.contains("nowhere.json") && refused.contains("--checkpoint"), "{refused}");
}

#[tokio::test]
async fn without_a_witness_a_machine_that_went_back_is_not_noticed_as_the_readme_says() {
    let setup = RollbackSetup::new();
    let code = machine_went_back(&setup).await;
    let gateway = setup.home.start();
    assert!(readyz(&gateway).await.contains("\"ready\""));
    setup.collect_and_use(&gateway, &code).await;
    let readme = include_str!("../../../README.md");
    assert!(readme.contains("witness_file"), "what is not protected, and what to do, stands there");
}
