//! A backup, restore or migration that is killed leaves the existing files unchanged, and no incomplete file under its
//! final name.

skip_in!(quick, postgres: "starts and kills the program, with a database of its own");

use std::fs;
use std::process::{Command, Stdio};

use super::BackupSetup;
use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, wait_until};

/// Runs a command and kills it at a named step.
pub async fn kill_command_at(home: &GatewayFolder, step: &str, arguments: &[&str]) {
    let marker = home.beside("marker");
    let _ = fs::remove_file(&marker);
    let mut command: Command = home.command();
    command.env("LICHTBILD_HALT_AT", step).env("LICHTBILD_HALT_MARKER", &marker);
    let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the command reaches its step", async || {
        assert!(child.try_wait().unwrap().is_none(), "{arguments:?} ended before {step}");
        marker.exists()
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn a_killed_backup_is_not_there_and_the_next_one_is() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    setup.studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap();
    for step in ["backup.copied", "backup.marked", "backup.before_name"] {
        kill_command_at(&setup.home, step, &["backup", "saved"]).await;
        assert!(!setup.home.beside("saved").exists(), "{step}");
        DatabaseInspector::open(&setup.home.database()).await.assert_consistent().await;
    }
    setup.back_up();
    assert_eq!(setup.home.json(&["verify", "--database", "saved/lichtbild.sqlite"])["sound"], true);
}

#[tokio::test]
async fn a_killed_restore_is_not_there_and_the_backup_is_as_it_was() {
    let setup = BackupSetup::new();
    setup.back_up();
    let before = fs::read(setup.home.beside("saved/lichtbild.sqlite")).unwrap();
    let restore = ["restore", "saved", "--dir", "new", "--keys", "saved-keys"];
    for step in ["restore.copied", "restore.before_name"] {
        kill_command_at(&setup.home, step, &restore).await;
        assert!(!setup.home.beside("new").exists(), "{step}");
        assert!(
            fs::read(setup.home.beside("saved/lichtbild.sqlite")).unwrap() == before,
            "{step}: the backup was changed"
        );
    }
    setup.home.json(&restore);
}
