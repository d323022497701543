use std::fs;

use lichtbild::client::watch::files::folder::{WatchedFolder, WatchedFolderError};

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::FakeGateway;
use crate::support::test_gateway::DAY;

#[tokio::test]
async fn a_photo_is_taken_whole_however_slowly_it_is_written() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.settling.truncated = 100 * DAY;
    let whole = photo(1);
    studio.export("quick.jpg", &photo(2));
    studio.export("slow.jpg", &whole[..whole.len() / 2]);
    // The rest is written while the other photo is filed.
    let slow = studio.file("slow.jpg");
    studio.react(move |event| {
        if event.starts_with("Sent") && slow.exists() {
            fs::write(&slow, photo(1)).unwrap();
        }
    });
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.refused), (2, 0));
    assert_eq!(fs::read(studio.file("sent/slow.jpg")).unwrap(), whole);
    studio.assert_cleared();
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_took_a_photos_place_is_not_followed() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let elsewhere = studio.gateway.directory().join("private.jpg");
    fs::write(&elsewhere, photo(1)).unwrap();
    let place = studio.file(".lichtbild/0000000000001-000001-00000000/anna.jpg");
    fs::create_dir_all(&place).unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.join("photo.jpg")).unwrap();
    let left = studio.watch_for(std::time::Duration::from_secs(600)).await;
    assert_eq!((left.status.sent, left.status.refused), (0, 0));
    assert!(studio.gateway.uploads().is_empty() && studio.events("Stuck").len() == 1);
    assert!(elsewhere.exists() && place.join("photo.jpg").is_symlink());
}

#[tokio::test]
async fn what_is_no_photo_stays_where_it_is() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for name in ["list.txt", "anna.jpg.part", "~anna.jpg", ".anna.jpg", "Thumbs.db"] {
        studio.export(name, &photo(1));
    }
    studio.export("empty.jpg", b"");
    fs::create_dir(studio.file("under6")).unwrap();
    fs::write(studio.file("under6/child.jpg"), photo(1)).unwrap();
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.refused), (0, 0));
    assert!(studio.gateway.uploads().is_empty());
    assert_eq!(studio.names(".").len(), 8, "with sent/ and refused/, without the hidden one");
}

#[tokio::test]
async fn a_folder_is_watched_once_at_a_time() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let first = studio.begin();
    assert!(matches!(WatchedFolder::open(&studio.export_folder()), Err(WatchedFolderError::AlreadyWatched { .. })));
    drop(first);
    studio.watch().await;
}

#[tokio::test]
async fn what_an_earlier_watch_left_is_gone_on_with() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    drop(studio.begin());
    let place = studio.file(".lichtbild/0000000000001-000001-00000000/anna.jpg");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("photo.jpg"), photo(1)).unwrap();
    // Two folders that never got their photo.
    fs::create_dir_all(studio.file(".lichtbild/0000000000002-000001-00000000/bert.jpg")).unwrap();
    fs::create_dir_all(studio.file(".lichtbild/0000000000003-000001-00000000")).unwrap();
    assert_eq!(studio.watch().await.status.sent, 1);
    assert!(studio.file("sent/anna.jpg").exists());
    studio.assert_cleared();
}
