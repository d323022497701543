//! Backups are signed with the gateway's audit key; a changed backup is refused, whoever changed it.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::fs;
use std::path::Path;
use std::process::Command;

use lichtbild::identity::signing::checkpoint_key::CheckpointKey;
use lichtbild::identity::signing::signed_document::DocumentFormat;
use serde_json::{Value, json};

use super::BackupSetup;
use crate::support::gateway_process::GatewayFolder;
use crate::support::raw_database::RawDatabase;

const FORMAT: DocumentFormat = DocumentFormat("lichtbild-backup/v1");

fn copied(home: &GatewayFolder, from: &str, to: &str) {
    let _ = fs::remove_dir_all(home.beside(to));
    let done = Command::new("cp").arg("-a").arg(home.beside(from)).arg(home.beside(to)).status().unwrap();
    assert!(done.success());
}

fn edit_manifest(folder: &Path, edit: impl FnOnce(&mut Value)) {
    let file = folder.join("backup.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    edit(&mut manifest);
    fs::write(&file, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
}

/// Signs a manifest with another key.
fn sign_with_another_key(folder: &Path, is_stated: bool) {
    let key = CheckpointKey::generate().unwrap();
    if is_stated {
        edit_manifest(folder, |manifest| manifest["key"] = json!(key.verifier().sha256()));
    }
    let signature = key.sign_document(FORMAT, &fs::read(folder.join("backup.json")).unwrap()).unwrap();
    fs::write(folder.join("backup.sig"), signature).unwrap();
}

fn flip(file: &Path, place: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[place] ^= 1;
    fs::write(file, bytes).unwrap();
}

async fn cut_log(database: &Path) {
    let database = RawDatabase::open(database).await;
    let cut = "DROP TRIGGER audit_rows_stay; DELETE FROM audit WHERE sequence > (SELECT max(sequence) - 3 FROM audit);
               CREATE TRIGGER audit_rows_stay BEFORE DELETE ON audit
WHEN OLD.sequence > (SELECT coalesce(max(sequence), 0) FROM log_anchors)
BEGIN
    SELECT RAISE(ABORT, 'the transfer log is append-only');
END";
    database.execute(cut).await.unwrap();
}

#[tokio::test]
async fn whatever_was_changed_in_a_backup_is_refused_and_nothing_is_left_behind() {
    let setup = BackupSetup::new();
    assert!(setup.home.start().stop().success());
    setup.back_up();
    let folder = setup.home.beside("tried");
    let restore = ["restore", "tried", "--dir", "new", "--keys", "saved-keys"];
    for (what, message) in [
        ("cut log", "not the database that was backed up"),
        ("byte of the database", "not the database that was backed up"),
        ("configuration", "gateway.toml is not the file"),
        ("certificate", "server.crt is not the file"),
        ("manifest", "the signature of tried is wrong"),
        ("foreign signature", "the signature of tried is wrong"),
        ("foreign key", "signed with another key"),
        ("checkpoint", "the signature of tried is wrong"),
        ("signature gone", "tried is not signed"),
        ("signature empty", "the signature of tried is wrong"),
    ] {
        copied(&setup.home, "saved", "tried");
        match what {
            "cut log" => cut_log(&folder.join("lichtbild.sqlite")).await,
            "byte of the database" => flip(&folder.join("lichtbild.sqlite"), 9000),
            "configuration" => flip(&folder.join("gateway.toml"), 3),
            "certificate" => flip(&folder.join("certs/server.crt"), 100),
            "manifest" => edit_manifest(&folder, |manifest| manifest["database"]["log_rows"] = json!(1)),
            "foreign signature" => sign_with_another_key(&folder, false),
            "foreign key" => sign_with_another_key(&folder, true),
            "checkpoint" => {
                let checkpoints = fs::read_dir(setup.home.file("checkpoints")).unwrap();
                let mut files: Vec<_> = checkpoints.map(|entry| entry.unwrap().path()).collect();
                files.sort();
                fs::copy(&files[0], folder.join("backup.json")).unwrap();
                fs::copy(&files[1], folder.join("backup.sig")).unwrap();
            }
            "signature gone" => fs::remove_file(folder.join("backup.sig")).unwrap(),
            _ => fs::write(folder.join("backup.sig"), b"").unwrap(),
        }
        let stderr = setup.home.failure(&restore);
        assert!(stderr.contains(message), "{what}: {stderr}");
        setup.assert_nothing_restored(what);
    }
    copied(&setup.home, "saved", "tried");
    setup.home.json(&restore);
}

#[test]
fn keys_are_refused_that_are_another_gateways_or_not_signed() {
    let setup = BackupSetup::new();
    setup.back_up();
    let other_gateway = GatewayFolder::new();
    other_gateway.json(&["backup", "keys", "--keys", "only"]);
    copied(&setup.home, "saved-keys", "unsigned-keys");
    fs::remove_file(setup.home.beside("unsigned-keys/backup.sig")).unwrap();
    copied(&setup.home, "saved-keys", "changed-keys");
    edit_manifest(&setup.home.beside("changed-keys"), |manifest| {
        manifest["taken_at"] = json!("2020-01-01T00:00:00.000Z")
    });
    let other_keys = other_gateway.beside("keys").display().to_string();
    for (keys, message) in [
        (other_keys.as_str(), "signed with another key"),
        ("unsigned-keys", "unsigned-keys is not signed"),
        ("changed-keys", "the signature of changed-keys is wrong"),
    ] {
        let stderr = setup.home.failure(&["restore", "saved", "--dir", "new", "--keys", keys]);
        assert!(stderr.contains(message), "{stderr}");
        setup.assert_nothing_restored(keys);
    }
    // A backup with its keys of another gateway is complete, but not of this gateway.
    other_gateway.json(&["backup", "saved"]);
    let saved = other_gateway.beside("saved").display().to_string();
    let own_key = setup.home.file("certs/audit.pub").display().to_string();
    let stderr =
        setup.home.failure(&["restore", &saved, "--dir", "new", "--keys", &other_keys, "--audit-key", &own_key]);
    assert!(stderr.contains("signed with another key"), "{stderr}");
}

#[test]
fn the_key_is_the_one_that_is_named_or_of_the_keys_or_the_backups_own_which_proves_less() {
    let setup = BackupSetup::new();
    setup.back_up();
    fs::copy(setup.home.file("certs/audit.pub"), setup.home.beside("audit.pub")).unwrap();
    let sha256 = setup.home.json(&["backup", "again"])["holds"]["key"].as_str().unwrap().to_owned();
    for (arguments, from) in [
        (&["--keys", "saved-keys", "--audit-key", "audit.pub"][..], "given"),
        (&["--audit-key", "audit.pub"], "given"),
        (&["--keys", "saved-keys"], "keys"),
        (&[], "backup"),
    ] {
        let output = setup.home.run(&[&["restore", "saved", "--dir", "new", "--json"], arguments].concat());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(printed["audit_key"], json!({ "sha256": sha256, "from": from }));
        let proves_less = stderr.contains("not that the gateway made it") && stderr.contains(&sha256);
        assert_eq!(proves_less, from == "backup", "{stderr}");
        fs::remove_dir_all(setup.home.beside("new")).unwrap();
    }
    let message = setup.home.failure(&["restore", "saved", "--dir", "new", "--audit-key", "gateway/certs/server.crt"]);
    assert!(message.contains("not a public key"), "{message}");
}

#[test]
fn anybody_can_verify_a_backup_with_openssl() {
    let setup = BackupSetup::new();
    setup.back_up();
    for folder in ["saved", "saved-keys"] {
        let verified = Command::new("openssl")
            .args(["dgst", "-sha256", "-verify"])
            .arg(setup.home.file("certs/audit.pub"))
            .arg("-signature")
            .arg(setup.home.beside(folder).join("backup.sig"))
            .arg(setup.home.beside(folder).join("backup.json"))
            .output()
            .unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }
    let manifest: Value = serde_json::from_slice(&fs::read(setup.home.beside("saved/backup.json")).unwrap()).unwrap();
    assert_eq!(manifest["format"], "lichtbild-backup/v1");
    let output = Command::new("sha256sum").arg(setup.home.beside("saved/lichtbild.sqlite")).output().unwrap();
    let digest = String::from_utf8_lossy(&output.stdout).split(' ').next().unwrap().to_owned();
    assert_eq!(manifest["database"]["sha256"], digest);
}

#[tokio::test]
async fn what_is_not_signed_is_taken_only_if_that_is_said() {
    let setup = BackupSetup::new();
    fs::rename(setup.home.file("certs/audit.key"), setup.home.beside("audit.key")).unwrap();
    let message = setup.home.failure(&["backup", "saved"]);
    assert!(
        message.contains("audit.key") && message.contains("does not exist") && message.contains("--unsigned"),
        "{message}"
    );
    setup.home.json(&["backup", "saved", "--unsigned"]);
    // The format of older versions.
    copied(&setup.home, "saved", "older");
    edit_manifest(&setup.home.beside("older"), |manifest| {
        manifest["format"] = json!(1);
        let manifest = manifest.as_object_mut().unwrap();
        manifest.remove("key");
        manifest.remove("log");
        manifest["database"].as_object_mut().unwrap().remove("sha256");
    });
    for folder in ["saved", "older"] {
        let stderr = setup.home.failure(&["restore", folder, "--dir", "new"]);
        assert!(stderr.contains("is not signed") && stderr.contains("--unsigned"), "{stderr}");
        setup.assert_nothing_restored(folder);
        setup.home.json(&["restore", folder, "--dir", "new", "--unsigned"]);
        fs::remove_dir_all(setup.home.beside("new")).unwrap();
    }
    // The end of the log is compared in any case.
    cut_log(&setup.home.beside("older/lichtbild.sqlite")).await;
    let stderr = setup.home.failure(&["restore", "older", "--dir", "new", "--unsigned"]);
    assert!(stderr.contains("the audit log ends with row"), "{stderr}");
    setup.assert_nothing_restored("cut log");
    // The backup is damaged, and there is no better one.
    flip(&setup.home.beside("saved/lichtbild.sqlite"), 27);
    let stderr = setup.home.failure(&["restore", "saved", "--dir", "new", "--unsigned"]);
    assert!(stderr.contains("not the database that was backed up"), "{stderr}");
    setup.home.json(&["restore", "saved", "--dir", "new", "--unsigned", "--despite-faults"]);
}

#[tokio::test]
async fn what_the_program_did_not_make_is_not_restored_whoever_signed_it() {
    let setup = BackupSetup::new();
    let database = RawDatabase::open(&setup.home.database()).await;
    for (kind, plant) in [
        (
            "trigger planted on photos",
            "CREATE TRIGGER planted AFTER UPDATE OF held_back_since ON photos
             BEGIN UPDATE photos SET held_back_since = NULL; END",
        ),
        ("view planted", "CREATE VIEW planted AS SELECT * FROM photos"),
        ("index planted on photos", "CREATE INDEX planted ON photos (width)"),
        ("table planted", "CREATE TABLE planted (a TEXT)"),
    ] {
        database.execute(plant).await.unwrap();
        let folder = kind.replace(' ', "-");
        let backup = setup.home.run(&["backup", &folder]);
        let stderr = String::from_utf8_lossy(&backup.stderr).into_owned();
        assert!(
            backup.status.success() && stderr.contains("will refuse this backup") && stderr.contains(kind),
            "{stderr}"
        );
        for more in [&[][..], &["--despite-faults"]] {
            let stderr = setup.home.failure(&[&["restore", &folder, "--dir", "new"], more].concat());
            assert!(stderr.contains(kind) && stderr.contains("this program does not make it"), "{stderr}");
            setup.assert_nothing_restored(kind);
        }
        let output = setup.home.run(&["verify", "--json", "--database", &format!("{folder}/lichtbild.sqlite")]);
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &printed["findings"]["faults"]), (Some(3), &json!({ "schema_changed": 1 })));
        database.execute(&format!("DROP {} planted", kind.split(' ').next().unwrap())).await.unwrap();
    }
    // The same in an unsigned backup.
    setup.home.json(&["backup", "saved"]);
    fs::remove_file(setup.home.beside("saved/backup.sig")).unwrap();
    edit_manifest(&setup.home.beside("saved"), |manifest| {
        manifest["database"].as_object_mut().unwrap().remove("sha256");
    });
    let saved = RawDatabase::open(&setup.home.beside("saved/lichtbild.sqlite")).await;
    saved.execute("CREATE TRIGGER planted AFTER INSERT ON audit BEGIN DELETE FROM frames; END").await.unwrap();
    let stderr = setup.home.failure(&["restore", "saved", "--dir", "new", "--unsigned"]);
    assert!(stderr.contains("trigger planted on audit"), "{stderr}");
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let setup = BackupSetup::new();
    for file in ["backup.json", "backup.sig", "gateway.toml", "lichtbild.sqlite"] {
        let saved = format!("saved-{file}");
        setup.home.json(&["backup", &saved, "--keys", "with"]);
        let file = setup.home.beside(&saved).join(file);
        fs::remove_file(&file).unwrap();
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        let message = setup.home.failure(&["restore", &saved, "--dir", "new"]);
        assert!(message.contains("regular file"), "{message}");
        assert!(!setup.home.beside("new").exists());
    }
}
