//! `backup` copies all rows of one moment while the gateway works, without any key that opens photos.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::BackupSetup;
use crate::support::database_inspector::DatabaseInspector;
use crate::support::gateway_process::{GatewayFolder, mode};
use crate::support::postgres::TestDatabase;

/// The files below a folder by relative path.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            found.extend(files(&entry).into_iter().map(|inside| format!("{name}/{inside}")));
        } else {
            found.insert(name);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_while_photos_come_in_holds_what_was_acknowledged_before_it_and_is_sound() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    let studio = setup.studio.client(gateway.studio());
    for number in 0..3 {
        studio.deposit(&format!("a-key-of-before-{number}")).await.unwrap().code();
    }
    let going_on = tokio::spawn({
        let studio = studio.clone();
        async move {
            for number in 0..20 {
                studio.deposit(&format!("a-key-of-meanwhile-{number}")).await.unwrap().code();
            }
        }
    });
    let printed = tokio::task::block_in_place(|| setup.home.json(&["backup", "saved"]));
    going_on.await.unwrap();
    assert_eq!(printed["log_is_whole"], true);

    let copy = setup.home.beside("saved/lichtbild.sqlite");
    let mut ledger = DatabaseInspector::open(&copy).await;
    ledger.assert_consistent().await;
    let photos = ledger.photos().await;
    assert!((3..=23).contains(&photos), "{photos}");
    let verified = setup.home.json(&["verify", "--database", "saved/lichtbild.sqlite"]);
    assert_eq!(verified["findings"]["pictures_proven"], photos);
    assert_eq!(verified["findings"]["log_head"], printed["holds"]["database"]["log_head"]);
}

#[test]
fn keys_are_in_a_backup_by_choice_only_and_every_file_is_its_owners_alone() {
    let home = GatewayFolder::new();
    let config = "gateway.toml";
    let public =
        ["certs/audit.pub", "certs/office-ca.crt", "certs/server-ca.crt", "certs/server.crt", "certs/studio-ca.crt"];
    let secret = [
        "certs/audit.key",
        "certs/office-ca.key",
        "certs/server-ca.key",
        "certs/server.key",
        "certs/studio-ca.key",
        "gateway.key",
    ];
    let kinds: [(&str, Vec<&str>); 3] = [
        ("without", [&public[..], &["backup.json", "backup.sig", config, "lichtbild.sqlite"]].concat()),
        ("only", [&secret[..], &["backup.json", "backup.sig"]].concat()),
        ("with", [&public[..], &secret, &["backup.json", "backup.sig", config, "lichtbild.sqlite"]].concat()),
    ];
    for (keys, expected) in kinds {
        let output = home.run(&["backup", keys, "--keys", keys]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        let found = files(&home.beside(keys));
        assert_eq!(found, expected.into_iter().map(String::from).collect::<BTreeSet<_>>(), "{keys}");
        assert_eq!(mode(&home.beside(keys)), 0o700);
        for file in &found {
            assert_eq!(mode(&home.beside(keys).join(file)), 0o600, "{file}");
        }
        assert!(
            stderr.contains(if keys == "with" { "as good as the gateway itself" } else { "away from" })
                || keys == "without"
        );
    }
    let stderr = String::from_utf8_lossy(&home.run(&["backup", "again"]).stderr).into_owned();
    for missing in secret {
        assert!(stderr.contains(&format!("without {missing}")), "{stderr}");
    }
    assert!(stderr.contains("--keys only"), "{stderr}");
}

#[test]
fn what_has_the_name_of_a_backup_is_left_alone() {
    let home = GatewayFolder::new();
    fs::create_dir(home.beside("taken")).unwrap();
    fs::write(home.beside("file"), "mine").unwrap();
    for taken in ["taken", "file"] {
        let message = home.failure(&["backup", taken]);
        assert!(message.contains("is not overwritten"), "{message}");
    }
    assert_eq!(files(&home.beside("taken")), BTreeSet::new());
    assert_eq!(fs::read(home.beside("file")).unwrap(), b"mine");
}

#[tokio::test]
async fn no_gateway_starts_on_a_backup_by_mistake() {
    let setup = BackupSetup::new();
    setup.back_up();
    let before = fs::read(setup.home.beside("saved/lichtbild.sqlite")).unwrap();
    setup.home.set("database", "\"../saved/lichtbild.sqlite\"");
    for command in [&["serve"][..], &["studio", "list"], &["backup", "of-a-backup"]] {
        let message = setup.home.failure(command);
        assert!(message.contains("this is a backup") && message.contains("restore"), "{message}");
    }
    assert!(fs::read(setup.home.beside("saved/lichtbild.sqlite")).unwrap() == before, "it was changed");
    assert!(!setup.home.beside("of-a-backup").exists());
}

#[tokio::test]
async fn a_servers_database_is_backed_up_by_its_own_means_which_are_named() {
    let database = TestDatabase::empty().await;
    let home = GatewayFolder::over_server(&database.url);
    let message = home.failure(&["backup", "saved"]);
    for part in ["pg_dump --format=custom", "pg_restore", "quarantine hold", "pg_basebackup", "--keys only"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!home.beside("saved").exists());
    home.json(&["backup", "keys", "--keys", "only"]);
    assert!(home.beside("keys/gateway.key").exists());
}
