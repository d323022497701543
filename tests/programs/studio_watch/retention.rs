use std::fs;

use lichtbild::client::watch::files::retention::SentRetention;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::FakeGateway;
use crate::support::photos::jpeg::colour_jpeg;
use crate::support::test_gateway::{DAY, MINUTE};

#[tokio::test]
async fn sent_photos_and_their_receipts_are_erased_after_a_working_day_and_refused_ones_stay() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    shop.export("anna.jpg", &photo(1));
    shop.export("wide.jpg", &colour_jpeg(90, 45));
    shop.watch().await;
    fs::write(shop.file("sent/notes.txt"), "somebody's").unwrap();
    // A Sunday morning: the next working day is Monday.
    shop.clock.advance(DAY - MINUTE);
    shop.watch().await;
    assert_eq!(shop.names("sent").len(), 5);
    shop.clock.advance(MINUTE);
    shop.watch().await;
    assert_eq!(shop.names("sent"), ["notes.txt"]);
    assert_eq!(shop.events("Erased").len(), 1);
    assert_eq!(shop.names("refused").len(), 2);
}

#[tokio::test]
async fn the_time_counts_from_the_receipt_and_not_from_the_file() {
    let mut shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    shop.keep_sent = "2h".parse().unwrap();
    shop.export("anna.jpg", &photo(1));
    let old = std::time::SystemTime::UNIX_EPOCH + 300 * DAY;
    fs::File::options().write(true).open(shop.file("anna.jpg")).unwrap().set_modified(old).unwrap();
    shop.watch().await;
    shop.watch().await;
    assert_eq!(shop.names("sent").len(), 4);
    shop.clock.advance(120 * MINUTE);
    shop.watch().await;
    assert!(shop.names("sent").is_empty());
}

#[tokio::test]
async fn a_photo_is_erased_however_its_name_ends() {
    let shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for (number, name) in ["anna.jpG", "bert.JpEg", "carl.JPG"].into_iter().enumerate() {
        shop.export(name, &photo(number));
    }
    shop.watch().await;
    assert_eq!(shop.names("sent").len(), 12);
    shop.clock.advance(3 * DAY);
    shop.watch().await;
    assert!(shop.names("sent").is_empty(), "{:?}", shop.names("sent"));
}

#[tokio::test]
async fn never_means_never() {
    let mut shop = WatchedStudio::beside(FakeGateway::with_script([]).await);
    shop.keep_sent = SentRetention::Forever;
    shop.export("anna.jpg", &photo(1));
    shop.watch().await;
    shop.clock.advance(10_000 * DAY);
    shop.watch().await;
    assert_eq!(shop.names("sent").len(), 4);
}
