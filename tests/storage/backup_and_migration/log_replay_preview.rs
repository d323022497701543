//! `restore --log-since` shows its changes first, and applies only rows that signed checkpoints cover.

skip_in!(quick, postgres: "starts the program, with databases of its own");

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use lichtbild::domain::log::chain::ChainRow;
use lichtbild::domain::log::chain_digest;
use lichtbild::wire::audit::to_json_line;
use serde_json::{Value, json};

use super::BackupSetup;
use super::log_replay::export;

/// A forged row after another one; the chain has no key.
fn forged(before: &ChainRow, event: &str, subject: &str) -> ChainRow {
    let (sequence, details, actor) = (before.sequence + 1, "{}", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e");
    let at = before.at.unix_milliseconds();
    let sha256 = chain_digest(&before.sha256, sequence, at, actor, event, Some(subject), details);
    ChainRow {
        sequence,
        at: before.at,
        actor: actor.into(),
        event: event.into(),
        subject: Some(subject.into()),
        details: details.into(),
        prev: before.sha256,
        sha256,
    }
}

const RESTORE: [&str; 8] = ["restore", "saved", "--dir", "new", "--keys", "saved-keys", "--log-since", "log.jsonl"];
const CHECKPOINTS: [&str; 2] = ["--checkpoints", "gateway/checkpoints"];

/// A gateway with three photos and a backup. After the backup one photo is withdrawn, a device revoked and an office
/// suspended. The export is `log.jsonl`, and checkpoints cover it. Returns the ids of the photos, the withdrawn one
/// first.
async fn setup_with_export() -> (BackupSetup, Vec<String>, Vec<ChainRow>) {
    let setup = BackupSetup::new();
    let till = setup.home.device("studio", "Foto Koch");
    let gateway = setup.home.start();
    let studio = setup.studio.client(gateway.studio());
    let mut photos = Vec::new();
    for number in 0..3 {
        photos.push(studio.deposit(&format!("a-key-of-photo-{number}")).await.unwrap().text("photo_id"));
    }
    setup.back_up();
    let withdrawn = studio.request(reqwest::Method::DELETE, &format!("/v1/photos/{}", photos[0])).send().await.unwrap();
    assert!(withdrawn.status().is_success());
    assert!(setup.home.run(&["device", "revoke", &till.device_id]).status.success());
    assert!(setup.home.run(&["office", "suspend", "Amt Nord"]).status.success());
    assert!(gateway.stop().success());
    let log = export(&setup).await;
    fs::write(setup.home.beside("log.jsonl"), &log).unwrap();
    let rows = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (setup, photos, rows)
}

fn write(setup: &BackupSetup, rows: &[ChainRow]) {
    fs::write(setup.home.beside("log.jsonl"), rows.iter().map(to_json_line).collect::<String>()).unwrap();
}

#[tokio::test]
async fn what_would_be_erased_is_shown_before_it_is_and_nothing_happens_without_a_yes() {
    let (setup, photos, _) = setup_with_export().await;
    let with_checkpoints = [&RESTORE[..], &CHECKPOINTS].concat();
    let output = setup.home.run(&with_checkpoints);
    let (shown, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
    for part in [
        &photos[0],
        "withdrawn",
        "photos erased      1",
        "devices revoked    1",
        "parties suspended  1",
        "moved       0",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains(&photos[1]) && stderr.contains("again with --yes"), "{shown}{stderr}");
    setup.assert_nothing_restored("not asked");

    let output = setup.home.run(&[&with_checkpoints[..], &["--json"]].concat());
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &printed["carried_out"]), (Some(1), &json!(false)));
    assert_eq!(
        (&printed["photos"][0]["photo_id"], &printed["photos"][0]["state"]),
        (&json!(photos[0]), &json!("withdrawn"))
    );
    assert!(printed["photos"][0]["erased_at"].is_string());
    assert_eq!((&printed["would_replay"]["revoked"], &printed["would_replay"]["suspended"]), (&json!(1), &json!(1)));
    setup.assert_nothing_restored("not asked, for programs");

    let restored = setup.home.json(&[&with_checkpoints[..], &["--yes"]].concat());
    assert_eq!((&restored["replayed"]["erased"], &restored["photos_held_back"]), (&json!(1), &json!(2)));
    assert_eq!(restored["changed_photos"], printed["photos"]);
}

#[tokio::test]
async fn at_a_terminal_it_goes_on_when_yes_is_typed() {
    let (setup, photos, _) = setup_with_export().await;
    let command = [&[env!("CARGO_BIN_EXE_lichtbild-gateway")], &RESTORE[..], &CHECKPOINTS].concat().join(" ");
    for (typed, goes_on) in [("no\n", false), ("\n", false), ("yes\n", true)] {
        let mut terminal = Command::new("script");
        setup.home.set_environment(&mut terminal);
        let mut terminal = terminal
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        terminal.stdin.as_mut().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = terminal.wait_with_output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains(&photos[0]) && shown.contains("Type yes"), "{shown}");
        assert_eq!(
            (output.status.success(), setup.home.beside("new").exists()),
            (goes_on, goes_on),
            "{typed:?}: {shown}"
        );
    }
}

#[tokio::test]
async fn rows_that_a_forger_added_are_refused_and_left_out_on_request() {
    let (setup, photos, mut rows) = setup_with_export().await;
    for photo in &photos[1..] {
        rows.push(forged(rows.last().unwrap(), "photo.withdrawn", photo));
    }
    write(&setup, &rows);
    let (first, last) = (rows.len() - 1, rows.len());
    for checkpoints in [&CHECKPOINTS[..], &[]] {
        let stderr = setup.home.failure(&[&RESTORE[..], &["--yes"], checkpoints].concat());
        assert!(stderr.contains("no signed checkpoint covers rows"), "{stderr}");
        let begins = if checkpoints.is_empty() { String::new() } else { format!("rows {first} to {last} of") };
        assert!(stderr.contains(&begins) && stderr.contains("--uncovered leave-out"), "{stderr}");
        setup.assert_nothing_restored("forged");
    }
    let left_out = [&RESTORE[..], &CHECKPOINTS, &["--yes", "--uncovered", "leave-out"]].concat();
    assert_eq!(setup.home.json(&left_out)["replayed"]["erased"], 1);
    fs::remove_dir_all(setup.home.beside("new")).unwrap();
    let mut carried_out = [&RESTORE[..], &["--yes", "--uncovered", "carry-out"]].concat();
    let output = setup.home.run(&carried_out);
    let output = [output.stdout, output.stderr].concat();
    // The forged rows lack the digest that requires the key file.
    assert!(
        String::from_utf8_lossy(&output).contains("does not carry the digest"),
        "{}",
        String::from_utf8_lossy(&output)
    );
    setup.assert_nothing_restored("unproved");
    carried_out.push("--despite-faults");
    assert_eq!(setup.home.json(&carried_out)["replayed"]["erased"], 3);
}

#[tokio::test]
async fn an_export_has_to_meet_every_checkpoint() {
    let (setup, photos, rows) = setup_with_export().await;
    let with_checkpoints = [&RESTORE[..], &CHECKPOINTS, &["--yes"]].concat();
    let saved: Value = serde_json::from_slice(&fs::read(setup.home.beside("saved/backup.json")).unwrap()).unwrap();
    let end = usize::try_from(saved["database"]["log_rows"].as_u64().unwrap()).unwrap();
    // Rewritten from the end of the backup, with as many rows as the checkpoint counts.
    let mut anew = rows[..end].to_vec();
    while anew.len() < rows.len() {
        anew.push(forged(anew.last().unwrap(), "photo.withdrawn", &photos[1]));
    }
    write(&setup, &anew);
    let stderr = setup.home.failure(&with_checkpoints);
    assert!(stderr.contains("was not written by the gateway") && stderr.contains("were rewritten"), "{stderr}");
    write(&setup, &rows[..rows.len() - 1]);
    let stderr = setup.home.failure(&with_checkpoints);
    assert!(stderr.contains("ends too early"), "{stderr}");
    setup.assert_nothing_restored("anew");

    write(&setup, &rows);
    let other_gateway = BackupSetup::new();
    assert!(other_gateway.home.start().stop().success());
    let other_checkpoints = other_gateway.home.file("checkpoints").display().to_string();
    let stderr = setup.home.failure(&[&RESTORE[..], &["--yes", "--checkpoints", &other_checkpoints]].concat());
    assert!(stderr.contains("signed with another key"), "{stderr}");
    setup.assert_nothing_restored("strange checkpoints");
}
