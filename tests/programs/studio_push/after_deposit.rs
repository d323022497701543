//! A photographer's day after the deposits, with the program and the real gateway.

skip_in!(quick, postgres: "starts the programs, with databases of their own");

use std::fs;
use std::time::Duration;

use lichtbild::clock::{Clock, SystemClock, Timestamp};
use serde_json::{Value, json};

use super::real_gateway::{PushingStudio, text};
use crate::support::gateway_process::GatewayProcess;
use crate::support::https_client::PHOTO;
use crate::support::photos::jpeg::{new_segment, with_inserted};

/// A photo that differs for each number.
fn photo(number: usize) -> Vec<u8> {
    with_inserted(PHOTO, 2, &new_segment(0xFE, format!("photo {number}").as_bytes()))
}

fn push(studio: &PushingStudio, name: &str, number: usize) -> Value {
    fs::write(studio.home.beside(name), photo(number)).unwrap();
    let pushed = studio.run(&["push", name, "--json"]);
    assert_eq!(pushed.status.code(), Some(0), "{}", text(&pushed.stderr));
    serde_json::from_slice(&pushed.stdout).unwrap()
}

async fn settle(studio: &PushingStudio, gateway: &GatewayProcess, receipt: &Value, outcome: &Value) {
    let office = studio.office.client(gateway.office());
    let code = receipt["code"].as_str().unwrap();
    let collection = office.collect_ok(code).await;
    assert_eq!(office.fetch(&collection, code).await.unwrap().status, 200);
    assert_eq!(office.settle(&collection, outcome).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_list_tells_what_became_of_each_photo_and_why_the_office_refused_one() {
    let studio = PushingStudio::open();
    let gateway = studio.home.start();
    let [anna, bert, _] =
        [("anna.jpg", 1), ("bert.jpg", 2), ("carl.jpg", 3)].map(|(name, number)| push(&studio, name, number));
    settle(&studio, &gateway, &anna, &json!({"outcome": "refused", "reason": "glasses", "note": "Bitte ohne Brille"}))
        .await;
    settle(&studio, &gateway, &bert, &json!({"outcome": "used"})).await;

    let listed = studio.run(&["photos"]);
    assert_eq!(listed.status.code(), Some(0), "{}", text(&listed.stderr));
    let lines: Vec<_> = text(&listed.stdout).lines().collect();
    assert!(lines[0].starts_with("Eingeliefert") && lines[1].contains(" Uhr  carl.jpg  "), "{lines:#?}");
    assert!(lines[1].contains("wartet auf das Amt, gültig bis "), "{lines:#?}");
    assert!(lines[2].contains("bert.jpg") && lines[2].contains("verwendet am "), "{lines:#?}");
    assert!(lines[3].contains(&anna["photo_id"].as_str().unwrap()[30..]) && lines[3].contains("im Amt abgelehnt am "));
    assert_eq!(
        lines[4..],
        ["    Grund: Brille verdeckt die Augen oder spiegelt", "    Notiz des Amts: Bitte ohne Brille"]
    );
    assert!(!text(&listed.stdout).contains(anna["code"].as_str().unwrap()));

    let json = studio.run(&["photos", "--refused", "--json", "--lang", "en"]);
    let line: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&line["file"], &line["photo_id"]), (&"anna.jpg".into(), &anna["photo_id"]));
    assert_eq!(
        line["refusal"],
        json!({"reason": "glasses", "message": "Glasses hide the eyes or reflect", "note": "Bitte ohne Brille"})
    );

    let cut = studio.run(&["photos", "--limit", "2", "--lang", "en"]);
    assert_eq!(text(&cut.stdout).lines().count(), 3, "{}", text(&cut.stdout));
    assert!(text(&cut.stderr).contains("--limit"), "{}", text(&cut.stderr));
    let none = studio.run(&["photos", "--state", "expired", "--lang", "en"]);
    assert_eq!((none.status.code(), text(&none.stdout)), (Some(0), ""));

    let status = studio.run(&["status", "--lang", "en"]);
    let told = text(&status.stdout);
    assert!(told.contains("Refused at the office (last 14 days):") && told.contains("anna.jpg"), "{told}");
    assert!(told.contains("Reason: Glasses hide the eyes or reflect") && !told.contains("bert.jpg"), "{told}");
}

#[tokio::test]
async fn a_photo_is_withdrawn_by_code_receipt_or_number_and_never_twice() {
    let studio = PushingStudio::open();
    let gateway = studio.home.start();
    let [anna, _, carl, dora] = [("anna.jpg", 1), ("bert.jpg", 2), ("carl.jpg", 3), ("dora.jpg", 4)]
        .map(|(name, number)| push(&studio, name, number));
    settle(&studio, &gateway, &dora, &json!({"outcome": "used"})).await;
    let code = anna["code"].as_str().unwrap();
    // In lower case and without hyphens, and from another folder than the photo's.
    let spoken = code.replace('-', " ").to_lowercase();
    let withdrawn = studio.run_in(&studio.device.folder, &["withdraw", &spoken]);
    assert_eq!(withdrawn.status.code(), Some(0), "{}", text(&withdrawn.stderr));
    assert!(text(&withdrawn.stdout).contains("Zurückgezogen") && text(&withdrawn.stdout).contains("anna.jpg"));
    assert_eq!(studio.office.client(gateway.office()).collect(code).await.unwrap().problem().1, "photo-withdrawn");
    let again = studio.run(&["withdraw", "anna.jpg", "--lang", "en"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(
        text(&again.stdout).starts_with("Already withdrawn on ")
            || text(&again.stdout).starts_with("Already withdrawn at ")
    );

    assert_eq!(studio.run(&["withdraw", "bert.jpg.lichtbild-receipt.json"]).status.code(), Some(0));
    // In the notation of the receipt.
    let by_number = studio.run(&["withdraw", &carl["photo_id"].as_str().unwrap()[30..], "--json"]);
    let line: Value = serde_json::from_slice(&by_number.stdout).unwrap();
    assert_eq!((by_number.status.code(), &line["state"]), (Some(0), &"withdrawn".into()));

    let used = studio.run(&["withdraw", dora["code"].as_str().unwrap(), "--lang", "en"]);
    assert_eq!((used.status.code(), text(&used.stdout)), (Some(11), ""), "{}", text(&used.stderr));
    assert!(text(&used.stderr).starts_with("An office used the photo at "), "{}", text(&used.stderr));
    // A code of another studio, one with a typing error, and an unknown number.
    let unknown = studio.run(&["withdraw", "G94ZJ-756FW-FHRWS-2ZVE8", "--lang", "en"]);
    assert_eq!(unknown.status.code(), Some(6), "{}", text(&unknown.stderr));
    assert!(text(&unknown.stderr).contains("nothing was sent"), "{}", text(&unknown.stderr));
    let mistyped = studio.run(&["withdraw", "G94ZJ-756FW-FHRWS-2ZVE9", "--lang", "en"]);
    assert_eq!(mistyped.status.code(), Some(2), "{}", text(&mistyped.stderr));
    let nobodys = studio.run(&["withdraw", "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e", "--lang", "en"]);
    assert_eq!(nobodys.status.code(), Some(11), "{}", text(&nobodys.stderr));
    // Codes are compared on this computer.
    let log = gateway.log();
    for receipt in [&anna, &dora] {
        assert!(!log.contains(receipt["code"].as_str().unwrap()));
    }
}

#[test]
fn a_push_renews_a_certificate_that_is_due_and_deposits_if_it_cannot() {
    let studio = PushingStudio::open();
    let _gateway = studio.home.start();
    fs::write(studio.home.beside("days"), (45 * 24 * 3600 * 1000_u64).to_string()).unwrap();
    let push_later = |name: &str, number: usize| {
        fs::write(studio.home.beside(name), photo(number)).unwrap();
        let mut command = studio.command(&["push", name, "--lang", "en"]);
        command.env("LICHTBILD_CLOCK_SHIFT", studio.home.beside("days"));
        command.output().unwrap()
    };
    let config = studio.device.file("studio.toml");
    let good = fs::read_to_string(&config).unwrap();
    fs::write(&config, good.replace("\nkey =", "\n'key' =")).unwrap();
    let failing = push_later("anna.jpg", 1);
    assert_eq!(failing.status.code(), Some(9), "{}", text(&failing.stderr));
    assert!(text(&failing.stdout).starts_with("Code: "), "{}", text(&failing.stdout));
    assert!(text(&failing.stderr).contains("renewal of the certificate is overdue"), "{}", text(&failing.stderr));

    fs::write(&config, good).unwrap();
    let renewed = push_later("bert.jpg", 2);
    assert_eq!(renewed.status.code(), Some(0), "{}", text(&renewed.stderr));
    assert!(text(&renewed.stderr).contains("certificate was renewed"), "{}", text(&renewed.stderr));
    assert!(studio.device.file("device.pem").exists() || studio.device.file("device-both.pem").exists());
}

#[tokio::test]
async fn a_code_that_ended_is_not_given_again() {
    let studio = PushingStudio::open();
    let gateway = studio.home.start();
    let first = push(&studio, "anna.jpg", 1);
    let first_code = first["code"].as_str().unwrap();
    assert_eq!(studio.run(&["withdraw", first_code]).status.code(), Some(0));

    let anew = studio.run(&["push", "anna.jpg", "--json"]);
    assert_eq!(anew.status.code(), Some(0), "{}", text(&anew.stderr));
    let second: Value = serde_json::from_slice(&anew.stdout).unwrap();
    assert!(second["code"] != first_code && second["replayed"] == false, "{second}");
    assert!(
        text(&anew.stderr).contains("zurückgezogen")
            && studio.home.beside("anna.jpg.lichtbild-receipt.json.1").exists()
    );
    let same = push(&studio, "anna.jpg", 1);
    assert_eq!((&same["code"], &same["replayed"]), (&second["code"], &true.into()));

    // The renamed receipt and that of a second deposit are found by their codes, from any folder.
    let again = studio.run_in(&studio.device.folder, &["withdraw", first_code, "--lang", "en"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(text(&again.stdout).starts_with("Already withdrawn ") && text(&again.stdout).contains("anna.jpg"));
    assert_eq!(studio.run(&["push", "anna.jpg", "--again"]).status.code(), Some(0));
    let set_aside = studio.run_in(&studio.device.folder, &["withdraw", second["code"].as_str().unwrap()]);
    assert_eq!(set_aside.status.code(), Some(0), "{}", text(&set_aside.stderr));

    let third = push(&studio, "anna.jpg", 1);
    settle(&studio, &gateway, &third, &json!({"outcome": "refused", "reason": "glasses"})).await;
    let anew = studio.run(&["push", "anna.jpg", "--lang", "en"]);
    assert_eq!(anew.status.code(), Some(0), "{}", text(&anew.stderr));
    assert!(text(&anew.stderr).contains("was refused by an office on "), "{}", text(&anew.stderr));
    assert!(!text(&anew.stdout).contains(third["code"].as_str().unwrap()));
    let listed = studio.run(&["photos"]);
    assert_eq!(text(&listed.stdout).matches("anna.jpg").count(), 4, "{}", text(&listed.stdout));
}

#[test]
fn a_photo_is_not_withdrawn_by_the_receipt_of_another_one_of_its_name() {
    let studio = PushingStudio::open();
    let _gateway = studio.home.start();
    let anna = push(&studio, "DSC1.jpg", 1);
    fs::write(studio.home.beside("DSC1.jpg"), photo(2)).unwrap();
    let refused = studio.run(&["withdraw", "DSC1.jpg", "--lang", "en"]);
    assert_eq!((refused.status.code(), text(&refused.stdout)), (Some(6), ""), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("belongs to another photo"), "{}", text(&refused.stderr));
    let bert = push(&studio, "DSC1.jpg", 2);
    // A receipt with a similar name in another place comes last.
    fs::copy(studio.home.beside("DSC1.jpg.lichtbild-receipt.json.1"), studio.home.beside("DSC1.json")).unwrap();
    let withdrawn = studio.run(&["withdraw", "DSC1.jpg", "--json"]);
    let line: Value = serde_json::from_slice(&withdrawn.stdout).unwrap();
    assert_eq!(line["photo_id"], bert["photo_id"]);
    // The file of the first photo, brought back.
    fs::write(studio.home.beside("DSC1.jpg"), photo(1)).unwrap();
    let withdrawn = studio.run(&["withdraw", "DSC1.jpg", "--json"]);
    let line: Value = serde_json::from_slice(&withdrawn.stdout).unwrap();
    assert_eq!(line["photo_id"], anna["photo_id"]);
}

#[test]
fn a_printed_receipt_is_set_aside_with_the_stored_one_and_withdraws_nothing() {
    let studio = PushingStudio::open();
    let _gateway = studio.home.start();
    let printed = studio.home.beside("DSC1.jpg.lichtbild-receipt.pdf");
    fs::write(studio.home.beside("DSC1.jpg"), photo(1)).unwrap();
    assert_eq!(studio.run(&["push", "DSC1.jpg", "--pdf"]).status.code(), Some(0));
    let of_anna = fs::read(&printed).unwrap();
    push(&studio, "DSC1.jpg", 2);
    assert!(!printed.exists() && fs::read(studio.home.beside("DSC1.jpg.lichtbild-receipt.pdf.1")).unwrap() == of_anna);
    assert_eq!(studio.run(&["push", "DSC1.jpg", "--pdf"]).status.code(), Some(0));
    let refused = studio.run(&["withdraw", "DSC1.jpg.lichtbild-receipt.pdf", "--lang", "en"]);
    assert_eq!(refused.status.code(), Some(6), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("a printed receipt"), "{}", text(&refused.stderr));
    let open = studio.run(&["photos", "--state", "available", "--json"]);
    assert_eq!(text(&open.stdout).lines().count(), 2, "{}", text(&open.stdout));
}

#[tokio::test]
async fn a_receipt_that_is_shown_again_has_the_end_that_the_photo_has_now() {
    let studio = PushingStudio::open();
    let gateway = studio.home.start();
    let kept = push(&studio, "anna.jpg", 1);
    let until = (SystemClock.now() + Duration::from_secs(20 * 86_400)).to_utc().date();
    settle(&studio, &gateway, &kept, &json!({"outcome": "kept", "until": until.to_string()})).await;
    let end = json!(Timestamp::from_utc(until.tomorrow().unwrap().into()));
    fs::copy(studio.home.beside("anna.jpg"), studio.home.beside("copy.jpg")).unwrap();
    for name in ["anna.jpg", "copy.jpg"] {
        let shown = studio.run(&["push", name, "--json"]);
        let line: Value = serde_json::from_slice(&shown.stdout).unwrap();
        assert_eq!(
            (&line["code"], &line["state"], &line["expires_at"]),
            (&kept["code"], &"kept".into(), &end),
            "{name}"
        );
    }
}

#[test]
fn a_withdrawal_that_fails_has_a_line_of_json_too() {
    let studio = PushingStudio::open();
    let _gateway = studio.home.start();
    for (given, exit, kind) in
        [("abcdef", 11, "photo-unknown"), ("0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e", 11, "photo-unknown")]
    {
        let failed = studio.run(&["withdraw", given, "--json"]);
        let line: Value = serde_json::from_slice(&failed.stdout).unwrap();
        assert_eq!((failed.status.code(), &line["type"]), (Some(exit), &kind.into()));
    }
    let failed = studio.run(&["withdraw", "photo.jpg", "--json", "--lang", "en"]);
    let line: Value = serde_json::from_slice(&failed.stdout).unwrap();
    assert!(
        failed.status.code() == Some(6) && line["message"].as_str().unwrap().contains("Nothing was sent"),
        "{line}"
    );
}
