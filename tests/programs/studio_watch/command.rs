//! `lichtbild-studio watch` as a process: exit codes, output and end.

skip_in!(quick: "starts the program");

use std::fs;
use std::process::{Command, Output, Stdio};

use lichtbild::validation::Profile;
use serde_json::json;

use super::watched_studio::photo;
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for, photo_in_state};
use crate::support::gateway_process::wait_until;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::SMALL_PROFILE_TOML;

async fn gateway(script: impl IntoIterator<Item = ScriptedReply>) -> FakeGateway {
    let gateway = FakeGateway::with_script(script).await;
    gateway.show_profile(&serde_json::to_value(Profile::parse("small", SMALL_PROFILE_TOML).unwrap()).unwrap());
    fs::create_dir(gateway.directory().join("export")).unwrap();
    gateway
}

fn watch(gateway: &FakeGateway, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.current_dir(gateway.directory()).env("LICHTBILD_STUDIO_CONFIG", gateway.config());
    command.args(["watch", "export", "--settle", "0", "--cut-after", "0"]).args(more);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn once(gateway: &FakeGateway, more: &[&str]) -> Output {
    let mut command = watch(gateway, &[&["--once"], more].concat());
    // On a thread of its own: the gateway that it talks to lives on this one.
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn once_ends_with_0_when_all_were_sent_and_a_log_holds_no_code() {
    let gateway = gateway([]).await;
    for number in 0..3 {
        fs::write(gateway.directory().join(format!("export/photo {number}.jpg")), photo(number)).unwrap();
    }
    let output = once(&gateway, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout).matches("eingeliefert").count(), 3, "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("photo 1.receipt.txt"));
    for seen in gateway.uploads() {
        let code = code_for(seen.key());
        assert!(!text(&output.stdout).contains(&code) && !text(&output.stderr).contains(&code));
    }
    let receipt = fs::read_to_string(gateway.directory().join("export/sent/photo 1.receipt.txt")).unwrap();
    assert!(receipt.starts_with("Abrufcode: "), "{receipt}");
}

#[tokio::test]
async fn a_refused_photo_ends_with_3_and_a_report_that_says_what_to_do() {
    let gateway = gateway([]).await;
    fs::write(gateway.directory().join("export/wide.jpg"), colour_jpeg(90, 45)).unwrap();
    fs::write(gateway.directory().join("export/scan.png"), "a scan").unwrap();
    let output = once(&gateway, &["--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    let report = fs::read_to_string(gateway.directory().join("export/refused/wide.txt")).unwrap();
    assert!(report.contains("measured: ") && report.contains("export it again"), "{report}");
    let report = fs::read_to_string(gateway.directory().join("export/refused/scan.txt")).unwrap();
    assert!(report.contains("format JPEG"), "{report}");
}

#[tokio::test]
async fn what_still_waits_decides_the_exit_code() {
    let suspended = gateway([ScriptedReply::Problem(403, "studio-suspended", None)]).await;
    fs::write(suspended.directory().join("export/anna.jpg"), photo(1)).unwrap();
    let output = once(&suspended, &["--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("asked again every 5 minutes"), "{}", text(&output.stderr));

    let revoked = gateway([ScriptedReply::Problem(403, "device-revoked", None)]).await;
    fs::write(revoked.directory().join("export/anna.jpg"), photo(1)).unwrap();
    let output = once(&revoked, &["--lang", "en"]).await;
    let told = text(&output.stderr);
    assert!(output.status.code() == Some(5) && told.contains("enrol --replace"), "{told}");
    assert!(!told.contains("5 minutes") && !told.contains("active again"), "nobody lets it in again: {told}");

    let away = gateway([]).await;
    away.write_config("https://127.0.0.1:1");
    fs::write(away.directory().join("export/anna.jpg"), photo(1)).unwrap();
    let output = once(&away, &["--give-up-after", "0", "--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(4), "{}", text(&output.stderr));
}

#[tokio::test]
async fn a_refusal_at_the_counter_is_printed_once_with_reason_and_note_and_left_as_a_report() {
    let gateway = gateway([]).await;
    fs::write(gateway.directory().join("export/anna.jpg"), photo(1)).unwrap();
    assert_eq!(once(&gateway, &[]).await.status.code(), Some(0));
    let mut refused = photo_in_state(&gateway.uploads()[0], "refused");
    refused["settled_at"] = "2026-11-25T10:00:00Z".into();
    refused["refusal"] = json!({"reason": "eyes_closed", "note": "Augen\u{202e}bitte öffnen"});
    gateway.show_photos([refused]);
    let output = once(&gateway, &["--delete-sent-after", "0h"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let line = text(&output.stdout).lines().find(|line| line.contains("im Amt abgelehnt  anna.jpg")).unwrap();
    assert!(
        line.contains("Grund: Augen geschlossen oder verdeckt  Notiz des Amts: Augen\\u{202e}bitte öffnen"),
        "{line}"
    );
    assert!(line.contains(" Uhr  ") && line.replace('\\', "/").ends_with("refused/anna.txt"), "{line}");
    let report = fs::read_to_string(gateway.directory().join("export/refused/anna.txt")).unwrap();
    assert!(report.starts_with("anna.jpg: im Amt abgelehnt am 25.11.2026.\n\nFoto-Nr. "), "{report}");
    assert!(report.contains("\nGrund: Augen geschlossen oder verdeckt\nNotiz des Amts: "), "{report}");
    assert!(!report.contains(&code_for(gateway.uploads()[0].key())), "{report}");
    assert!(!gateway.directory().join("export/sent/anna.jpg").exists(), "the report outlives the photo");
    let output = once(&gateway, &[]).await;
    assert!(!text(&output.stdout).contains("anna.jpg"), "{}", text(&output.stdout));
}

#[tokio::test]
async fn a_second_watch_of_a_folder_ends_with_8_and_a_signal_ends_the_first_calmly() {
    let gateway = gateway([]).await;
    let mut first = watch(&gateway, &[]).spawn().unwrap();
    fs::write(gateway.directory().join("export/anna.jpg"), photo(1)).unwrap();
    let sent = gateway.directory().join("export/sent/anna.jpg");
    wait_until("the photo is sent", async || sent.exists()).await;
    let second = once(&gateway, &["--lang", "en"]).await;
    assert_eq!(second.status.code(), Some(8), "{}", text(&second.stderr));
    assert!(text(&second.stderr).contains("already being watched"));
    #[cfg(unix)]
    {
        assert!(Command::new("kill").args(["-TERM", &first.id().to_string()]).status().unwrap().success());
        wait_until("it ends", async || first.try_wait().unwrap().is_some()).await;
        assert_eq!(first.wait().unwrap().code(), Some(0));
    }
    let _ = first.kill();
    let _ = first.wait();
}

#[tokio::test]
async fn a_folder_that_is_not_there_ends_with_6() {
    let gateway = gateway([]).await;
    fs::remove_dir(gateway.directory().join("export")).unwrap();
    assert_eq!(once(&gateway, &[]).await.status.code(), Some(6));
    assert!(!gateway.directory().join("export").exists(), "a mistyped folder is not made");
}

#[cfg(not(windows))]
#[tokio::test]
async fn the_unit_for_systemd_has_absolute_paths_and_its_two_commands_beside_it() {
    let gateway = gateway([]).await;
    let output = once(&gateway, &["--print-systemd-unit", "--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let unit = text(&output.stdout);
    let command = unit.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
    assert!(command.starts_with("ExecStart=\"/") && command.contains("/export\""), "{command}");
    // The unit has the same options: infants are not checked as adults.
    let wishes = ["--print-systemd-unit", "--child", "under6", "--studio", "Foto Koch", "--delete-sent-after", "3d"];
    let output = once(&gateway, &wishes).await;
    let wished = " \"--delete-sent-after\" \"72h\" \"--settle\" \"0\" \"--cut-after\" \"0\" \"--child\" \"under6\" ";
    assert!(text(&output.stdout).contains(wished), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains(" \"--studio\" \"Foto Koch\" \"--\" "), "{}", text(&output.stdout));
    assert!(unit.contains("Restart=on-failure\n") && unit.contains("[Install]\n"), "{unit}");
    assert!(text(&output.stderr).contains("systemctl --user enable --now lichtbild-watch.service"));
    assert!(text(&output.stderr).contains("loginctl enable-linger"));
}

#[cfg(windows)]
#[tokio::test]
async fn the_task_for_windows_has_absolute_paths_and_its_two_commands_beside_it() {
    let gateway = gateway([]).await;
    let wishes = ["--print-task", "--child", "under6", "--studio", "Foto Köch", "--lang", "en"];
    let output = once(&gateway, &wishes).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let task = text(&output.stdout);
    assert!(task.is_ascii() && task.starts_with("<Task version=\"1.2\""), "{task}");
    let config = gateway.directory().join("studio.toml");
    let arguments = task.split_once("<Arguments>").unwrap().1.split_once("</Arguments>").unwrap().0;
    assert!(arguments.starts_with("watch --config ") && arguments.contains(config.to_str().unwrap()), "{arguments}");
    assert!(
        arguments.contains("--child under6 ") && arguments.contains("--studio &#34;Foto K&#246;ch&#34; "),
        "{arguments}"
    );
    assert!(text(&output.stderr).contains("schtasks /create /tn \"Lichtbild %USERNAME%\" /xml"));
}

#[tokio::test]
async fn a_file_for_another_system_is_refused_and_names_the_option_for_this_one() {
    let gateway = gateway([]).await;
    let [asked, named] = match cfg!(windows) {
        true => ["--print-systemd-unit", "--print-task"],
        false => ["--print-task", "--print-systemd-unit"],
    };
    let output = once(&gateway, &[asked]).await;
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(text(&output.stderr).contains(named), "{}", text(&output.stderr));
}

#[tokio::test]
async fn an_empty_photo_ends_with_6_and_other_files_are_named() {
    let gateway = gateway([]).await;
    fs::write(gateway.directory().join("export/anna.jpg"), "").unwrap();
    fs::write(gateway.directory().join("export/bert.jpg"), photo(1)).unwrap();
    fs::write(gateway.directory().join("export/list.txt"), "a list").unwrap();
    fs::create_dir(gateway.directory().join("export/today")).unwrap();
    let output = once(&gateway, &["--lang", "en"]).await;
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("sent  bert.jpg"), "{}", text(&output.stdout));
    for told in ["anna.jpg is empty", "not photos: list.txt.", "subfolder today is not searched"] {
        assert_eq!(text(&output.stderr).matches(told).count(), 1, "{}", text(&output.stderr));
    }
}

#[tokio::test]
async fn the_folder_is_an_argument_or_a_setting_beside_the_configuration() {
    let gateway = gateway([]).await;
    let run = |dir: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        command.args(["watch", "--once", "--settle", "0", "--cut-after", "0", "--lang", "en"]).args(dir);
        // The setting is relative to the file, not to the current folder.
        command.env("LICHTBILD_STUDIO_CONFIG", gateway.config()).current_dir(std::env::temp_dir());
        tokio::task::spawn_blocking(move || command.output())
    };
    let neither = run(&[]).await.unwrap().unwrap();
    assert_eq!(neither.status.code(), Some(2), "{}", text(&neither.stderr));
    assert!(text(&neither.stderr).contains("folder = "), "{}", text(&neither.stderr));

    let config = fs::read_to_string(gateway.config()).unwrap();
    fs::write(gateway.config(), format!("{config}folder = \"export\"\n")).unwrap();
    fs::write(gateway.directory().join("export/anna.jpg"), photo(1)).unwrap();
    let set = run(&[]).await.unwrap().unwrap();
    assert_eq!(set.status.code(), Some(0), "{}", text(&set.stderr));
    assert!(gateway.directory().join("export/sent/anna.jpg").exists());

    let other = gateway.directory().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("bert.jpg"), photo(2)).unwrap();
    let named = run(&[other.to_str().unwrap()]).await.unwrap().unwrap();
    assert_eq!(named.status.code(), Some(0), "{}", text(&named.stderr));
    assert!(other.join("sent/bert.jpg").exists());
}
