//! Files that are not photos, cannot be read or are empty: each is reported once and stays where it is.

use std::fs;

use super::watched_studio::{WatchedStudio, photo};
use crate::support::fake_gateway::FakeGateway;

/// Runs the rest of the test as a user without the superuser's rights, so that permissions take effect. Dropping it restores the rights.
#[cfg(target_os = "linux")]
struct BoundByPermissions(rustix::thread::CapabilitySets);

#[cfg(target_os = "linux")]
impl BoundByPermissions {
    fn begin() -> Self {
        use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};
        let before = capabilities(None).unwrap();
        let dropped = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
        let after = CapabilitySets { effective: before.effective.difference(dropped), ..before };
        set_capabilities(None, after).unwrap();
        Self(before)
    }
}

#[cfg(target_os = "linux")]
impl Drop for BoundByPermissions {
    fn drop(&mut self) {
        let _ = rustix::thread::set_capabilities(None, self.0);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_stays_and_goes_out_once_it_can_be() {
    use std::os::unix::fs::PermissionsExt;
    let _bound = BoundByPermissions::begin();
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", &photo(1));
    studio.export("bert.jpg", &photo(2));
    let permit = |mode| fs::set_permissions(studio.file("anna.jpg"), fs::Permissions::from_mode(mode)).unwrap();
    permit(0o000);
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.unusable, left.is_storage_failing), (1, 1, false));
    let told = studio.events("FileUnreadable");
    assert!(told.len() == 1 && told[0].contains("anna.jpg") && told[0].contains("Permission denied"), "{told:?}");
    assert!(studio.file("anna.jpg").exists() && studio.events("StorageFailed").is_empty());
    permit(0o600);
    assert_eq!(studio.watch().await.status.sent, 1);
    studio.assert_cleared();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_photo_that_becomes_unreadable_in_the_working_folder_is_named_and_does_not_hold_up_the_end() {
    use std::os::unix::fs::PermissionsExt;
    let _bound = BoundByPermissions::begin();
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    let place = studio.file(".lichtbild/0000000000001-000001-00000000/anna.jpg");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("photo.jpg"), photo(1)).unwrap();
    fs::set_permissions(place.join("photo.jpg"), fs::Permissions::from_mode(0o000)).unwrap();
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.waiting, left.is_storage_failing), (0, 1, false));
    let told = studio.events("Stuck");
    assert!(told.len() == 1 && told[0].contains("anna.jpg") && told[0].contains("PermissionDenied"), "{told:?}");
    assert!(place.join("photo.jpg").exists() && studio.events("StorageFailed").is_empty());
}

#[tokio::test]
async fn an_empty_file_is_named_once_and_stays() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    studio.export("anna.jpg", b"");
    studio.export("bert.jpg", &photo(2));
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.unusable, left.status.arriving), (1, 1, 0));
    assert!(studio.events("FileEmpty").len() == 1 && studio.file("anna.jpg").exists());
}

#[tokio::test]
async fn a_jpeg_is_taken_by_its_content_whatever_its_name() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for (number, name) in ["a.jfif", "b.JPE", "c.png", "d"].into_iter().enumerate() {
        studio.export(name, &photo(number));
    }
    studio.export("e.heic", b"\0\0\0\x18ftypheic");
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.refused), (4, 1), "{:?}", studio.observer);
    let sent = studio.names("sent");
    for name in ["a.jfif", "b.JPE", "c.png", "d"] {
        assert!(sent.contains(&name.to_owned()), "{sent:?}");
    }
    assert_eq!(studio.names("refused"), ["e.heic", "e.txt"]);
    studio.assert_cleared();
    // They are erased like all others.
    studio.clock.advance(std::time::Duration::from_secs(4 * 86_400));
    studio.watch().await;
    assert!(studio.names("sent").is_empty(), "{:?}", studio.names("sent"));
}

#[tokio::test]
async fn other_files_and_sub_folders_are_named_once_and_stay() {
    let studio = WatchedStudio::beside(FakeGateway::with_script([]).await);
    for name in ["list.txt", "film.mov", "anna.jpg.part", ".hidden", "Thumbs.db"] {
        studio.export(name, b"text");
    }
    studio.export("anna.jpg", &photo(1));
    fs::create_dir(studio.file("2026-11-22")).unwrap();
    fs::write(studio.file("2026-11-22/bert.jpg"), photo(2)).unwrap();
    let left = studio.watch().await;
    assert_eq!((left.status.sent, left.status.unusable), (1, 0));
    let told = studio.events("FilesSkipped");
    assert!(told.len() == 1 && told[0].contains("[\"film.mov\", \"list.txt\"]"), "{told:?}");
    let told = studio.events("SubFolderSkipped");
    assert!(told.len() == 1 && told[0].contains("2026-11-22"), "{told:?}");
    assert!(studio.file("2026-11-22/bert.jpg").exists() && studio.file("list.txt").exists());
}
