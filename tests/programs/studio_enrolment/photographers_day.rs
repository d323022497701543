//! A photographer's day with the program. The test reads the text for people, not JSON.

skip_in!(quick, postgres: "starts the programs, with a database of their own");

use std::fs;

use serde_json::json;

use super::readme_walkthrough::{ReadmeSetup, field, text};
use crate::support::https_client::{HttpsClient, PHOTO};
use crate::support::photos::jpeg::{new_segment, with_inserted};

/// The code in a text for people.
fn shown_code(told: &str) -> String {
    let word = |word: &&str| word.len() == 23 && word.matches('-').count() == 3;
    told.split_whitespace().find(word).unwrap_or_else(|| panic!("no code: {told}")).to_owned()
}

fn other_photo(comment: &[u8]) -> Vec<u8> {
    with_inserted(PHOTO, 2, &new_segment(0xFE, comment))
}

/// A clerk collects the photo and refuses it.
async fn refuse(office: &HttpsClient, code: &str) {
    let collection = office.collect_ok(code).await;
    assert_eq!(office.fetch(&collection, code).await.unwrap().status, 200);
    let outcome = json!({"outcome": "refused", "reason": "eyes_closed", "note": "Bitte neu aufnehmen"});
    assert_eq!(office.settle(&collection, &outcome).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_shop_connects_deposits_reads_a_refusal_withdraws_and_renews() {
    let setup = ReadmeSetup::new();
    let gateway = setup.home.start();
    let shop = setup.home.beside("shop");
    let said = |arguments: &[&str]| text(&setup.runs(arguments).stdout).to_owned();

    let invitation = setup.invite();
    let connected = setup.runs(&["enrol", field(&invitation, "url"), field(&invitation, "code")]);
    let connected = [text(&connected.stdout), text(&connected.stderr)].concat();
    assert!(connected.contains("Foto Koch"), "{connected}");

    let deposited = said(&["push", "PHOTO.jpg"]);
    let code = shown_code(&deposited);
    assert!(deposited.contains("Gültig") && deposited.contains("Foto-Nr."), "{deposited}");
    let waiting = said(&["photos"]);
    assert!(waiting.contains("PHOTO.jpg") && waiting.contains("wartet auf das Amt"), "{waiting}");

    let office = setup.home.office("Bürgeramt Mitte").client(gateway.office());
    refuse(&office, &code).await;
    for reading in [&["photos"][..], &["photos", "--refused"], &["status"]] {
        let told = said(reading);
        assert!(told.contains("PHOTO.jpg") && told.contains("Augen geschlossen oder verdeckt"), "{reading:?}: {told}");
        assert!(told.contains("Bitte neu aufnehmen"), "{reading:?}: {told}");
    }
    // Refusals of photos of the watched folder are reported there once, with a file that stays.
    let watched = || {
        let watched = setup.runs(&["watch", "in", "--once"]);
        [text(&watched.stdout), text(&watched.stderr)].concat()
    };
    fs::create_dir(shop.join("in")).unwrap();
    fs::write(shop.join("in/BERTA.jpg"), other_photo(b"Berta")).unwrap();
    assert!(watched().contains("BERTA.receipt.txt"));
    let receipt = fs::read_to_string(shop.join("in/sent/BERTA.receipt.txt")).unwrap();
    refuse(&office, &shown_code(&receipt)).await;
    for is_first in [true, false] {
        let told = watched();
        assert_eq!(told.contains("Augen geschlossen oder verdeckt"), is_first, "{told}");
    }
    let report = fs::read_to_string(shop.join("in/refused/BERTA.txt")).unwrap();
    assert!(report.contains("Bitte neu aufnehmen"), "{report}");

    // Taken anew, and deposited; then the customer wants another one.
    fs::write(shop.join("ANEW.jpg"), other_photo(b"anew")).unwrap();
    let code = shown_code(&said(&["push", "ANEW.jpg"]));
    assert!(said(&["withdraw", &code]).contains("Zurückgezogen"));
    assert!(said(&["photos", "--state", "withdrawn"]).contains("zurückgezogen am "));

    let renewed = setup.runs(&["renew", "--force"]);
    let renewed = [text(&renewed.stdout), text(&renewed.stderr)].concat();
    assert!(renewed.contains("Zertifikat"), "{renewed}");
    let status = said(&["status"]);
    assert!(status.contains("Foto Koch") && !status.contains("FEHLER"), "{status}");
}
