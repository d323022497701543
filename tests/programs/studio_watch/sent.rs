use std::fs;

use lichtbild::domain::photo::declaration::{Declaration, Exception, Subject};

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply, code_for};

#[tokio::test]
async fn an_exported_photo_ends_in_sent_with_its_receipt_in_every_form() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.refused, left.status.waiting), (1, 0, 0));
    let seen = studio.gateway.uploads();
    assert_eq!((seen.len(), seen[0].body.as_ref()), (1, photo(1).as_slice()));
    assert_eq!(studio.names("sent"), ["anna.jpg", "anna.receipt.json", "anna.receipt.pdf", "anna.receipt.txt"]);
    assert_eq!(fs::read(studio.file("sent/anna.jpg")).unwrap(), photo(1));
    assert_eq!(studio.receipt("anna").body.code, code_for(seen[0].key()));
    assert_eq!(fs::read_to_string(studio.file("sent/anna.receipt.txt")).unwrap(), code_for(seen[0].key()));
    assert_eq!(studio.events("Sent").len(), 1);
    studio.assert_cleared();
}

#[cfg(unix)]
#[tokio::test]
async fn receipts_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    for ending in ["json", "txt", "pdf"] {
        let path = studio.file(&format!("sent/anna.receipt.{ending}"));
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{ending}");
    }
}

#[tokio::test]
async fn a_second_photo_of_a_name_is_another_photo_with_another_code() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for _ in 0..2 {
        // Also with the same bytes: two exports are two photos.
        studio.export("anna.jpg", &photo(1));
        studio.watch().await;
    }
    assert_eq!(studio.gateway.uploads().len(), 2);
    assert_ne!(studio.receipt("anna").body.code, studio.receipt("anna (2)").body.code);
    assert!(studio.file("sent/anna (2).jpg").exists());
    studio.assert_cleared();
}

#[tokio::test]
async fn names_of_every_kind_are_kept() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let long = "ü".repeat(125) + ".jpg";
    let names = ["-rf.jpg", "Änne Groß (Pass).JPG", "a b.jpeg", "dots.in.name.jpg", long.as_str()];
    for (number, name) in names.iter().enumerate() {
        studio.export(name, &photo(number));
    }
    let left = studio.watch().await;
    assert_eq!(left.status.sent, names.len(), "{:?}", studio.names("refused"));
    for name in &names[..4] {
        assert!(studio.file(&format!("sent/{name}")).exists(), "{name}");
    }
    assert!(studio.file(&format!("sent/{}.jpg", "ü".repeat(50))).exists(), "shortened, for its receipts' sake");
    studio.assert_cleared();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_name_that_is_no_text_is_kept_too() {
    use std::os::unix::ffi::OsStrExt;
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let name = std::ffi::OsStr::from_bytes(b"M\xFCller.jpg");
    studio.export(name, &photo(1));
    assert_eq!(studio.watch().await.status.sent, 1);
    assert!(studio.file("sent").join(name).exists());
    assert!(studio.file("sent").join(std::ffi::OsStr::from_bytes(b"M\xFCller.receipt.json")).exists());
}

#[tokio::test]
async fn whatever_breaks_on_the_way_the_next_try_has_the_same_key() {
    for breakage in [
        ScriptedReply::CutUpload,
        ScriptedReply::StoreThenCut,
        ScriptedReply::CutAnswer,
        ScriptedReply::Problem(503, "storage-unavailable", Some("7")),
    ] {
        let studio = WatchedStudio::beside(FakeGateway::with_script([breakage.clone(), breakage.clone()]).await);
        studio.export("anna.jpg", &photo(1));
        assert_eq!(studio.watch().await.status.sent, 1, "{breakage:?}");
        let seen = studio.gateway.uploads();
        assert!(seen.iter().all(|upload| upload.key() == seen[0].key()), "{breakage:?}");
        assert_eq!(studio.receipt("anna").body.code, code_for(seen[0].key()), "{breakage:?}");
        assert_eq!(
            (studio.events("GatewayDown").len(), studio.events("GatewayRecovered").len()),
            (1, 1),
            "{breakage:?}"
        );
        studio.assert_cleared();
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_written_into_a_photo_between_two_tries_is_a_photo_of_its_own() {
    use std::io::Write;
    use std::sync::Mutex;
    let studio = WatchedStudio::beside(FakeGateway::with_script([ScriptedReply::CutUpload]).await);
    studio.export("anna.jpg", &photo(1));
    // The exporting program keeps the file open and writes after the first failed try.
    let handle = fs::File::options().append(true).open(studio.file("anna.jpg")).unwrap();
    let late = Mutex::new(Some(handle));
    studio.react(move |event| {
        if event.starts_with("GatewayDown")
            && let Some(mut file) = late.lock().unwrap().take()
        {
            file.set_len(0).unwrap();
            file.write_all(&photo(2)).unwrap();
        }
    });
    assert_eq!(studio.watch().await.status.sent, 1);
    let seen = studio.gateway.uploads();
    assert_eq!(seen.last().unwrap().body.as_ref(), photo(2));
    assert_eq!(studio.receipt("anna").body.sha256, lichtbild::domain::digest::Sha256Digest::of(&photo(2)));
    assert_eq!(studio.events("Progress").len(), 1, "the key of the earlier bytes was set aside");
    assert_eq!(studio.events("LeftoverKept").len(), 1);
}

#[tokio::test]
async fn a_receipt_for_bytes_that_are_gone_keeps_its_code() {
    // State after a crash: the receipt is stored, then the file was changed.
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    let first = studio.receipt("anna");
    let place = studio.file(".lichtbild/0000000000001-000001-00000000/bert.jpg");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("photo.jpg"), photo(2)).unwrap();
    fs::write(place.join("photo.jpg.lichtbild-receipt.json"), first.to_json().unwrap()).unwrap();
    for paper in ["anna.jpg", "anna.receipt.json", "anna.receipt.txt", "anna.receipt.pdf"] {
        fs::remove_file(studio.file("sent").join(paper)).unwrap();
    }
    assert_eq!(studio.watch().await.status.sent, 1);
    assert_eq!(studio.events("ChangedAfterSending").len(), 1);
    assert_eq!(studio.receipt("bert").body.code, first.body.code);
    assert_ne!(studio.receipt("bert (2)").body.code, first.body.code);
    assert_eq!(fs::read(studio.file("sent/bert (2).jpg")).unwrap(), photo(2));
    assert!(!studio.file("sent/bert.jpg").exists());
    studio.assert_cleared();
}

#[tokio::test]
async fn what_is_declared_of_a_folder_goes_with_each_of_its_photos() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.declared = Some(Declaration { subject: Subject::Under6, exception: Exception::Medical });
    for number in 0..2 {
        studio.export(format!("{number}.jpg"), &photo(number));
    }
    assert_eq!(studio.watch().await.status.sent, 2);
    for seen in studio.gateway.uploads() {
        assert_eq!((seen.header("photo-subject"), seen.header("photo-exception")), ("under6", "medical"));
    }
}
