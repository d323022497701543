//! `lichtbild-studio push` against the real gateway.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, free_port};
use crate::support::https_client::{DeviceFiles, PHOTO};

/// A gateway that keeps its ports after a restart, and a studio with its address.
pub struct PushingStudio {
    pub home: GatewayFolder,
    pub device: DeviceFiles,
    pub office: DeviceFiles,
}

impl PushingStudio {
    pub fn open() -> Self {
        let home = GatewayFolder::new();
        for key in ["studio", "office"] {
            home.set(key, &format!("\"127.0.0.1:{}\"", free_port()));
        }
        let (device, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
        fs::write(home.beside("photo.jpg"), PHOTO).unwrap();
        Self { home, device, office }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        self.home.set_environment(&mut command);
        command.env("LICHTBILD_STUDIO_CONFIG", self.device.file("studio.toml"));
        command.args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn run_in(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.command(arguments).current_dir(folder).output().unwrap()
    }

    fn push_command(&self, more: &[&str]) -> Command {
        self.command(&[&["push", "photo.jpg"], more].concat())
    }

    fn push(&self, more: &[&str]) -> Output {
        self.push_command(more).output().unwrap()
    }
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn receipt(pushed: &Output) -> Value {
    assert_eq!(pushed.status.code(), Some(0), "{}", text(&pushed.stderr));
    serde_json::from_slice(&pushed.stdout).unwrap()
}

#[tokio::test]
async fn a_photo_pushed_by_the_studio_is_collected_by_the_office() {
    let watched = PushingStudio::open();
    let gateway = watched.home.start();
    let pushed = watched.push(&["--lang", "en"]);
    assert_eq!(pushed.status.code(), Some(0), "{}", text(&pushed.stderr));
    let code = text(&pushed.stdout).lines().next().unwrap().strip_prefix("Code:").unwrap().trim().to_owned();
    let again = receipt(&watched.push(&["--json"]));
    assert_eq!((&again["code"], &again["replayed"]), (&code.as_str().into(), &true.into()));
    assert!(!watched.home.beside("photo.jpg.lichtbild-spool").exists());

    let office = watched.office.client(gateway.office());
    let collection = office.collect_ok(&code).await;
    assert!(office.fetch(&collection, &code).await.unwrap().body == PHOTO);
    let second = receipt(&watched.push(&["--again", "--json"]));
    assert!(second["code"] != code && second["replayed"] == false);
}

#[test]
fn a_refused_photo_ends_with_3_and_its_findings_and_a_revoked_device_with_5() {
    let watched = PushingStudio::open();
    let gateway = watched.home.start();
    fs::write(watched.home.beside("photo.jpg"), "no photo").unwrap();
    let refused = watched.push(&[]);
    assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(3), ""), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("gemessen: "), "{}", text(&refused.stderr));
    let refused = watched.push(&["--json"]);
    assert_eq!(refused.status.code(), Some(3));
    let problem: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&problem["type"], &problem["findings"][0]["check"]), (&"photo-refused".into(), &"format".into()));

    fs::write(watched.home.beside("photo.jpg"), PHOTO).unwrap();
    assert!(watched.home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    assert_eq!(watched.push(&["--give-up-after", "0"]).status.code(), Some(5));
    assert!(watched.home.run(&["studio", "resume", "Foto Koch"]).status.success());
    assert!(watched.home.run(&["device", "revoke", &watched.device.device_id]).status.success());
    // Refused by the request or the handshake. If the connection is cut in between, the client retries.
    assert_eq!(watched.push(&["--give-up-after", "20"]).status.code(), Some(5));
    drop(gateway);
    let restarted = watched.home.start();
    let turned_away = watched.push(&["--give-up-after", "0", "--lang", "en"]);
    assert_eq!(turned_away.status.code(), Some(5));
    assert!(text(&turned_away.stderr).contains("revoked"), "{}", text(&turned_away.stderr));
    drop(restarted);
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_gateway_killed_in_the_middle_of_a_push_costs_nothing_but_time() {
    use std::process::Stdio;
    let watched = PushingStudio::open();
    // One push gives up and is repeated, the other one retries until the gateway is back.
    for (again, timer) in [(true, "0"), (false, "60")] {
        let mut halting = watched.home.start_halting_at("deposit.committed");
        let mut push = watched.push_command(&["--json", "--again", "--give-up-after", timer]);
        let push = push.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        halting.wait_until_halted().await;
        halting.kill_hard();
        let mut pushed = None;
        if again {
            let gave_up = push.wait_with_output().unwrap();
            assert_eq!(gave_up.status.code(), Some(4), "{}", text(&gave_up.stderr));
            assert!(gave_up.stdout.is_empty(), "a code that nobody has confirmed");
        } else {
            pushed = Some(push);
        }
        let gateway = watched.home.start();
        let finished = match pushed {
            Some(push) => push.wait_with_output().unwrap(),
            None => watched.push(&["--json"]),
        };
        let receipt = receipt(&finished);
        assert_eq!(receipt["replayed"], true, "the first try had stored it");
        let photos = watched.device.client(gateway.studio()).get("/v1/photos").await.unwrap().json();
        assert_eq!(photos["photos"][0]["photo_id"], receipt["photo_id"]);
        let office = watched.office.client(gateway.office());
        let code = receipt["code"].as_str().unwrap();
        let collection = office.collect_ok(code).await;
        assert!(office.fetch(&collection, code).await.unwrap().body == PHOTO);
    }
}

#[test]
fn the_offices_port_is_told_as_the_wrong_one_and_problems_come_in_the_language_that_was_asked_for() {
    let watched = PushingStudio::open();
    let gateway = watched.home.start();
    let config = watched.device.file("studio.toml");
    let right = fs::read_to_string(&config).unwrap();
    let line = right.lines().find(|line| line.starts_with("gateway")).unwrap();
    fs::write(&config, right.replace(line, &format!("gateway = \"{}\"", gateway.office()))).unwrap();
    for arguments in [&["push", "photo.jpg"][..], &["photos"], &["status"], &["renew", "--force"]] {
        let told = watched.run(&[arguments, &["--lang", "de"]].concat());
        let shown = format!("{}{}", text(&told.stdout), text(&told.stderr));
        assert!(shown.contains("ist nicht die Einlieferung") && shown.contains(":8443"), "{arguments:?}: {shown}");
        assert!(!shown.contains("Browser"), "{arguments:?}: {shown}");
        assert_eq!(told.status.code(), Some(6), "{arguments:?}: {shown}");
    }
    fs::write(&config, right).unwrap();
    assert!(watched.home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    for arguments in [&["status"][..], &["renew", "--force"]] {
        let told = watched.run(&[arguments, &["--lang", "en"]].concat());
        let shown = format!("{}{}", text(&told.stdout), text(&told.stderr));
        assert!(shown.contains("suspended") && !shown.contains("gesperrt"), "{arguments:?}: {shown}");
    }
}
