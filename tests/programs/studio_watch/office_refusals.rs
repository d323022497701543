//! Refusals by offices are reported to a studio that watches a folder, and a second file with the same bytes gets no second code.

use std::fs;

use lichtbild::client::deposited::journal::DepositJournal;
use lichtbild::clock::Clock;
use serde_json::json;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, photo_in_state};
use crate::support::test_gateway::DAY;

async fn noting_studio() -> WatchedStudio {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.journal = Some(DepositJournal::beside(&studio.gateway.config()));
    studio
}

#[tokio::test]
async fn a_refusal_at_the_counter_is_told_once_and_its_report_outlives_the_photo() {
    let studio = noting_studio().await;
    studio.export("anna.jpg", &photo(1));
    studio.export("bert.jpg", &photo(2));
    studio.watch().await;
    assert!(studio.gateway.questions().is_empty(), "nothing was deposited that an office could refuse");
    let uploads = studio.gateway.uploads();
    let mut refused = photo_in_state(uploads.iter().find(|upload| upload.body == photo(1)).unwrap(), "refused");
    refused["settled_at"] = "2026-11-25T10:00:00Z".into();
    refused["refusal"] = json!({"reason": "glasses", "note": "no glasses please"});
    studio.gateway.show_photos([refused]);
    // The sent photo is deleted before the office looks at it.
    studio.clock.advance(3 * DAY);
    studio.watch().await;
    assert!(studio.names("sent").is_empty());
    let told = studio.events("RefusedByOffice");
    assert!(told.len() == 1 && told[0].contains("anna.jpg") && told[0].contains("no glasses please"), "{told:?}");
    assert_eq!(studio.names("refused"), ["anna.txt"]);
    let report = fs::read_to_string(studio.file("refused/anna.txt")).unwrap();
    assert!(report.contains("anna.jpg") && report.contains("no glasses please"), "{report}");
    assert_eq!(studio.gateway.questions().len(), 1, "one request for each look at the gateway");

    studio.clock.advance(DAY);
    studio.watch().await;
    assert_eq!((studio.events("RefusedByOffice").len(), studio.names("refused").len()), (1, 1));
    // `photos` shows the file name until the last day.
    let notes = studio.journal.as_ref().unwrap().all(studio.clock.now()).unwrap();
    let mut told: Vec<_> = notes.iter().map(|note| (note.name.as_str(), note.refusal_told)).collect();
    told.sort_unstable();
    assert_eq!(told, [("anna.jpg", true), ("bert.jpg", false)]);
}

#[tokio::test]
async fn photos_of_another_folder_are_that_ones_to_tell() {
    let studio = noting_studio().await;
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    let mut refused = photo_in_state(&studio.gateway.uploads()[0], "refused");
    refused["refusal"] = json!({"reason": "pose"});
    studio.gateway.show_photos([refused]);
    let journal = studio.journal.clone().unwrap();
    let note = journal.all(studio.clock.now()).unwrap().remove(0);
    let path = journal.paths().unwrap().remove(&note.photo_id).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("export\"", "another\"")).unwrap();
    studio.watch().await;
    assert!(studio.events("RefusedByOffice").is_empty() && studio.names("refused").is_empty());
    fs::write(&path, text).unwrap();
    studio.watch().await;
    assert_eq!(studio.events("RefusedByOffice").len(), 1);
}

#[tokio::test]
async fn the_same_file_again_gets_its_code_again_while_the_receipt_is_stored() {
    let studio = noting_studio().await;
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    let upload = studio.gateway.uploads()[0].clone();
    studio.gateway.show_photos([photo_in_state(&upload, "available")]);
    studio.export("anna.jpg", &photo(1));
    studio.export("copy.jpg", &photo(1));
    studio.watch().await;
    assert_eq!((studio.gateway.uploads().len(), studio.events("HasCodeAlready").len()), (1, 2));
    let code = studio.receipt("anna").body.code;
    assert_eq!(studio.receipt("copy").body.code, code);
    assert_eq!(studio.names("sent").len(), 8, "{:?}", studio.names("sent"));
    studio.assert_cleared();

    // The receipts are deleted, so that the photo gets another code.
    studio.clock.advance(3 * DAY);
    studio.export("late.jpg", &photo(1));
    studio.watch().await;
    assert_eq!((studio.gateway.uploads().len(), studio.events("HasSecondCode").len()), (2, 1));
    assert!(studio.receipt("late").body.code != code);
}

#[cfg(unix)]
#[tokio::test]
async fn pipes_among_reports_and_receipts_do_not_hold_up_the_watch() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let studio = noting_studio().await;
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    let mut refused = photo_in_state(&studio.gateway.uploads()[0], "refused");
    refused["refusal"] = json!({"reason": "pose"});
    studio.gateway.show_photos([refused]);
    for pipe in ["refused/anna2.txt", "sent/anna2.receipt.json", "sent/bert.receipt.json"] {
        mknodat(CWD, studio.file(pipe), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }
    studio.clock.advance(3 * DAY);
    studio.export("bert.jpg", &photo(2));
    studio.watch().await;
    assert_eq!(studio.events("RefusedByOffice").len(), 1);
    assert!(studio.names("refused").contains(&"anna.txt".to_owned()), "{:?}", studio.names("refused"));
    assert!(studio.names("sent").contains(&"bert (2).jpg".to_owned()), "{:?}", studio.names("sent"));
}

#[tokio::test]
async fn equal_files_in_one_scan_get_one_code() {
    let studio = noting_studio().await;
    for name in ["anna.jpg", "copy.jpg", "other.jpg"] {
        studio.export(name, &photo(1));
    }
    assert_eq!(studio.watch().await.status.sent, 3);
    assert_eq!((studio.gateway.uploads().len(), studio.events("HasCodeAlready").len()), (1, 2));
    assert_eq!(studio.receipt("anna").body.code, studio.receipt("copy").body.code);
    studio.assert_cleared();
}

#[tokio::test]
async fn the_refusal_of_a_photo_that_was_pushed_before_it_was_exported_is_told() {
    let studio = noting_studio().await;
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    // As a push notes it.
    let path = studio.journal.as_ref().unwrap().paths().unwrap().into_values().next().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let pushed: Vec<_> = text.lines().filter(|line| !line.contains("watched_folder")).collect();
    fs::write(&path, pushed.join("\n")).unwrap();
    studio.export("bert.jpg", &photo(1));
    studio.watch().await;
    assert_eq!((studio.gateway.uploads().len(), studio.events("HasCodeAlready").len()), (1, 1));
    let mut refused = photo_in_state(&studio.gateway.uploads()[0], "refused");
    refused["refusal"] = json!({"reason": "pose"});
    studio.gateway.show_photos([refused]);
    // Exported again before the refusal is reported: a new deposit, and the refusal is reported all the same.
    studio.export("carl.jpg", &photo(1));
    // A watch that gets no profile does not fetch refusals either.
    let profile = studio.gateway.hide_profile().unwrap();
    studio.watch().await;
    assert_eq!((studio.gateway.uploads().len(), studio.events("RefusedByOffice").len()), (2, 0));
    studio.gateway.show_profile(&profile);
    studio.watch().await;
    let told = studio.events("RefusedByOffice");
    assert!(told.len() == 1 && told[0].contains("bert.jpg"), "{told:?}");
}
