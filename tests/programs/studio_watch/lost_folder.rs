//! The folder is lost for a time, like a network share: no decision about photos is made meanwhile, and no photo is lost.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::{FakeGateway, ScriptedReply};

/// Removes the folder. An empty folder may stay in its place, like a mount point.
fn unmount(export: &Path, away: &Path, leaves_mount_point: bool) {
    fs::rename(export, away).unwrap();
    if leaves_mount_point {
        fs::create_dir(export).unwrap();
    }
}

fn mount(export: &Path, away: &Path) {
    let _ = fs::remove_dir(export);
    fs::rename(away, export).unwrap();
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told_as_such_and_the_watch_goes_on_when_it_is_back() {
    for leaves_mount_point in [true, false] {
        let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
        // A file that is still being written keeps the watch running.
        studio.settling.truncated = Duration::from_secs(100 * 86_400);
        studio.export("anna.jpg", &photo(1));
        studio.export("bert.jpg", &photo(2)[..200]);
        let (export, away) = (studio.export_folder(), studio.gateway.directory().join("away"));
        studio.react(move |event| {
            if event.starts_with("Sent") && event.contains("anna") {
                unmount(&export, &away, leaves_mount_point);
            } else if event.starts_with("FolderLost") {
                mount(&export, &away);
                fs::write(export.join("bert.jpg"), photo(2)).unwrap();
            }
        });
        let left = studio.watch().await;
        assert_eq!((left.status.sent, left.is_storage_failing), (2, false), "{:?}", studio.observer);
        assert_eq!((studio.events("FolderLost").len(), studio.events("FolderRecovered").len()), (1, 1));
        assert!(studio.events("StorageFailed").is_empty(), "{:?}", studio.observer);
        studio.assert_cleared();
    }
}

#[tokio::test]
async fn photos_that_wait_in_a_folder_that_is_gone_go_out_once_it_is_back() {
    let down = ScriptedReply::Problem(503, "gateway-busy", None);
    let studio = WatchedStudio::beside(FakeGateway::with_script([down.clone(), down]).await);
    studio.export("anna.jpg", &photo(1));
    let (export, away) = (studio.export_folder(), studio.gateway.directory().join("away"));
    studio.react(move |event| {
        if event.starts_with("GatewayDown") {
            unmount(&export, &away, true);
        } else if event.starts_with("FolderLost") {
            mount(&export, &away);
        }
    });
    let left = studio.watch().await;
    assert_eq!(left.status.sent, 1, "{:?}", studio.observer);
    assert_eq!((studio.events("FolderLost").len(), studio.events("Vanished").len()), (1, 0));
    let uploads = studio.gateway.uploads();
    assert!(uploads.iter().all(|upload| upload.key() == uploads[0].key()));
    studio.assert_cleared();
}

#[tokio::test]
async fn a_folder_that_stays_away_ends_a_watch_that_is_to_end() {
    let mut studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.settling.truncated = Duration::from_secs(100 * 86_400);
    studio.export("anna.jpg", &photo(1));
    studio.export("bert.jpg", &photo(2)[..200]);
    let (export, away) = (studio.export_folder(), studio.gateway.directory().join("away"));
    studio.react(move |event| {
        if event.starts_with("Sent") {
            unmount(&export, &away, false);
        }
    });
    let left = studio.watch_for(Duration::from_secs(600)).await;
    assert!(left.is_storage_failing && studio.events("FolderLost").len() == 1, "{:?}", studio.observer);
    assert!(studio.events("FolderRecovered").is_empty());
}
