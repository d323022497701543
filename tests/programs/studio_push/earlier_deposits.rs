//! Photos that were deposited before, with the same or another name: a code is shown again only if it is valid.

skip_in!(quick: "starts the program");

use super::command::{push, push_file};
use super::push_studio::PHOTO;
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for, photo_in_state};

#[tokio::test]
async fn the_same_file_under_another_name_gets_its_own_code_again_and_no_second_one() {
    let gateway = FakeGateway::with_script([]).await;
    assert_eq!(push(&gateway, &[]).await.code, 0);
    let upload = gateway.uploads()[0].clone();
    let copy = gateway.directory().join("copy.jpg");
    std::fs::write(&copy, PHOTO).unwrap();
    gateway.show_photos([photo_in_state(&upload, "available")]);
    let run = push_file(&gateway, &copy, &[]).await;
    assert_eq!((run.code, gateway.uploads().len()), (0, 1), "{}", run.stderr);
    assert!(run.stdout.starts_with(&format!("Abrufcode:   {}\n", code_for(upload.key()))), "{}", run.stdout);
    assert!(run.stderr.contains("hat schon einen Abrufcode") && run.stderr.contains("als photo.jpg"), "{}", run.stderr);

    // The receipt was deleted; only the citizen has the code.
    std::fs::remove_file(gateway.directory().join("photo.jpg.lichtbild-receipt.json")).unwrap();
    let run = push_file(&gateway, &copy, &["--lang", "en"]).await;
    assert_eq!((run.code, run.stdout.as_str(), gateway.uploads().len()), (10, "", 1), "{}", run.stderr);
    assert!(run.stderr.contains("--again") && run.stderr.contains("no longer stored here"), "{}", run.stderr);
    assert_eq!(push_file(&gateway, &copy, &["--again"]).await.code, 0);
    assert_eq!(gateway.uploads().len(), 2);

    // An office refused both, so that a new deposit is needed.
    gateway.show_photos(gateway.uploads().iter().map(|upload| photo_in_state(upload, "refused")));
    let third = gateway.directory().join("third.jpg");
    std::fs::write(&third, PHOTO).unwrap();
    let run = push_file(&gateway, &third, &["--json"]).await;
    assert_eq!((run.code, gateway.uploads().len()), (0, 3), "{}", run.stderr);
    assert!(run.stdout.contains("\"replayed\":false"), "{}", run.stdout);
}

#[tokio::test]
async fn no_code_is_said_to_be_valid_that_the_gateway_was_not_asked_about() {
    let gateway = FakeGateway::with_script([]).await;
    assert_eq!(push(&gateway, &[]).await.code, 0);
    let code = code_for(gateway.uploads()[0].key());
    let copy = gateway.directory().join("copy.jpg");
    std::fs::write(&copy, PHOTO).unwrap();
    for (status, kind, exit) in [(503, "storage-unavailable", 4), (403, "studio-suspended", 5)] {
        gateway.refuse_questions(status, kind);
        let own = push(&gateway, &["--lang", "en", "--pdf"]).await;
        assert_eq!((own.code, own.stdout.contains(&code)), (exit, exit == 4), "{}{}", own.stdout, own.stderr);
        assert!(exit != 4 || own.stdout.starts_with("NOT CHECKED: "), "{}", own.stdout);
        assert!(exit != 4 || own.stderr.contains("could not be asked"), "{}", own.stderr);
        let json = push(&gateway, &["--json"]).await;
        assert_eq!((json.code, json.stdout.contains("available")), (exit, false), "{}", json.stdout);
        assert_eq!(json.stdout.contains("\"state_checked\":false"), exit == 4, "{}", json.stdout);
        let other = push_file(&gateway, &copy, &["--lang", "en"]).await;
        assert_eq!((other.code, other.stdout.as_str()), (exit, ""), "{}", other.stderr);
        assert!(!other.stderr.contains("is valid"), "{}", other.stderr);
    }
    assert!(!gateway.directory().join("photo.jpg.lichtbild-receipt.pdf").exists());
    // A receipt of another gateway, and this one cannot be reached.
    gateway.write_config("https://127.0.0.1:1");
    let run = push(&gateway, &[]).await;
    assert_eq!((run.code, run.stdout.as_str(), gateway.uploads().len()), (4, "", 1), "{}", run.stderr);
}

#[tokio::test]
async fn a_receipt_of_another_gateway_does_not_count() {
    let gateway = FakeGateway::with_script([]).await;
    assert_eq!(push(&gateway, &[]).await.code, 0);
    gateway.refuse_questions(404, "photo-unknown");
    let run = push(&gateway, &["--lang", "en", "--json"]).await;
    assert_eq!((run.code, gateway.uploads().len()), (0, 2), "{}", run.stderr);
    assert!(run.stdout.contains(&code_for(gateway.uploads()[1].key())), "{}", run.stdout);
    assert!(run.stderr.contains("is unknown to this gateway"), "{}", run.stderr);
}

#[tokio::test]
async fn an_unfinished_deposit_whose_photo_was_withdrawn_gives_no_dead_code() {
    let script = [ScriptedReply::StoreThenCut, ScriptedReply::ReceiptWithField("state", "withdrawn".into())];
    let gateway = FakeGateway::with_script(script).await;
    assert_eq!(push(&gateway, &[]).await.code, 4);
    let run = push(&gateway, &["--lang", "en"]).await;
    let uploads = gateway.uploads();
    assert_eq!((run.code, uploads.len()), (0, 3), "{}", run.stderr);
    assert!(uploads[0].key() == uploads[1].key() && uploads[2].key() != uploads[0].key());
    assert!(run.stdout.contains(&code_for(uploads[2].key())), "{}", run.stdout);
    assert!(
        !run.stdout.contains(&code_for(uploads[0].key())) && run.stderr.contains("was withdrawn"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn a_used_photo_is_sent_again_at_a_persons_word_only() {
    let gateway = FakeGateway::with_script([]).await;
    assert_eq!(push(&gateway, &[]).await.code, 0);
    gateway.show_photos([photo_in_state(&gateway.uploads()[0], "used")]);
    let copy = gateway.directory().join("copy.jpg");
    std::fs::write(&copy, PHOTO).unwrap();
    for name in ["photo.jpg", "copy.jpg"] {
        let run = push_file(&gateway, &gateway.directory().join(name), &["--lang", "en"]).await;
        assert_eq!((run.code, run.stdout.as_str(), gateway.uploads().len()), (10, "", 1), "{}", run.stderr);
        assert!(run.stderr.contains("An office used this photo") && run.stderr.contains("--again"), "{}", run.stderr);
    }
    assert_eq!((push_file(&gateway, &copy, &["--again"]).await.code, gateway.uploads().len()), (0, 2));
    // The code of the copy is now valid for both files.
    let run = push(&gateway, &[]).await;
    assert_eq!((run.code, gateway.uploads().len()), (0, 2), "{}", run.stderr);
    assert!(run.stdout.contains(&code_for(gateway.uploads()[1].key())), "{}", run.stdout);
}
