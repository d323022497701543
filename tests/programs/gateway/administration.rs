//! Studios, offices and their devices at the command line.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support;
use crate::support::gateway_process::{GatewayFolder, mode};
use crate::support::https_client::DeviceFiles;
use crate::support::raw_database::RawDatabase;

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // openssl writes an umlaut as it likes.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn openssl(home: &GatewayFolder, arguments: &[&str]) -> Output {
    let mut command = Command::new("openssl");
    home.set_environment(&mut command);
    command.args(arguments).output().unwrap()
}

#[test]
fn lists_show_what_was_added_to_people_and_programs() {
    let home = GatewayFolder::new();
    for role in ["studio", "office"] {
        let nothing = home.run(&[role, "list"]);
        assert!(nothing.stdout.is_empty() && String::from_utf8_lossy(&nothing.stderr).contains("Next: "));
        assert_eq!(home.json(&[role, "list"]), Value::Array(vec![]));
    }
    let studio = home.studio("Foto Koch");
    let office = home.office("Amt Nord");
    assert!(home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    assert!(home.run(&["device", "revoke", &office.device_id]).status.success());

    let line = stdout(&home.run(&["studio", "list"]));
    assert!(line.lines().count() == 1 && line.contains("suspended  Foto Koch, Musterstadt"), "{line}");
    let list = home.json(&["studio", "list"]);
    assert_eq!((&list[0]["name"], &list[0]["suspended"]), (&"Foto Koch".into(), &true.into()));
    let lines = stdout(&home.run(&["device", "list"]));
    let of = |device: &DeviceFiles| lines.lines().find(|line| line.starts_with(&device.device_id)).unwrap().to_owned();
    assert!(of(&studio).contains("studio  active   until "), "{lines}");
    assert!(of(&office).contains("office  revoked  since "), "{lines}");
    let list = home.json(&["device", "list"]);
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(list[0]["device"]["device_id"], studio.device_id);
    assert_eq!(list[1]["party"]["name"], "Amt Nord");
    assert!(!list[1]["device"]["revoked_at"].is_null());
}

/// Characters that turn a line round, break it, or cannot be seen.
const HIDDEN: [char; 9] =
    ['\u{202e}', '\u{2066}', '\u{2028}', '\u{200b}', '\u{200f}', '\u{61c}', '\u{ad}', '\u{fe0f}', '\u{e0041}'];

#[test]
fn a_name_that_does_not_read_as_it_is_is_refused() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let out = home.beside("out").display().to_string();
    for hidden in HIDDEN {
        let name = format!("Foto{hidden} Kohc");
        for command in [
            &["studio", "add", &name, "--place", "Köln"][..],
            &["office", "add", "Amt", "--place", &name],
            &["studio", "invite", &name, "--place", "Köln"],
            &["studio", "invite", "Foto Neu", "--place", "Köln", "--label", &name],
            &["device", "invite", "--studio", "Foto Koch", "--label", &name],
            &["device", "add", "--studio", "Foto Koch", "--label", &name, "--out", &out],
        ] {
            let message = home.failure(command);
            let field = if command.contains(&"--label") {
                "label"
            } else if command[4] == name {
                "place"
            } else {
                "name"
            };
            let named =
                format!("the {field} cannot be read as it is: character 5 is U+{:04X}, which", u32::from(hidden));
            assert!(message.contains(&named) && !message.contains(hidden), "{command:?}: {message}");
        }
    }
    for (role, count) in [("device", 1), ("studio", 1), ("office", 0)] {
        assert_eq!(home.json(&[role, "list"]).as_array().map(Vec::len), Some(count), "{role}");
    }
    assert!(!home.beside("out").exists());
}

#[test]
fn a_name_is_stored_and_found_in_one_spelling() {
    let home = GatewayFolder::new();
    let first = home.json(&[
        "studio",
        "invite",
        " Foto\u{a0}Mu\u{308}ller ",
        "--place",
        "Ko\u{308}ln",
        "--label",
        "Kasse\u{2009}2",
    ]);
    let second = home.json(&["studio", "invite", "Foto Müller", "--place", "Köln"]);
    assert_eq!(first["studio_id"], second["studio_id"]);
    home.json(&["device", "invite", "--studio", "Foto\u{3000}Müller", "--label", " Kasse\u{a0}\u{a0}3"]);
    home.json(&["device", "add", "--studio", "Foto Mu\u{308}ller", "--label", "Kasse\u{a0}4"]);
    let list = home.json(&["studio", "list"]);
    assert_eq!((list.as_array().map(Vec::len), &list[0]["name"]), (Some(1), &"Foto Müller".into()));
    assert_eq!(list[0]["place"], "Köln");
    let list = home.json(&["device", "list"]);
    let mut labels: Vec<_> =
        list.as_array().unwrap().iter().map(|row| row["device"]["label"].as_str().unwrap()).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["", "Kasse 2", "Kasse 3", "Kasse 4"]);
    for blank in ["\u{2800}", "\u{a0}", "\u{301}"] {
        let message = home.failure(&["studio", "add", blank, "--place", "Köln"]);
        assert!(message.contains("visible"), "{message}");
    }
}

#[tokio::test]
async fn names_of_older_rows_are_shown_by_the_numbers_of_hidden_characters() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let hidden = String::from_iter(HIDDEN);
    let database = RawDatabase::open(&home.database()).await;
    database.execute(&format!("UPDATE parties SET name = 'Foto {hidden}Kohc'")).await.unwrap();
    database.execute(&format!("UPDATE devices SET label = 'Kasse {hidden}2'")).await.unwrap();
    for (command, beginning) in [(&["studio", "list"][..], "Foto "), (&["device", "list"], "Kasse ")] {
        let shown = stdout(&home.run(command));
        assert!(
            !shown.contains(HIDDEN) && shown.contains(&(beginning.to_owned() + "\\u{202e}\\u{2066}\\u{2028}")),
            "{shown}"
        );
        let json = home.run(&[command, &["--json"]].concat());
        let shown = stdout(&json);
        assert!(!shown.contains(HIDDEN), "{shown}");
        assert!(serde_json::from_str::<Value>(&shown).unwrap().to_string().contains(&hidden), "{shown}");
    }
    let refused = home.failure(&["studio", "suspend", &format!("Foto {hidden}")]);
    assert!(refused.contains("no studio is called") && !refused.contains(HIDDEN), "{refused}");
}

#[tokio::test]
async fn a_name_of_an_older_row_makes_no_second_line() {
    const FORGED: &str = "Foto\n\tok";
    let home = GatewayFolder::new();
    let device = home.studio("Foto Koch");
    home.office("Amt Nord");
    let database = RawDatabase::open(&home.database()).await;
    for column in ["parties SET name", "parties SET place", "devices SET label"] {
        database.execute(&format!("UPDATE {column} = '{FORGED}'")).await.unwrap();
    }
    let shown =
        |output: &Output| [&output.stdout[..], &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let is_escaped = |text: &str| text.contains("Foto\\u{a}\\u{9}ok") && !text.contains('\t');
    for (command, lines) in [
        (&["studio", "list"][..], 1),
        (&["office", "list"], 1),
        (&["device", "list"], 2),
        (&["studio", "suspend", FORGED], 1),
        (&["studio", "resume", FORGED], 1),
        (&["studio", "release", FORGED], 1),
        (&["studio", "suspend", "a\nok"], 1),
    ] {
        let text = shown(&home.run(command)).concat();
        assert_eq!(text.lines().count(), lines, "{command:?}: {text}");
        assert!(is_escaped(&text) || text.contains("a\\u{a}ok"), "{command:?}: {text}");
    }
    let [invitation, _] = shown(&home.run(&["device", "invite", "--device", &device.device_id]));
    let named = invitation.lines().find(|line| line.starts_with("for  ")).unwrap();
    assert!(is_escaped(named) && invitation.lines().count() == 6, "{invitation}");
}

#[test]
fn a_wrong_argument_is_shown_by_the_numbers_of_hidden_characters() {
    let home = GatewayFolder::new();
    for command in [
        &["device", "revoke", "a\u{202e}b\nc"][..],
        &["device", "list", "--expiring", "a\u{202e}b\nc"],
        &["device", "list", "--a\u{202e}b\nc"],
        &["a\u{202e}b\nc"],
    ] {
        let output = home.run(command);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("a\\u{202e}b\\u{a}c") && !message.contains('\u{202e}'), "{command:?}: {message}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_with_the_next_step() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let add = |place| ["studio", "add", "Foto Koch", "--place", place];
    assert!(home.failure(&add("Musterstadt")).contains("there already"));
    assert!(home.failure(&["office", "add", " ", "--place", "Köln"]).contains("characters"));
    assert!(home.failure(&["device", "add", "--studio", "Foto Kohc"]).contains("`studio list`"));
    assert!(home.failure(&["device", "add", "--office", "Foto Koch"]).contains("`office list`"));
    assert!(home.failure(&["office", "suspend", "Amt Nord"]).contains("`office list`"));

    let second = home.json(&add("Köln"));
    let ambiguous = home.failure(&["device", "add", "--studio", "Foto Koch", "--out", "ambiguous"]);
    assert!(ambiguous.contains("more than one studio") && ambiguous.contains("identifier"), "{ambiguous}");
    assert!(!home.beside("ambiguous").exists());
    let device = home.device("studio", second["party_id"].as_str().unwrap());

    let again =
        home.failure(&["device", "add", "--studio", second["party_id"].as_str().unwrap(), "--out", &device.device_id]);
    assert!(again.contains("--out"), "{again}");
    assert_eq!(home.json(&["device", "list"]).as_array().map(Vec::len), Some(2), "a device without its files");
    assert!(home.run(&["device", "revoke", &device.device_id]).status.success());
    assert!(home.failure(&["device", "revoke", &device.device_id]).contains("`lichtbild-gateway device list`"));
    for usage in [&["device", "add"][..], &["device", "revoke", "x"], &["studio", "add", "A"], &["frobnicate"]] {
        assert_eq!(home.run(usage).status.code(), Some(2), "{usage:?}");
    }
}

#[test]
fn a_key_made_on_the_device_stays_there_and_its_certificate_opens_the_door() {
    let home = GatewayFolder::new();
    home.studio("Foto Koch");
    let request = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let files = ["-keyout", "own.key", "-out", "own.csr", "-subj", "/CN=whatever"];
    assert!(openssl(&home, &[&request[..], &files[..]].concat()).status.success());
    let printed =
        home.json(&["device", "add", "--studio", "Foto Koch", "--csr", "own.csr", "--out", "own", "--label", "till 2"]);
    assert!(printed["key"].is_null() && printed["p12"].is_null() && printed["p12_password"].is_null(), "{printed}");
    let device = DeviceFiles::new(&printed);
    assert!(!device.file("key.pem").exists());

    let gateway = home.start();
    let mut curl = Command::new("curl");
    home.set_environment(&mut curl);
    curl.args(["--silent", "--show-error", "--cert", "own/certificate.pem", "--key", "own.key"]);
    let served =
        support::curl::run(curl.args(["--cacert", "own/gateway-ca.pem", &format!("{}/v1/me", gateway.studio())]));
    let me: Value = serde_json::from_str(&stdout(&served)).unwrap();
    assert_eq!((&me["device_id"], &me["studio"]["name"]), (&device.device_id.as_str().into(), &"Foto Koch".into()));

    fs::write(home.beside("not.csr"), "no request").unwrap();
    let refused = home.failure(&["device", "add", "--studio", "Foto Koch", "--csr", "not.csr", "--out", "not"]);
    assert!(refused.contains("not.csr"), "{refused}");
    assert!(home.failure(&["device", "add", "--studio", "Foto Koch", "--csr", "none.csr"]).contains("none.csr"));
    home.json(&["device", "revoke", device.device_id.as_str()]);
    let refused = home.failure(&["device", "add", "--studio", "Foto Koch", "--csr", "own.csr", "--out", "not"]);
    assert!(refused.contains("make a new key"), "{refused}");
    assert!(!home.beside("not").exists());
}

#[test]
fn the_pkcs12_file_opens_with_its_password_and_holds_what_the_pem_files_hold() {
    let home = GatewayFolder::new();
    let office = home.office("Bürgeramt Köln-Süd");
    let p12 = office.file("device.p12");
    assert_eq!(mode(&p12), 0o600);
    let password = format!("pass:{}", office.password);
    let options = ["pkcs12", "-in", p12.to_str().unwrap(), "-nodes", "-passin", &password];
    let opened = stdout(&openssl(&home, &options));
    let certificate = fs::read_to_string(office.file("certificate.pem")).unwrap();
    let key = fs::read_to_string(office.file("key.pem")).unwrap();
    let body = |pem: &str| pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let flat = opened.replace('\n', "");
    assert!(flat.contains(&body(&key)) && flat.contains(&body(certificate.trim())), "{opened}");
    assert!(!openssl(&home, &["pkcs12", "-in", p12.to_str().unwrap(), "-nodes", "-passin", "pass:x"]).status.success());
}

#[test]
fn the_help_of_both_programs_is_as_it_was() {
    let gateway = stdout(&Command::new(env!("CARGO_BIN_EXE_lichtbild-gateway")).arg("--help").output().unwrap());
    insta::assert_snapshot!("gateway_help", gateway);
    let studio = stdout(&Command::new(env!("CARGO_BIN_EXE_lichtbild-studio")).arg("--help").output().unwrap());
    insta::assert_snapshot!("studio_help", studio);
    let check = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio")).args(["check", "--help"]).output().unwrap();
    insta::assert_snapshot!("studio_check_help", stdout(&check));
}

#[test]
fn upkeep_speaks_json_as_well() {
    let home = GatewayFolder::empty();
    let made = home.json(&["init", "--dir", "gateway-2"]);
    for (key, file) in [("config", "gateway.toml"), ("key_file", "gateway.key"), ("database", "lichtbild.sqlite")] {
        assert!(made[key].as_str().unwrap().ends_with(file) && home.beside("gateway-2").join(file).exists(), "{made}");
    }
    assert_eq!(made["ca_sha256"].as_str().unwrap().len(), 64);
    let config = made["config"].as_str().unwrap();
    let confirmed = home.json(&["confirm-clock", "--config", config]);
    assert!(confirmed["now"].is_string() && confirmed["last_swept_at"].is_null(), "{confirmed}");
    let renewed = home.json(&["renew-server-certificate", "--config", config]);
    assert!(renewed["expires_at"].as_str().unwrap() > confirmed["now"].as_str().unwrap(), "{renewed}");
    assert!(renewed["certificate"].as_str().unwrap().ends_with("server.crt"), "{renewed}");
}
