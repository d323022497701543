//! `restore` creates a gateway from a backup that hands over no photo that may have been used since.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::BackupSetup;
use crate::support::gateway_process::GatewayFolder;
use crate::support::postgres::{PostgresServer, TestDatabase};

#[tokio::test]
async fn a_photo_that_was_used_after_the_backup_is_not_handed_out_again() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    let (studio, office) = (setup.studio.client(gateway.studio()), setup.office.client(gateway.office()));
    let used = studio.deposit("a-key-of-one-that-is-used").await.unwrap().code();
    let waiting = studio.deposit("a-key-of-one-that-waits").await.unwrap();
    let handed_over = studio.deposit("a-key-of-one-that-is-seen").await.unwrap().code();
    let collection = office.collect_ok(&handed_over).await;
    assert_eq!(office.fetch(&collection, &handed_over).await.unwrap().status, 200);
    setup.back_up();
    let collection = office.collect_ok(&used).await;
    assert_eq!(office.fetch(&collection, &used).await.unwrap().status, 200);
    office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    let forgotten = studio.deposit("a-key-of-after-the-backup").await.unwrap().code();
    drop(gateway);

    let restored = setup.restore_in_place();
    assert_eq!((&restored["photos_held_back"], &restored["missing"]), (&json!(3), &json!([])));
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let gateway = setup.home.start();
    let other = setup.other.client(gateway.office());
    let office = setup.office.client(gateway.office());
    let (of_both, waiting_code) = ([&other, &office], waiting.code());
    for (code, offices) in [(&used, &of_both[..]), (&waiting_code, &of_both), (&handed_over, &of_both[1..])] {
        for office in offices {
            let refused = office.collect(code).await.unwrap();
            assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
            assert_eq!(refused.json()["held_back_because"], "restored");
        }
    }
    assert_eq!(other.collect(&handed_over).await.unwrap().problem(), (409, "photo-leased-elsewhere".into()));
    assert_eq!(other.collect(&forgotten).await.unwrap().problem(), (404, "code-unknown".into()));
    // A repeated deposit gets the code that the citizen has.
    let studio = setup.studio.client(gateway.studio());
    let again = studio.deposit("a-key-of-after-the-backup").await.unwrap();
    assert_eq!((again.code(), again.is_replayed()), (forgotten.clone(), false));
    other.collect_ok(&forgotten).await;

    let listed = setup.home.json(&["restored", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    assert_eq!(listed[1]["photo_id"], waiting.text("photo_id"));
    let released = setup.home.json(&["restored", "release", &waiting.text("photo_id")]);
    assert_eq!(released["photos"], 1);
    let message = setup.home.failure(&["restored", "release", &waiting.text("photo_id")]);
    assert!(message.contains("quarantine list"), "{message}");
    let collection = other.collect_ok(&waiting.code()).await;
    assert_eq!(other.fetch(&collection, &waiting.code()).await.unwrap().status, 200);
    assert_eq!(other.collect(&used).await.unwrap().status, 409);
    assert_eq!(setup.home.json(&["restored", "release", "--all"])["photos"], 2);
    office.collect_ok(&handed_over).await;
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
}

#[test]
fn a_backup_without_its_keys_is_restored_and_says_what_is_missing() {
    let setup = BackupSetup::new();
    setup.back_up();
    let output = setup.home.run(&["restore", "saved", "--dir", "new"]);
    let (out, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(out.contains("gateway.key (key_file)") && stderr.contains("missing keys"), "{out}{stderr}");
    assert!(!setup.home.beside("new/gateway.key").exists());
    let message = setup.home.failure(&["restore", "saved-keys", "--dir", "newer"]);
    assert!(message.contains("has keys only"), "{message}");
    let message = setup.home.failure(&["restore", "saved", "--dir", "new"]);
    assert!(message.contains("new is there already"), "{message}");
}

fn flip_last_byte(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn what_is_not_as_it_was_backed_up_is_refused_and_nothing_is_left_behind() {
    let setup = BackupSetup::new();
    let gateway = setup.home.start();
    setup.studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap();
    drop(gateway);
    setup.back_up();
    let other_gateway = GatewayFolder::new();
    other_gateway.json(&["backup", "keys", "--keys", "only"]);
    let other_keys = other_gateway.beside("keys").display().to_string();
    let message = setup.home.failure(&["restore", "saved", "--dir", "new", "--keys", &other_keys]);
    assert!(message.contains("another gateway"), "{message}");

    flip_last_byte(&setup.home.beside("saved-keys/certs/server.key"));
    let message = setup.home.failure(&["restore", "saved", "--dir", "new", "--keys", "saved-keys"]);
    assert!(message.contains("server.key") && message.contains("is not the file"), "{message}");

    // Damage from before the backup.
    let database = crate::support::raw_database::RawDatabase::open(&setup.home.database()).await;
    database
        .execute("UPDATE frames SET frame = CAST(substr(frame, 1, 5000) || x'00' || substr(frame, 5002) AS BLOB)")
        .await
        .unwrap();
    setup.home.json(&["backup", "unsound"]);
    let output = setup.home.run(&["restore", "unsound", "--dir", "new"]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("is damaged") && stderr.contains("--despite-faults"), "{stderr}");
    assert!(!setup.home.beside("new").exists());
    let entries = fs::read_dir(setup.home.beside("")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(entries.into_iter().all(|name| !name.to_string_lossy().starts_with(".lichtbild-")));
    setup.home.json(&["restore", "unsound", "--dir", "new", "--despite-faults"]);
}

#[test]
fn paths_outside_the_gateways_folder_lead_into_the_new_one() {
    let home = GatewayFolder::new();
    fs::rename(home.file("certs/server.crt"), home.beside("server.crt")).unwrap();
    fs::rename(home.file("lichtbild.sqlite"), home.beside("rows.sqlite")).unwrap();
    home.set("server", &format!("{:?}", home.beside("server.crt")));
    home.set("database", &format!("{:?}", home.beside("rows.sqlite")));
    home.json(&["backup", "saved", "--keys", "with"]);
    home.json(&["restore", "saved", "--dir", "new"]);
    let text = fs::read_to_string(home.beside("new/gateway.toml")).unwrap();
    assert!(!text.contains(&home.beside("").display().to_string()), "{text}");
    assert!(home.beside("new/elsewhere/certificates.server").exists());
    let mut command = home.command();
    command.env("LICHTBILD_CONFIG", home.beside("new/gateway.toml"));
    assert!(home.start_as(command).stop().success());
}

#[test]
fn an_invitation_that_may_have_been_used_since_leads_nowhere() {
    let setup = BackupSetup::new();
    setup.home.json(&["studio", "invite", "Foto Neu", "--place", "Köln"]);
    setup.back_up();
    assert_eq!(setup.restore_in_place()["invitations_ended"], 1);
    let invited = setup.home.json(&["device", "list"]);
    let states: Vec<_> = invited.as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
    assert!(!states.contains(&json!("invited")), "{states:?}");
}

#[tokio::test]
async fn a_servers_dump_comes_back_and_its_photos_are_quarantined() {
    let database = TestDatabase::empty().await;
    let setup = BackupSetup::at(GatewayFolder::over_server(&database.url));
    let gateway = setup.home.start();
    let code = setup.studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap().code();
    let dump = setup.home.beside("lichtbild.dump");
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(PostgresServer::program_path(program)).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let dump = dump.to_str().unwrap();
    run("pg_dump", &["--format=custom", &format!("--file={dump}"), &database.url]);
    let office = setup.office.client(gateway.office());
    let collection = office.collect_ok(&code).await;
    office.fetch(&collection, &code).await.unwrap();
    office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    drop(gateway);

    let new = TestDatabase::empty().await;
    let into = format!("--dbname={}", new.url);
    run("pg_restore", &["--no-owner", "--exit-on-error", "--single-transaction", &into, dump]);
    setup.home.set("database", &format!("\"{}\"", new.url));
    let held = setup.home.json(&["restored", "hold", "--as-of", "2026-11-22T09:30:00Z"]);
    assert_eq!(held["photos"], 1);
    assert_eq!(setup.home.json(&["verify"])["sound"], true);
    let gateway = setup.home.start();
    let refused = setup.other.client(gateway.office()).collect(&code).await.unwrap();
    assert_eq!(refused.problem(), (409, "photo-quarantined".into()));
    assert_eq!(refused.json()["held_back_since"], "2026-11-22T09:30:00.000Z");
}
