use std::fs;
use std::sync::{Arc, Barrier};

use lichtbild::client::photo::photo_file::PhotoFile;
use lichtbild::client::photo::push::PushError;
use lichtbild::client::photo::spool::{PushPlan, RepeatPolicy, SpoolError, open_or_create};
use lichtbild::client::photo::stored_receipt::{StoredReceipt, StoredReceiptError};
use lichtbild::client::progress::ProgressEvent;
use lichtbild::clock::{ManualClock, Timestamp};
use lichtbild::domain::photo::declaration::{Declaration, Exception, Subject};
use lichtbild::entropy::SeededEntropy;

use super::push_studio::{PHOTO, PushStudio, suffixed};
use crate::support::fake_gateway::{FakeGateway, RecordedUpload, ScriptedReply, code_for};

fn claim_in(studio: &PushStudio) -> PushPlan {
    let photo = PhotoFile::read(&studio.photo).unwrap();
    open_or_create(
        &photo,
        studio.repeat,
        studio.declared,
        studio.connection.gateway(),
        &studio.clock,
        &studio.entropy,
        &|_| {},
    )
    .unwrap()
}

#[tokio::test]
async fn a_push_that_died_before_it_sent_goes_on_with_its_key() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let PushPlan::Send(spool) = claim_in(&studio) else { panic!("nothing was sent yet") };
    studio.push().await.unwrap();
    assert_eq!(gateway.uploads()[0].key(), spool.key().as_str());
}

#[tokio::test]
async fn a_push_that_died_after_its_receipt_was_stored_is_done() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    claim_in(&studio);
    let spool = fs::read(studio.spool()).unwrap();
    let pushed = studio.push().await.unwrap();
    fs::write(studio.spool(), spool).unwrap();
    let again = studio.push().await.unwrap();
    assert_eq!(again.receipt, pushed.receipt);
    assert_eq!(gateway.uploads().len(), 1);
    assert!(!studio.spool().exists());
}

#[tokio::test]
async fn an_interrupted_second_deposit_goes_on_with_or_without_being_asked() {
    let gateway = FakeGateway::with_script([
        ScriptedReply::Receipt,
        ScriptedReply::Problem(429, "too-many-requests", Some("9999")),
    ])
    .await;
    let mut studio = PushStudio::beside(&gateway);
    let first = studio.push().await.unwrap();
    studio.repeat = RepeatPolicy::DepositAgain;
    studio.push().await.unwrap_err();
    studio.repeat = RepeatPolicy::ReturnReceipt;
    let second = studio.push().await.unwrap();
    let seen = gateway.uploads();
    assert_eq!(seen[1].key(), seen[2].key());
    assert_ne!(second.receipt.code, first.receipt.code);
}

#[cfg(unix)]
#[tokio::test]
async fn spool_and_receipt_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    claim_in(&studio);
    assert_eq!(fs::metadata(studio.spool()).unwrap().permissions().mode() & 0o777, 0o600);
    studio.push().await.unwrap();
    assert_eq!(fs::metadata(studio.receipt()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_photo_that_changed_gets_a_new_key_and_the_old_one_is_kept() {
    let gateway = FakeGateway::with_script([ScriptedReply::Problem(429, "too-many-requests", Some("9999"))]).await;
    let studio = PushStudio::beside(&gateway);
    studio.push().await.unwrap_err();
    fs::write(&studio.photo, b"retouched").unwrap();
    let pushed = studio.push().await.unwrap();
    let seen = gateway.uploads();
    assert_ne!(seen[0].key(), seen[1].key());
    assert_eq!(pushed.receipt.code, code_for(seen[1].key()));
    assert!(fs::read_to_string(suffixed(&studio.spool(), ".1")).unwrap().contains(seen[0].key()));
    assert!(studio.notices.lock().unwrap().iter().any(|notice| matches!(notice, ProgressEvent::SpoolRotated { .. })));
}

#[tokio::test]
async fn a_receipt_of_the_photo_before_its_change_is_set_aside() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let first = studio.push().await.unwrap();
    fs::write(&studio.photo, b"retouched").unwrap();
    let second = studio.push().await.unwrap();
    assert_ne!(first.receipt.code, second.receipt.code);
    assert!(fs::read_to_string(suffixed(&studio.receipt(), ".1")).unwrap().contains(&first.receipt.code));
}

#[tokio::test]
async fn a_push_that_died_while_it_sent_may_have_been_stored() {
    let gateway = FakeGateway::with_script([ScriptedReply::Problem(413, "photo-too-large", None)]).await;
    let studio = PushStudio::beside(&gateway);
    claim_in(&studio);
    let error = studio.push().await.unwrap_err();
    assert!(matches!(error, PushError::RefusedMaybeStored { .. }), "{error:?}");
    assert!(studio.spool().exists());
}

#[tokio::test]
async fn a_spool_that_cannot_be_understood_stops_the_push() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    claim_in(&studio);
    let newer = fs::read_to_string(studio.spool()).unwrap().replace("\"version\":1", "\"version\":2");
    for content in ["", "{", newer.as_str()] {
        fs::write(studio.spool(), content).unwrap();
        let error = studio.push().await.unwrap_err();
        assert!(matches!(error, PushError::Spool(SpoolError::Corrupt { .. })), "{error:?}");
        assert_eq!(fs::read_to_string(studio.spool()).unwrap(), content, "left as it was");
    }
    assert!(gateway.uploads().is_empty());
}

#[tokio::test]
async fn a_receipt_that_cannot_be_understood_stops_the_push() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let code = studio.push().await.unwrap().receipt.code;
    let sound = fs::read_to_string(studio.receipt()).unwrap();
    for content in [&sound[..sound.len() / 2], &sound.replace(&code, "00000-00000-00000-00001")] {
        fs::write(studio.receipt(), content).unwrap();
        let error = studio.push().await.unwrap_err();
        let expected = matches!(error, PushError::Spool(SpoolError::Receipt(StoredReceiptError::Corrupt { .. })));
        assert!(expected, "{error:?}");
    }
    assert_eq!(gateway.uploads().len(), 1);
}

#[tokio::test]
async fn another_gateway_gets_the_same_key_and_the_user_is_told() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    claim_in(&studio);
    let moved = fs::read_to_string(studio.spool()).unwrap().replace("https://127.0.0.1", "https://elsewhere");
    fs::write(studio.spool(), moved).unwrap();
    studio.push().await.unwrap();
    assert!(studio.notices().contains("GatewayChanged"), "{}", studio.notices());
}

#[tokio::test]
async fn a_name_that_leaves_no_room_for_a_spool_sends_nothing() {
    let gateway = FakeGateway::with_script([]).await;
    let mut studio = PushStudio::beside(&gateway);
    studio.photo = gateway.directory().join("x".repeat(250));
    fs::write(&studio.photo, PHOTO).unwrap();
    let error = studio.push().await.unwrap_err();
    assert!(matches!(error, PushError::Spool(_)), "{error:?}");
    assert!(gateway.uploads().is_empty());
}

#[test]
fn many_claims_at_once_give_one_key() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("photo.jpg");
    fs::write(&path, PHOTO).unwrap();
    let photo = PhotoFile::read(&path).unwrap();
    let barrier = Arc::new(Barrier::new(8));
    let gateway = "https://127.0.0.1:1".parse().unwrap();
    let keys: Vec<String> = std::thread::scope(|scope| {
        let claims: Vec<_> = (0..8)
            .map(|seed| {
                let (barrier, photo, gateway) = (Arc::clone(&barrier), &photo, &gateway);
                scope.spawn(move || {
                    let entropy = SeededEntropy::new(seed);
                    let clock = ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_000));
                    barrier.wait();
                    match open_or_create(photo, RepeatPolicy::ReturnReceipt, None, gateway, &clock, &entropy, &|_| {})
                        .unwrap()
                    {
                        PushPlan::Send(spool) => spool.key().as_str().to_owned(),
                        PushPlan::AlreadyDeposited(_) => panic!("no receipt yet"),
                    }
                })
            })
            .collect();
        claims.into_iter().map(|claim| claim.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[tokio::test]
async fn storing_the_same_receipt_twice_is_fine() {
    let gateway = FakeGateway::with_script([]).await;
    let studio = PushStudio::beside(&gateway);
    let pushed = studio.push().await.unwrap();
    let photo = PhotoFile::read(&studio.photo).unwrap();
    let before = fs::read(studio.receipt()).unwrap();
    StoredReceipt::store(&photo, &pushed.receipt, Timestamp::from_unix_milliseconds(1)).unwrap();
    assert_eq!(fs::read(studio.receipt()).unwrap(), before);
}

fn declared_in(upload: &RecordedUpload) -> (&str, &str) {
    (upload.header("photo-subject"), upload.header("photo-exception"))
}

#[tokio::test]
async fn what_was_declared_is_sent_with_every_try_and_by_the_push_that_goes_on() {
    let busy = ScriptedReply::Problem(429, "too-many-requests", Some("9999"));
    let gateway = FakeGateway::with_script([ScriptedReply::StoreThenCut, busy]).await;
    let mut studio = PushStudio::beside(&gateway);
    studio.declared = Some(Declaration { subject: Subject::Under6, exception: Exception::Medical });
    studio.push().await.unwrap_err();
    studio.declared = None;
    studio.push().await.unwrap();
    let seen = gateway.uploads();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|upload| declared_in(upload) == ("under6", "medical")), "{seen:?}");
    assert!(seen.iter().all(|upload| upload.key() == seen[0].key()));
}

#[tokio::test]
async fn a_push_that_declares_otherwise_is_heard_under_the_same_key() {
    let busy = ScriptedReply::Problem(429, "too-many-requests", Some("9999"));
    let gateway = FakeGateway::with_script([busy.clone(), busy.clone(), busy]).await;
    let mut studio = PushStudio::beside(&gateway);
    studio.push().await.unwrap_err();
    studio.declared = Some(Declaration { exception: Exception::Religious, ..Declaration::default() });
    studio.push().await.unwrap_err();
    studio.declared = Some(Declaration { subject: Subject::Under10, ..Declaration::default() });
    studio.push().await.unwrap_err();
    assert!(fs::read_to_string(studio.spool()).unwrap().contains("under10"), "before it was sent");
    studio.declared = None;
    studio.push().await.unwrap();
    let seen = gateway.uploads();
    let declared: Vec<_> = seen.iter().map(declared_in).collect();
    assert_eq!(declared, [("", ""), ("", "religious"), ("under10", ""), ("under10", "")]);
    assert!(seen.iter().all(|upload| upload.key() == seen[0].key()));
}
