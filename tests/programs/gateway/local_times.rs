//! Times that commands show to people: those on the wall of a German office, never the UTC of the log.

use lichtbild::clock::Timestamp;
use lichtbild::domain::local_time::{date_and_time, date_in_sentence};
use lichtbild::texts::language::Language;
use serde_json::{Value, json};

use crate::support::gateway_process::GatewayFolder;

fn at(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Standard output and error of a command for people.
fn told(home: &GatewayFolder, arguments: &[&str]) -> String {
    let output = home.run(arguments);
    let [out, message] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    // One that reports a photo that is still there ends with 1.
    assert!(!out.is_empty(), "{arguments:?}: {message}");
    format!("{out}{message}")
}

/// Finds a time as the log and JSON write it: `2026-11-22T09:30:00.000Z`.
fn time_in_utc(text: &str) -> Option<&str> {
    text.split_whitespace().find(|word| {
        let bytes = word.as_bytes();
        bytes.len() >= 19 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[13] == b':'
    })
}

#[tokio::test]
async fn commands_show_people_german_local_time_and_programs_utc() {
    let home = GatewayFolder::new();
    let (studio, office) = (home.studio("Foto Koch"), home.office("Amt Nord"));
    let gateway = home.start();
    let receipt = studio.client(gateway.studio()).deposit("a-key-for-this-photo").await.unwrap();
    let used = studio.client(gateway.studio()).deposit("a-key-for-another-photo").await.unwrap();
    let office = office.client(gateway.office());
    let collection = office.collect_ok(&used.code()).await;
    office.fetch(&collection, &used.code()).await.unwrap();
    office.settle(&collection, &json!({ "outcome": "used" })).await.unwrap();
    let english = |value: &Value| date_and_time(at(value), Language::English);

    let listed = home.json(&["device", "list"]);
    let lines = told(&home, &["device", "list"]);
    assert!(lines.contains(&format!("until {}", english(&listed[0]["device"]["certificate_expires_at"]))), "{lines}");

    let photo_id = receipt.text("photo_id");
    let report = home.run(&["erase-report", &photo_id, "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    for language in [Language::German, Language::English] {
        let text = told(&home, &["erase-report", &photo_id, "--lang", language.tag()]);
        assert!(text.contains(&date_in_sentence(at(&report["report"]["expires_at"]), language)), "{text}");
        assert!(text.contains(&date_and_time(at(&report["report"]["log"][0]["at"]), language)), "{text}");
        assert_eq!(time_in_utc(&text), None, "{text}");
    }

    let used_id = used.text("photo_id");
    home.json(&["device", "revoke", &studio.device_id]);
    home.json(&["backup", "saved-as-json"]);
    let restored = home.json(&["restore", "saved-as-json", "--dir", "new-as-json"]);
    for arguments in [
        &["erase-report", &used_id][..],
        &["device", "list"],
        &["device", "add", "--studio", "Foto Koch"],
        &["device", "invite", "--studio", "Foto Koch"],
        &["studio", "invite", "Foto Neu", "--place", "Köln"],
        &["confirm-clock"],
        &["backup", "saved"],
        &["restore", "saved", "--dir", "new"],
        &["quarantine", "list", "--config", "new/gateway.toml"],
        &["audit", "verify"],
        &["verify"],
    ] {
        let text = told(&home, arguments);
        assert_eq!(time_in_utc(&text), None, "{arguments:?}: {text}");
    }
    let as_of = english(&restored["knows_until"]);
    let again = told(&home, &["restore", "saved-as-json", "--dir", "newer"]);
    assert!(again.contains(&format!("A gateway as of {as_of} was made in newer.")), "{again}");
}
