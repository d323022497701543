//! The program as a process: exit codes, stdout and stderr.

skip_in!(quick: "starts the program");

use std::path::Path;
use std::process::{Command, Output};

use super::push_studio::PHOTO;
use crate::support::fake_gateway::{FakeGateway, PkiFault, ScriptedReply, code_for};
use crate::support::photos::variants::variant;

async fn studio(arguments: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
    command.args(arguments).env("LICHTBILD_STUDIO_CONFIG", config);
    // On a thread of its own: the gateway that it talks to lives on this one.
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

pub struct PushRun {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub async fn push(gateway: &FakeGateway, more: &[&str]) -> PushRun {
    let photo = gateway.directory().join("photo.jpg");
    std::fs::write(&photo, PHOTO).unwrap();
    push_file(gateway, &photo, more).await
}

pub async fn push_file(gateway: &FakeGateway, photo: &Path, more: &[&str]) -> PushRun {
    push_files(gateway, &[photo.to_str().unwrap()], more).await
}

#[tokio::test]
async fn success_prints_the_code_on_stdout_and_the_next_step_on_stderr() {
    let gateway = FakeGateway::with_script([]).await;
    let run = push(&gateway, &[]).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let code = code_for(gateway.uploads()[0].key());
    assert!(run.stdout.starts_with(&format!("Abrufcode:   {code}\n")), "{}", run.stdout);
    // It ends in the morning of the 31st. The last whole day is the one before, as on the citizen receipt.
    assert!(run.stdout.contains("einschließlich 30.12.2999"), "{}", run.stdout);
    assert!(!run.stderr.contains(&code));
    assert!(run.stderr.trim_end().ends_with("mitgeben."), "{}", run.stderr);
}

#[tokio::test]
async fn words_of_a_hostile_gateway_are_shown_by_the_numbers_of_hidden_characters() {
    const HOSTILE: &str = "de\u{202e}x\u{2028}y\u{9b}2J\u{1b}\u{200b}\u{e0041}";
    let reply = || ScriptedReply::ReceiptWithField("profile", HOSTILE.into());
    let gateway = FakeGateway::with_script([reply(), reply()]).await;
    let run = push(&gateway, &[]).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let shown = "de\\u{202e}x\\u{2028}y\\u{9b}2J\\u{1b}\\u{200b}\\u{e0041}";
    assert!(
        run.stdout.contains(shown)
            && run
                .stdout
                .chars()
                .all(|character| !HOSTILE[2..].contains(character) || character.is_ascii_alphanumeric()),
        "{}",
        run.stdout
    );
    let run = push(&gateway, &["--json", "--again"]).await;
    assert!(run.stdout.contains("de\\u202ex\\u2028y") && !run.stdout.contains('\u{e0041}'), "{}", run.stdout);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run.stdout).unwrap()["profile"], HOSTILE);
}

#[tokio::test]
async fn json_is_one_line_and_a_repeat_says_so() {
    let gateway = FakeGateway::with_script([]).await;
    for replayed in [false, true] {
        let run = push(&gateway, &["--json", "--lang", "en"]).await;
        assert_eq!((run.code, run.stdout.lines().count()), (0, 1), "{}", run.stderr);
        let line: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(line["code"], code_for(gateway.uploads()[0].key()));
        assert_eq!(line["replayed"], replayed);
    }
    assert_eq!(gateway.uploads().len(), 1);
    assert_eq!(gateway.uploads()[0].header("accept-language"), "en");
}

#[tokio::test]
async fn a_refused_photo_ends_with_3_and_its_findings() {
    let refused = ScriptedReply::Problem(422, "photo-refused", None);
    let gateway = FakeGateway::with_script([refused.clone(), refused]).await;
    let run = push(&gateway, &[]).await;
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    let findings = "Titel.:\n  - Ablehnung: Die Datei ist kein JPEG. (gemessen: PNG; verlangt: JPEG)\n    Als JPEG exportieren.\n  - Hinweis: Klein. \
                    (gemessen: 1; verlangt: 2)\n";
    assert!(run.stderr.starts_with(findings), "{}", run.stderr);
    let run = push(&gateway, &["--json"]).await;
    assert_eq!(run.code, 3);
    let line: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(line["type"], "photo-refused");
}

/// Pushes photos, which are named by their paths or by their names in the gateway's directory.
async fn push_files(gateway: &FakeGateway, names: &[&str], more: &[&str]) -> PushRun {
    let paths: Vec<_> = names.iter().map(|name| gateway.directory().join(name)).collect();
    let mut arguments = vec!["push", "--give-up-after", "0"];
    arguments.extend(paths.iter().map(|path| path.to_str().unwrap()));
    arguments.extend(more);
    let output = studio(&arguments, &gateway.config()).await;
    PushRun {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn of_several_photos_each_has_its_result_and_the_worst_decides() {
    let script = [ScriptedReply::Problem(422, "photo-refused", None), ScriptedReply::Receipt];
    let gateway = FakeGateway::with_script(script).await;
    for name in ["anna.jpg", "bert.jpg"] {
        std::fs::write(gateway.directory().join(name), [PHOTO, name.as_bytes()].concat()).unwrap();
    }
    // Quoted, so that the shell does not expand the pattern.
    let run = push_files(&gateway, &["none.jpg", "*.jpg", "*.tif"], &["--json", "--lang", "en"]).await;
    assert_eq!(run.code, 6, "{}", run.stderr);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (line["file"].as_str().unwrap().rsplit(['/', '\\']).next().unwrap(), line["exit"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(told, [("none.jpg", 6), ("anna.jpg", 3), ("bert.jpg", 0), ("*.tif", 6)]);
    assert_eq!(
        (&lines[1]["type"], &lines[2]["code"]),
        (&"photo-refused".into(), &code_for(gateway.uploads()[1].key()).into())
    );
    assert!(run.stderr.contains("*.tif: No file matches"), "{}", run.stderr);
    let run = push_files(&gateway, &["anna.jpg", "bert.jpg"], &[]).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("anna.jpg\nAbrufcode: ") && run.stdout.contains("bert.jpg\nAbrufcode: "),
        "{}",
        run.stdout
    );
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_or_lets_nobody_in_is_asked_once_for_all_photos() {
    for (reply, code) in [(ScriptedReply::Text(503, ""), 4), (ScriptedReply::Problem(403, "studio-suspended", None), 5)]
    {
        let gateway = FakeGateway::with_script([reply]).await;
        for name in ["anna.jpg", "bert.jpg", "carl.jpg"] {
            std::fs::write(gateway.directory().join(name), [PHOTO, name.as_bytes()].concat()).unwrap();
        }
        let run = push_files(&gateway, &["*.jpg"], &["--lang", "en", "--json"]).await;
        assert_eq!((run.code, gateway.uploads().len()), (code, 1), "{}", run.stderr);
        assert_eq!((run.stdout.lines().count(), run.stdout.matches("\"exit\":null").count()), (3, 2), "{}", run.stdout);
        assert_eq!(run.stderr.matches("Not sent.").count(), 2, "{}", run.stderr);
    }
}

#[tokio::test]
async fn giving_up_ends_with_4_and_says_that_the_code_stays() {
    let gateway = FakeGateway::with_script([ScriptedReply::StoreThenCut]).await;
    let run = push(&gateway, &["--lang", "en"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (4, ""));
    assert!(run.stderr.contains("Run the same command again later: it gives the same code."), "{}", run.stderr);
    let run = push(&gateway, &[]).await;
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains(&code_for(gateway.uploads()[0].key())));
}

#[tokio::test]
async fn a_refusal_after_silence_ends_with_7_and_says_what_is_kept() {
    let refused = ScriptedReply::Problem(413, "photo-too-large", None);
    let gateway = FakeGateway::with_script([ScriptedReply::StoreThenCut, refused.clone(), refused]).await;
    assert_eq!(push(&gateway, &[]).await.code, 4);
    let run = push(&gateway, &["--lang", "en"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (7, ""));
    assert!(run.stderr.contains("is kept in") && run.stderr.contains("photo.jpg.lichtbild-spool"), "{}", run.stderr);
    let run = push(&gateway, &["--json"]).await;
    assert_eq!(run.code, 7);
    assert!(run.stdout.contains("photo-too-large"), "{}", run.stdout);
    assert!(push(&gateway, &[]).await.stdout.contains(&code_for(gateway.uploads()[0].key())));
}

#[tokio::test]
async fn who_is_not_allowed_ends_with_5() {
    let suspended = FakeGateway::with_script([ScriptedReply::Problem(403, "studio-suspended", None)]).await;
    assert_eq!(push(&suspended, &[]).await.code, 5);
    let revoked = FakeGateway::with_pki(PkiFault::StudioRevoked, []).await;
    let run = push(&revoked, &["--lang", "en"]).await;
    assert_eq!(run.code, 5);
    assert!(run.stderr.contains("it is revoked"), "{}", run.stderr);
}

#[tokio::test]
async fn a_certificate_that_is_refused_for_good_is_not_said_to_be_let_in_again() {
    for (kind, advice) in [
        ("certificate-superseded", "newest certificate"),
        ("device-revoked", "enrol again with a new invitation"),
        ("studio-suspended", "When the studio is active again"),
        ("device-unknown", "Call the office"),
    ] {
        let gateway = FakeGateway::with_script([ScriptedReply::Problem(403, kind, None)]).await;
        let run = push(&gateway, &["--lang", "en"]).await;
        assert_eq!(run.code, 5);
        assert!(run.stderr.contains(advice), "{kind}: {}", run.stderr);
        assert_eq!(run.stderr.contains("active again"), kind == "studio-suspended", "{}", run.stderr);
    }
}

#[tokio::test]
async fn an_untrusted_gateway_ends_with_6_and_points_at_ca_or_clock() {
    for (pki, hint) in [(PkiFault::GatewayForeign, "ca"), (PkiFault::GatewayNotValidYet, "set date and time")] {
        let gateway = FakeGateway::with_pki(pki, []).await;
        let run = push(&gateway, &["--lang", "en"]).await;
        assert_eq!(run.code, 6);
        assert!(run.stderr.contains("No photo was sent") && run.stderr.contains(hint), "{}", run.stderr);
    }
}

#[tokio::test]
async fn files_that_do_not_serve_end_with_6() {
    let gateway = FakeGateway::with_script([]).await;
    let missing = push_file(&gateway, &gateway.directory().join("none.jpg"), &[]).await;
    assert_eq!(missing.code, 6, "{}", missing.stderr);
    let directory = push_file(&gateway, gateway.directory(), &[]).await;
    assert_eq!(directory.code, 6, "{}", directory.stderr);

    let corrupt = gateway.directory().join("photo.jpg.lichtbild-spool");
    std::fs::write(&corrupt, "{").unwrap();
    let run = push(&gateway, &["--lang", "en"]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("only then delete this file"), "{}", run.stderr);
    assert!(gateway.uploads().is_empty());
}

// Even root cannot create a file there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_ends_with_6_before_anything_is_sent() {
    let gateway = FakeGateway::with_script([]).await;
    let run = push_file(&gateway, Path::new("/proc/version"), &["--lang", "en"]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("writable folder"), "{}", run.stderr);
    assert!(gateway.uploads().is_empty());
}

#[tokio::test]
async fn a_configuration_that_does_not_serve_ends_with_6() {
    let gateway = FakeGateway::with_script([]).await;
    gateway.write_config("http://127.0.0.1");
    assert_eq!(push(&gateway, &[]).await.code, 6);
    std::fs::write(gateway.config(), "gatway = 1").unwrap();
    let run = push(&gateway, &[]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("gatway"), "{}", run.stderr);
    std::fs::remove_file(gateway.config()).unwrap();
    let run = push(&gateway, &[]).await;
    assert!(run.code == 6 && run.stderr.contains("--config"), "{}", run.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_may_read_is_refused_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt;
    let gateway = FakeGateway::with_script([]).await;
    let key = gateway.directory().join("studio.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    let run = push(&gateway, &[]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
}

#[tokio::test]
async fn help_names_every_exit_code_and_wrong_usage_ends_with_2() {
    let nowhere = Path::new("nowhere.toml");
    let help = studio(&["--help"], nowhere).await;
    assert_eq!(help.status.code(), Some(0));
    let text = String::from_utf8(help.stdout).unwrap();
    for code in 0..=11 {
        assert!(text.contains(&format!("\n  {code:<2} ")), "{text}");
    }
    assert_eq!(studio(&["push"], nowhere).await.status.code(), Some(2));
    assert_eq!(studio(&["pull"], nowhere).await.status.code(), Some(2));
}

async fn check(arguments: &[&str]) -> PushRun {
    let output = studio(arguments, Path::new("nowhere.toml")).await;
    PushRun {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn fixture(name: &str) -> String {
    format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn check_judges_by_the_named_profile_without_a_configuration() {
    let (large, small) = (fixture("portrait-1244x1600.jpg"), fixture("portrait-413x531.jpg"));
    let run = check(&["check", &large]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("angenommen"), "{}", run.stdout);

    let run = check(&["check", &large, &small, "--json", "--lang", "en"]).await;
    assert_eq!(run.code, 3, "{}", run.stderr);
    let lines: Vec<serde_json::Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["verdict"], "accepted");
    assert_eq!(lines[0]["measurements"]["width"], 1244);
    assert_eq!((&lines[1]["verdict"], &lines[1]["file"]), (&"refused".into(), &small.as_str().into()));
    for text in ["message", "hint"] {
        assert!(!lines[1]["findings"][0][text].as_str().unwrap().is_empty());
    }

    assert_eq!(check(&["check", &small, "--profile", "icao-35x45"]).await.code, 0);
    assert_eq!(check(&["check", &small, "--profile", "passport"]).await.code, 2);
}

#[tokio::test]
async fn check_goes_on_after_a_file_that_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let (text, huge) = (directory.path().join("text.jpg"), directory.path().join("huge.jpg"));
    std::fs::write(&text, "no photo").unwrap();
    // A sparse file, which does not take 64 MiB on the disk.
    std::fs::File::create(&huge).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    let (text, huge) = (text.to_str().unwrap(), huge.to_str().unwrap());
    let run = check(&["check", huge, "none.jpg", text, "--json", "--lang", "en"]).await;
    assert_eq!(run.code, 6);
    assert!(run.stderr.contains("larger than 64 MiB") && run.stderr.contains("none.jpg"), "{}", run.stderr);
    let line: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(line["verdict"], "refused");
    assert_eq!(line["measurements"], serde_json::json!({"bytes": 8}), "what could not be measured is absent");
}

#[tokio::test]
async fn a_declaration_is_heard_by_check_and_sent_by_push() {
    let directory = tempfile::tempdir().unwrap();
    let turned = directory.path().join("turned.jpg");
    std::fs::write(&turned, &variant("turned by 20 degrees").bytes).unwrap();
    let turned = turned.to_str().unwrap();
    let run = check(&["check", turned, "--lang", "en"]).await;
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("--exception") && run.stdout.contains("--child"), "{}", run.stdout);
    for (option, value, code) in [
        ("--exception", "medical", 0),
        ("--exception", "religious", 0),
        ("--exception", "vanity", 2),
        ("--child", "under6", 0),
        ("--child", "under10", 3),
        ("--child", "adult", 2),
    ] {
        let run = check(&["check", turned, option, value]).await;
        assert_eq!(run.code, code, "{option} {value}: {}{}", run.stdout, run.stderr);
    }

    let gateway = FakeGateway::with_script([]).await;
    assert_eq!(push(&gateway, &["--child", "under10", "--exception", "religious"]).await.code, 0);
    let seen = gateway.uploads();
    assert_eq!((seen[0].header("photo-subject"), seen[0].header("photo-exception")), ("under10", "religious"));
}
