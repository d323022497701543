//! The programs from `init` to a first deposit, with exactly the commands of the README.

skip_in!(quick, postgres: "starts the programs, with a database of its own");

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::gateway_process::{GatewayFolder, GatewayProcess, free_port};
use crate::support::https_client::PHOTO;

/// A gateway at the address of its configuration, and a studio with an empty folder.
pub struct ReadmeSetup {
    pub home: GatewayFolder,
}

impl ReadmeSetup {
    pub fn new() -> Self {
        let home = GatewayFolder::new();
        for key in ["studio", "office", "enrolment"] {
            home.set(key, &format!("\"127.0.0.1:{}\"", free_port()));
        }
        std::fs::create_dir(home.beside("shop")).unwrap();
        std::fs::write(home.beside("shop/PHOTO.jpg"), PHOTO).unwrap();
        Self { home }
    }

    pub fn invite(&self) -> Value {
        self.home.json(&["studio", "invite", "Foto Koch", "--place", "Düsseldorf"])
    }

    /// Runs a command in the studio's folder.
    pub fn studio_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lichtbild-studio"));
        self.home.set_environment(&mut command);
        command.args(arguments).current_dir(self.home.beside("shop"));
        command
    }

    pub fn runs(&self, arguments: &[&str]) -> Output {
        let output = self.studio_command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
        output
    }

    fn enrol(&self, invitation: &Value) -> Output {
        self.runs(&["enrol", field(invitation, "url"), field(invitation, "code"), "--json"])
    }
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

pub fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}"))
}

#[tokio::test]
async fn two_terminals_lead_from_nothing_to_a_first_deposit() {
    let setup = ReadmeSetup::new();
    let gateway = setup.home.start();
    let invitation = setup.invite();
    let enrolled: Value = serde_json::from_slice(&setup.enrol(&invitation).stdout).unwrap();
    assert_eq!(enrolled["device_id"], invitation["device_id"]);
    assert_eq!(enrolled["ca_sha256"], invitation["ca_sha256"]);
    let receipt: Value = serde_json::from_slice(&setup.runs(&["push", "PHOTO.jpg", "--json"]).stdout).unwrap();
    let status: Value = serde_json::from_slice(&setup.runs(&["status", "--json"]).stdout).unwrap();
    assert_eq!((&status["studio"], &status["can_deposit"]), (&"Foto Koch, Düsseldorf".into(), &true.into()));
    setup.runs(&["renew", "--force"]);
    setup.runs(&["status"]);

    let office = setup.home.office("Amt Nord");
    let office = office.client(gateway.office());
    let collection = office.collect_ok(field(&receipt, "code")).await;
    assert!(office.fetch(&collection, field(&receipt, "code")).await.unwrap().body == PHOTO);
}

#[test]
fn a_suspended_studio_is_told_so_by_status() {
    let setup = ReadmeSetup::new();
    let _gateway: GatewayProcess = setup.home.start();
    setup.enrol(&setup.invite());
    assert!(setup.home.run(&["studio", "suspend", "Foto Koch"]).status.success());
    let status = setup.studio_command(&["status", "--lang", "en"]).output().unwrap();
    assert_eq!(status.status.code(), Some(5), "{}", text(&status.stdout));
    assert!(text(&status.stdout).contains("FAULT      standing"), "{}", text(&status.stdout));
}

#[test]
fn a_code_works_once_and_its_refusal_is_in_words() {
    let setup = ReadmeSetup::new();
    let _gateway: GatewayProcess = setup.home.start();
    let invitation = setup.invite();
    setup.enrol(&invitation);
    let elsewhere =
        ["enrol", field(&invitation, "url"), field(&invitation, "code"), "--dir", "elsewhere", "--lang", "en"];
    let second = setup.studio_command(&elsewhere).output().unwrap();
    assert_eq!(second.status.code(), Some(5), "{}", text(&second.stderr));
    assert_eq!(text(&second.stderr).matches("office").count(), 1, "told once whom to ask: {}", text(&second.stderr));
}

#[test]
fn an_enrolment_under_four_eyes_waits_for_the_administrator() {
    let setup = ReadmeSetup::new();
    setup.home.set("policy", "\"four-eyes\"");
    let _gateway: GatewayProcess = setup.home.start();
    let invitation = setup.invite();
    let arguments = ["enrol", field(&invitation, "url"), field(&invitation, "code"), "--lang", "en"];
    let mut waiting = setup.studio_command(&arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut shown = String::new();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(waiting.stderr.take().unwrap()));
    while !shown.contains("Ctrl+C") {
        shown.push_str(&lines.next().expect("it waits").unwrap());
        shown.push('\n');
    }
    // Interrupted, approved and repeated.
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    let fingerprint = shown.lines().find_map(|line| line.trim().strip_prefix("key ")).unwrap();
    let device = field(&invitation, "device_id");
    let approved = setup.home.run(&["device", "approve", device, "--fingerprint", fingerprint]);
    assert!(approved.status.success(), "{}", text(&approved.stderr));
    setup.runs(&arguments);
    setup.runs(&["push", "PHOTO.jpg"]);
}
