use std::fs;

use lichtbild::client::watch::files::retention::SentRetention;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::FakeGateway;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::{DAY, MINUTE};

#[tokio::test]
async fn sent_photos_and_their_receipts_are_erased_after_a_working_day_and_refused_ones_stay() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    studio.export("wide.jpg", &colour_jpeg(90, 45));
    studio.watch().await;
    fs::write(studio.file("sent/notes.txt"), "somebody's").unwrap();
    // A Sunday morning: the next working day is Monday.
    studio.clock.advance(DAY - MINUTE);
    studio.watch().await;
    assert_eq!(studio.names("sent").len(), 5);
    studio.clock.advance(MINUTE);
    studio.watch().await;
    assert_eq!(studio.names("sent"), ["notes.txt"]);
    assert_eq!(studio.events("Erased").len(), 1);
    assert_eq!(studio.names("refused").len(), 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_erased_protects_no_other_file_and_is_told_once() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for (number, name) in ["anna.jpg", "bert.jpg", "carl.jpg"].into_iter().enumerate() {
        studio.export(name, &photo(number));
    }
    studio.watch().await;
    // A folder cannot be removed as a file can, on every system.
    fs::remove_file(studio.file("sent/bert.receipt.pdf")).unwrap();
    fs::create_dir(studio.file("sent/bert.receipt.pdf")).unwrap();
    studio.clock.advance(3 * DAY);
    let summary = studio.watch().await;
    assert_eq!(studio.names("sent"), ["bert.receipt.json", "bert.receipt.pdf"]);
    let mut erased = studio.events("Erased");
    erased.sort();
    assert_eq!(erased, [r#"Erased { name: "anna" }"#, r#"Erased { name: "carl" }"#]);
    let told = studio.events("ErasureFailed");
    assert!(matches!(&told[..], [one] if one.contains("bert.receipt.pdf")), "{told:?}");
    assert!(studio.events("StorageFailed").is_empty());
    assert!(summary.is_storage_failing, "a task that runs `watch --once` learns of it");
    fs::remove_dir(studio.file("sent/bert.receipt.pdf")).unwrap();
    assert!(!studio.watch().await.is_storage_failing);
    assert_eq!(studio.names("sent"), [""; 0]);
    assert_eq!(studio.events("Erased").len(), 3);
}

#[cfg(windows)]
#[tokio::test]
async fn a_receipt_that_is_open_in_a_viewer_protects_no_other_file() {
    use std::os::windows::fs::OpenOptionsExt;

    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for (number, name) in ["anna.jpg", "bert.jpg", "carl.jpg"].into_iter().enumerate() {
        studio.export(name, &photo(number));
    }
    studio.watch().await;
    // Other programs may read and write the file, not delete it.
    let viewer = fs::File::options().read(true).share_mode(3).open(studio.file("sent/bert.receipt.pdf")).unwrap();
    studio.clock.advance(3 * DAY);
    studio.watch().await;
    assert_eq!(studio.names("sent"), ["bert.receipt.json", "bert.receipt.pdf"]);
    let told = studio.events("ErasureFailed");
    assert!(matches!(&told[..], [one] if one.contains("bert.receipt.pdf")), "{told:?}");
    drop(viewer);
    studio.watch().await;
    assert_eq!(studio.names("sent"), [""; 0]);
}

#[tokio::test]
async fn the_time_counts_from_the_receipt_and_not_from_the_file() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.keep_sent = "2h".parse().unwrap();
    studio.export("anna.jpg", &photo(1));
    let old = std::time::SystemTime::UNIX_EPOCH + 300 * DAY;
    fs::File::options().write(true).open(studio.file("anna.jpg")).unwrap().set_modified(old).unwrap();
    studio.watch().await;
    studio.watch().await;
    assert_eq!(studio.names("sent").len(), 4);
    studio.clock.advance(120 * MINUTE);
    studio.watch().await;
    assert!(studio.names("sent").is_empty());
}

#[tokio::test]
async fn a_photo_is_erased_however_its_name_ends() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for (number, name) in ["anna.jpG", "bert.JpEg", "carl.JPG"].into_iter().enumerate() {
        studio.export(name, &photo(number));
    }
    studio.watch().await;
    assert_eq!(studio.names("sent").len(), 12);
    studio.clock.advance(3 * DAY);
    studio.watch().await;
    assert!(studio.names("sent").is_empty(), "{:?}", studio.names("sent"));
}

#[tokio::test]
async fn never_means_never() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.keep_sent = SentRetention::Forever;
    studio.export("anna.jpg", &photo(1));
    studio.watch().await;
    studio.clock.advance(10_000 * DAY);
    studio.watch().await;
    assert_eq!(studio.names("sent").len(), 4);
}
