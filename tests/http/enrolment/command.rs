//! Invitations at the command line.

skip_in!(quick, postgres: "starts the program, with a database of its own");

use lichtbild::domain::code::enrolment_code::EnrolmentCode;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::identity::certificate::certificates_from_pem;
use serde_json::Value;

use crate::support::gateway_process::GatewayFolder;

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn one_line_makes_studio_device_and_invitation_and_can_be_repeated() {
    let home = GatewayFolder::new();
    home.set("enrolment", "\"127.0.0.1:7443\"");
    let invite = ["studio", "invite", "Foto Koch", "--place", "Düsseldorf", "--label", "till 1"];
    let first = home.json(&invite);
    assert_eq!(keys(&first), ["ca_sha256", "code", "device_id", "expires_at", "studio_id", "url"]);
    assert_eq!(first["url"], "https://localhost:7443");
    assert!(EnrolmentCode::parse(first["code"].as_str().unwrap()).is_ok());
    let ca = std::fs::read_to_string(home.file("certs/server-ca.crt")).unwrap();
    assert_eq!(first["ca_sha256"], Sha256Digest::of(&certificates_from_pem(&ca).unwrap()[0]).to_string());
    let second = home.json(&invite);
    assert_eq!(first["studio_id"], second["studio_id"]);
    assert_ne!(first["device_id"], second["device_id"]);
    let office = home.json(&["office", "invite", "Amt Nord", "--place", "Düsseldorf"]);
    assert_eq!(keys(&office), ["ca_sha256", "code", "device_id", "expires_at", "office_id", "url"]);

    let again = home.json(&["device", "invite", "--device", first["device_id"].as_str().unwrap()]);
    assert_eq!((&again["device_id"], &again["studio_id"]), (&first["device_id"], &first["studio_id"]));
    assert_ne!(again["code"], first["code"]);
    home.json(&["device", "invite", "--studio", "Foto Koch", "--label", "till 2"]);
    home.json(&["device", "invite", "--office", "Amt Nord"]);
    let list = home.json(&["device", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 5);
    assert!(list.as_array().unwrap().iter().all(|row| row["state"] == "invited"), "{list}");
    assert_eq!(list[0]["device"]["label"], "till 1");
    assert!(list[0]["device"]["certificate_expires_at"].is_null() && list[0]["invitation"]["state"] == "open");

    // The command that the photographer types.
    let shown = home.run(&invite);
    let code = String::from_utf8_lossy(&shown.stdout);
    let code = code.lines().find_map(|line| line.strip_prefix("code         ")).unwrap().to_owned();
    assert!(
        stderr(&shown).contains(&format!("lichtbild-studio enrol https://localhost:7443 {code}")),
        "{}",
        stderr(&shown)
    );
}

#[test]
fn the_list_shows_what_needs_attention() {
    let home = GatewayFolder::new();
    let active = home.studio("Foto Koch");
    let revoked = home.device("studio", "Foto Koch");
    let invited = home.json(&["studio", "invite", "Foto Porst", "--place", "Köln"]);
    let answer = home.json(&["device", "revoke", &revoked.device_id]);
    assert_eq!((&answer["device_id"], &answer["revoked"]), (&revoked.device_id.clone().into(), &true.into()));
    let ids = |list: &Value| {
        let rows = list.as_array().unwrap();
        rows.iter().map(|row| row["device"]["device_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let invited = invited["device_id"].as_str().unwrap().to_owned();
    assert_eq!(ids(&home.json(&["device", "list", "--expiring", "14d"])), std::slice::from_ref(&invited));
    assert_eq!(ids(&home.json(&["device", "list", "--expiring", "61d"])), [active.device_id, invited]);
    assert_eq!(home.run(&["device", "list", "--expiring", "soon"]).status.code(), Some(2));
    for (action, suspended) in [("suspend", true), ("suspend", true), ("resume", false)] {
        let answer = home.json(&["studio", action, "Foto Porst"]);
        assert_eq!(answer["party"]["suspended"], suspended, "{answer}");
    }
}

#[test]
fn what_cannot_be_invited_or_approved_is_told_with_the_next_step() {
    let home = GatewayFolder::new();
    let revoked = home.studio("Foto Koch").device_id;
    assert!(home.run(&["device", "revoke", &revoked]).status.success());
    let nobody = "01a20297-4dc0-7fe2-bb16-ceb27bf086c4";
    assert!(home.failure(&["device", "invite", "--device", nobody]).contains("device list"));
    assert!(home.failure(&["device", "invite", "--device", &revoked]).contains("studio invite"));
    assert!(home.failure(&["device", "invite", "--studio", "Foto Kohc"]).contains("`studio list`"));
    assert!(home.failure(&["studio", "invite", " ", "--place", "Köln"]).contains("characters"));
    for device in [nobody, &revoked] {
        assert!(home.failure(&["device", "approve", device, "--yes"]).contains("device list"));
    }
    for usage in [
        &["device", "invite"][..],
        &["device", "invite", "--studio", "A", "--office", "B"],
        &["device", "invite", "--device", nobody, "--studio", "A"],
        &["studio", "invite", "A"],
        &["device", "approve", nobody, "--yes", "--fingerprint", "00"],
    ] {
        assert_eq!(home.run(usage).status.code(), Some(2), "{usage:?}");
    }
    // Without the key file or the CA the command invites nothing and leaves nothing behind.
    std::fs::rename(home.file("certs/server-ca.crt"), home.file("elsewhere.crt")).unwrap();
    assert!(home.failure(&["studio", "invite", "Foto Neu", "--place", "Köln"]).contains("server-ca.crt"));
    std::fs::rename(home.file("elsewhere.crt"), home.file("certs/server-ca.crt")).unwrap();
    std::fs::rename(home.file("gateway.key"), home.file("elsewhere.key")).unwrap();
    assert!(home.failure(&["studio", "invite", "Foto Neu", "--place", "Köln"]).contains("gateway.key"));
    assert_eq!(home.json(&["studio", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn an_invitation_goes_by_post() {
    let home = GatewayFolder::new();
    home.set("enrolment", "\"127.0.0.1:7443\"");
    let letter = home.file("koch.pdf");
    let invite = ["studio", "invite", "Foto Koch", "--place", "Düsseldorf", "--valid", "7d", "--letter"];
    let invite = [&invite[..], &[letter.to_str().unwrap(), "--lang", "en"]].concat();
    let invitation = home.json(&invite);
    let text = std::process::Command::new("pdftotext").arg("-raw").arg(&letter).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let line = format!("lichtbild-studio enrol https://localhost:7443 {}", invitation["code"].as_str().unwrap());
    let fingerprint = &invitation["ca_sha256"].as_str().unwrap()[..4].to_uppercase();
    for part in ["Foto Koch", "Düsseldorf", &line, fingerprint, invitation["device_id"].as_str().unwrap()] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&letter).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    // An existing file stops the command before it creates a code.
    assert!(home.failure(&invite).contains("koch.pdf is there already"));
    assert_eq!(home.json(&["device", "list"]).as_array().unwrap().len(), 1);
    for too_much in ["15d", "0h"] {
        let refused = home.run(&["office", "invite", "Amt", "--place", "Ort", "--valid", too_much]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains("1h to 14d"));
    }
}
